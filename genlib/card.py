"""The model card: README.md of a checkpoint folder, made from config.json and what `evaluate` measured."""

import re
from dataclasses import replace
from pathlib import Path

from genlib import checkpoint, hub
from genlib.evaluation.figures import FIGURES, Figure
from genlib.families import FAMILIES

RIGHTS = {
    "mnist": "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0",
    "mnistbin": "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0, binarised at random",
    "fashion": "Fashion-MNIST (Zalando), MIT",
    "faces": "the cropped Extended Yale B (Georghiades et al. 2001, Lee et al. 2005), free for research",
    "sprites": "Liberated Pixel Cup characters (Li and Mandt 2018), CC BY-SA 3.0 and GPL 3.0",
}
HUB_DATASETS = {"mnist": "ylecun/mnist", "mnistbin": "ylecun/mnist", "fashion": "zalando-datasets/fashion_mnist"}  # as the Hub calls them
ARXIV = re.compile(r"\d{4}\.\d{4,5}")


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


def front_matter(info: checkpoint.Info) -> str:
    """What the Hub reads of a card, as YAML: data sets, the model it was fine-tuned from, the figures."""
    return hub.card_data(
        license="mit",
        library_name="genlib",
        pipeline_tag=task_of(info),
        tags=["latent-atelier", info.model, *(f"arxiv:{paper}" for paper in FAMILIES[info.model].papers if ARXIV.fullmatch(paper))],
        datasets=[HUB_DATASETS[info.dataset]] if info.dataset in HUB_DATASETS else None,
        base_model=info.training.get("base") if "/" in str(info.training.get("base")) else None,
        model_name=info.name or info.model,
        results=[{**result_of(info), "metric_type": key, "metric_value": value} for key, value in last_values(info.figures).items()],
    )


def task_of(info: checkpoint.Info) -> str:
    return "unconditional-image-generation" if FAMILIES[info.model].draws else "image-classification"


def result_of(info: checkpoint.Info) -> dict:
    """On what the figures were measured."""
    name = RIGHTS.get(info.dataset, info.dataset or "own pictures")
    return {"task_type": task_of(info), "dataset_type": info.dataset or "folder", "dataset_name": name, "dataset_split": "test"}


def last_values(figures: dict) -> dict[str, float]:
    """A figure's value; of a list its last."""
    return {key: value[-1] if isinstance(value, (list, tuple)) else value for key, value in figures.items()}


def origin(info: checkpoint.Info) -> str:
    """Papers, and the model it goes on from."""
    papers = ", ".join(f"[arXiv:{p}](https://arxiv.org/abs/{p})" if ARXIV.fullmatch(p) else p for p in FAMILIES[info.model].papers)
    base = info.training.get("base")
    return f"Paper: {papers}." + (f" Fine-tuned from `{base}`." if base else "")


def other_seeds(info: checkpoint.Info) -> str:
    """A line about runs of the same recipe by several seeds, where the config has their accuracies: {"8": 0.9794, …}."""
    known = info.training.get("accuracy_by_seed")
    if not isinstance(known, dict) or not known or not all(k.isdecimal() and isinstance(v, float) for k, v in known.items()):
        return ""
    mean = sum(known.values()) / len(known)
    return f"\nBy the seeds {', '.join(known)}, each with labels of its own known, `accuracy` is {', '.join(f'{v:.4f}' for v in known.values())}; mean {mean:.4f}.\n"


def text(info: checkpoint.Info, plot: bool = False) -> str:
    """The card in Markdown, with the Hub's front matter."""
    measured, training = info.training.get("evaluated", {}), info.training
    rows = "\n".join(row(key, value) for key, value in info.figures.items())
    figures = f"""## Figures

On {measured.get("n", 0):,} {measured.get("split", "test")} images, seed {measured.get("seed", 0)}, by `{measured.get("command", "")}`:

| figure | value | what it is |
|---|---|---|
{rows}
"""
    picture = f"\n![curves]({checkpoint.PLOT})\n" if plot else ""
    where = {"cpu": "the CPU"}.get(training.get("device", "cpu"), training.get("device"))
    return f"""---
{front_matter(info)}
---

# {info.name or info.model}

A {FAMILIES[info.model].title} of Latent Atelier, trained on {training_source(info)}. {origin(info)}

```python
import genlib
model = genlib.load("{info.name or "path/to/this/folder"}")
```

{figures if info.figures else "Not measured yet."}
## Training

`{training.get("command", "")}`, {training.get("steps", 0):,} batches, {training.get("minutes", 0)} minutes on {where}, seed {training.get("seed", 0)}{f", {training['date']}" if "date" in training else ""}.
{other_seeds(info)}
Classes: {", ".join(info.labels) or "none"}.
{picture}"""
