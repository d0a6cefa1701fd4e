"""`evaluate`: what was measured put beside the checkpoint, and the codes its map shows.  The only writer of genlib/evaluation."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from genlib import card, checkpoint, data, hub, ood, ops, output
from genlib.batch import Batch
from genlib.checkpoint import Info
from genlib.evaluation.metrics import map_batches
from genlib.evaluation.report import measure
from genlib.families import FAMILIES
from genlib.reading import hub_repository

# Data sets whose classifiers keep what they tell unlike pictures by, and the share of held-out pictures beyond the threshold: the
# classifier has learnt them too, so that of test pictures it is more: about a twentieth.
REFERENCES = {"mnist": 0.035, "fashion": 0.046, "faces": 0.03}


def evaluate(
    source: str, root: Path | None, *, n: int = 10_000, seed: int = 0, split: str = "test", command: str = "", device: torch.device | str = "cpu"
) -> dict:
    """The report of DESIGN section 3.  Figures of the test set and card are written into the checkpoint's folder, but not into
    the Hub's cache; those of another split, by which one chooses, nowhere.

    Raises CheckpointError, DataError.
    """
    folder = hub.resolve(source)
    writable = not hub_repository(folder) and split == "test"
    with output.open_output(folder, overwrite=True) if writable else nullcontext():
        info, model = checkpoint.read(folder)
        model.to("cpu" if FAMILIES[info.model].is_pixel_model else device)  # the sampler of pixel models is the CPU's
        figures = measure(model, info, root, n, seed, split)
        size = min(n, len(data.load(info.dataset, split, root)))
        if writable:
            write_beside(model, info, folder, root, seed)
            card.write(folder, replace(info, figures=figures), {"command": command, "n": size, "seed": seed})
    report = {"model": info.name or str(source), "dataset": info.dataset, "split": split, "n": size, "seed": seed}
    return report | {"metrics": figures}


def write_beside(model, info: Info, folder: Path, root: Path | None, seed: int) -> None:
    """The codes of a plane's test set; what a classifier tells unlike pictures by."""
    if ops.is_autoencoder(model) and not ops.num_classes(model) and model.config.latent_dim == 2:
        test = data.load(info.dataset, "test", root).batch(slice(None)).to(ops.device_of(model))
        checkpoint.write(folder / checkpoint.CODES, save_tensors(encode_plane(model, test)))
    if info.model == "classifier" and info.dataset in REFERENCES:
        ood.save_reference(make_reference(model, data.load(info.dataset, "train", root), REFERENCES[info.dataset], seed), folder)


def encode_plane(model, test: Batch) -> dict[str, Tensor]:
    """The tensors of checkpoint.Codes, no logvar where q(z|x) has no width."""
    mean, logvar = (map_batches(lambda x, k=k: getattr(model.encode(x), k), test.x).cpu() for k in ("mean", "logvar"))
    codes = {"mean": mean, "label": test.y.cpu().to(torch.uint8)}
    return codes | {"logvar": logvar} if logvar.isfinite().all() else codes


def make_reference(classifier, train_set: data.Images, share: float, seed: int) -> ood.Reference:
    """What a classifier tells unlike pictures by."""
    subset, held_out = ood.reference_rows(len(train_set), seed)

    def features(index: Tensor) -> Tensor:
        return map_batches(lambda i: classifier.features(train_set.batch(i).x.to(ops.device_of(classifier))).cpu(), index)

    return ood.make_reference(features(subset), features(held_out), share)
