"""The model card: README.md of a checkpoint folder, made from config.json and what `evaluate` measured."""

from dataclasses import replace
from pathlib import Path

from genlib import checkpoint

RIGHTS = {
    "mnist": "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0",
    "mnistbin": "MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0, binarised at random",
    "fashion": "Fashion-MNIST (Zalando), MIT",
    "faces": "the cropped Extended Yale B (Georghiades et al. 2001, Lee et al. 2005), free for research",
    "sprites": "Liberated Pixel Cup characters (Li and Mandt 2018), CC BY-SA 3.0 and GPL 3.0",
}
MEANS = {
    "accuracy": "share of test images put in their class",
    "neg_elbo_nats": "−ELBO a test image, one draw of z, grey-valued cross-entropy",
    "reconstruction_nats": "cross-entropy of the reconstruction",
    "reconstruction_mse": "squared error of the reconstruction, summed over pixels",
    "clipped_share": "share of the critic's weights within 1 % of ±0.01",
    "fid_spread": "the largest less the smallest of three sets of samples",
    "kl_nats": "KL(q(z|x) ‖ N(0, I))",
    "nll_nats": "−log p(x) a test image",
    "bits_per_dim": "the same in bits a pixel",
    "fid": "Fréchet distance to the test set, in the features of our classifier; mean of three sets of samples, a pixel model's of one",
    "fid_floor": "the same between real training and real test images",
    "kid": "kernel distance, same features",
    "density": "fidelity, about 1 for real images (k = 5)",
    "coverage": "variety, about 1 for real images (k = 5)",
    "gan_test_acc_unguided": "`gan_test_acc` of images drawn without guidance (w = 0)",
    "fid_unguided": "`fid` of images drawn without guidance (w = 0)",
    "gan_test_acc": "our classifier finds the asked class in the generated images",
    "gan_train_acc": "a classifier taught by generated images only, on the real test set",
    "gan_train_n": "generated images it was taught by",
    "swap_identity_acc": "a test image's z kept, its class changed: our classifier finds the new class",
    "swap_psnr_db": "swapped pictures against the true ones, source and target held out",
    "swap_ssim": "the same in structural similarity",
    "swap_sharpness": "mean gradient of swapped pictures over that of the true ones",
    "swap_pairs": "swaps measured",
    "copy_psnr_db": "the source left as it is, against the true picture",
    "light_mean_psnr_db": "the mean training picture of that light or pose, against the true picture",
    "nearest_psnr_db": "the training picture of the target most like the source, against the true picture",
    "inpaint_psnr_db": "inside a random hole, after each pass",
    "mean_fill_psnr_db": "the hole filled with the mean of the known pixels",
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


def shown(value: float | list[float]) -> str:
    return ", ".join(f"{v:.4g}" for v in value) if isinstance(value, list) else f"{value:.4g}"


def trained_on(info: checkpoint.Info) -> str:
    folder = info.training.get("folder")
    return RIGHTS.get(info.dataset, f"own pictures, the folder `{folder}`" if folder else "own pictures")


def text(info: checkpoint.Info, plot: bool = False) -> str:
    """The card in Markdown, with the Hub's front matter."""
    measured, training = info.training.get("evaluated", {}), info.training
    rows = "\n".join(f"| `{key}` | {shown(value)} | {MEANS.get(key, '')} |" for key, value in info.figures.items())
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

A {info.model} of Latent Atelier, trained on {trained_on(info)}.

```python
import genlib
model = genlib.load("{info.name or "path/to/this/folder"}")
```

{figures if info.figures else "Not measured yet."}
## Training

`{training.get("command", "")}`, {training.get("steps", 0):,} batches, {training.get("minutes", 0)} minutes on the CPU, seed {training.get("seed", 0)}{f", {training['date']}" if "date" in training else ""}.

Classes: {", ".join(info.labels) or "none"}.
{picture}"""
