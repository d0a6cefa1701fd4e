"""The model card: README.md of a checkpoint folder, made from config.json and what `evaluate` measured."""

from dataclasses import replace
from pathlib import Path

from genlib import checkpoint
from genlib.evaluation.figures import FIGURES, Figure

RIGHTS = {
    "mnist": "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0",
    "mnistbin": "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0, binarised at random",
    "fashion": "Fashion-MNIST (Zalando), MIT",
    "faces": "the cropped Extended Yale B (Georghiades et al. 2001, Lee et al. 2005), free for research",
    "sprites": "Liberated Pixel Cup characters (Li and Mandt 2018), CC BY-SA 3.0 and GPL 3.0",
}


def write(folder: Path, info: checkpoint.Info, measured: dict) -> None:
    """Put the figures into config.json and write the card beside it."""
    info = replace(info, training=info.training | {"evaluated": measured})
    checkpoint.write_info(folder, info)
    write_text(folder, info)


def write_text(folder: Path, info: checkpoint.Info) -> None:
    """Write the card alone, with the curves where their picture lies beside it."""
    plot = (Path(folder) / checkpoint.PLOT).is_file()
    checkpoint.write(Path(folder) / checkpoint.CARD, text(info, plot).encode())


def row(key: str, value: float | list[float]) -> str:
    """A figure's line of the card's table."""
    figure = FIGURES.get(key, Figure(key, ""))
    return f"| `{key}` | {figure.format(value)} | {figure.meaning} |"


def training_source(info: checkpoint.Info) -> str:
    folder = info.training.get("folder")
    return RIGHTS.get(info.dataset, f"own pictures, the folder `{folder}`" if folder else "own pictures")


def text(info: checkpoint.Info, plot: bool = False) -> str:
    """The card in Markdown, with the Hub's front matter."""
    measured, training = info.training.get("evaluated", {}), info.training
    rows = "\n".join(row(key, value) for key, value in info.figures.items())
    figures = f"""## Figures

On {measured.get("n", 0):,} test images, seed {measured.get("seed", 0)}, by `{measured.get("command", "")}`:

| figure | value | what it is |
|---|---|---|
{rows}
"""
    picture = f"\n![curves]({checkpoint.PLOT})\n" if plot else ""
    return f"""---
library_name: genlib
license: mit
pipeline_tag: {"image-classification" if info.model == "classifier" else "unconditional-image-generation"}
tags: [latent-atelier, {info.model}]
---

# {info.name or info.model}

A {info.model} of Latent Atelier, trained on {training_source(info)}.

```python
import genlib
model = genlib.load("{info.name or "path/to/this/folder"}")
```

{figures if info.figures else "Not measured yet."}
## Training

`{training.get("command", "")}`, {training.get("steps", 0):,} batches, {training.get("minutes", 0)} minutes on the CPU, seed {training.get("seed", 0)}{f", {training['date']}" if "date" in training else ""}.

Classes: {", ".join(info.labels) or "none"}.
{picture}"""
