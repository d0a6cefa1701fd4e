"""Fine-tuning: a checkpoint and a folder of pictures to a run that goes on from it.

A folder is a class.  Where its name is one of the checkpoint's labels (any case), it is that class; any other
name becomes a new class at the end, whose weights start at the mean of the known classes' ones.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from genlib import checkpoint, data, train
from genlib.objectives.adversarial import Adversarial
from genlib.objectives.aegan import AEGANObjective
from genlib.objectives.base import Objective
from genlib.objectives.classification import Classification
from genlib.objectives.cvae_gan import CVAEGANObjective
from genlib.objectives.elbo import ELBO, gaussian_elbo
from genlib.objectives.likelihood import Likelihood
from genlib.objectives.reconstruction import Reconstruction
from genlib.objectives.wae import WAE, PixelWAE
from genlib.objectives.wasserstein import Penalised, Wasserstein
from genlib.recipes import RECIPES

OBJECTIVES = {  # a semi-supervised GAN is not here: own pictures all have their label
    "ae": Reconstruction,
    "waegan": WAE,
    "aegan": AEGANObjective,
    "gan": Adversarial,
    "dcgan": Adversarial,
    "cgan": Adversarial,
    "wgan": Wasserstein,
    "wgangp": Penalised,
    "vae": ELBO,
    "cvae": gaussian_elbo,
    "cvaegan": CVAEGANObjective,
    "pixelcnn": Likelihood,
    "pixelrnn": Likelihood,
    "pixelgan": PixelWAE,
    "classifier": Classification,
}


@dataclass(frozen=True)
class Task:
    run: train.Run
    batches: data.Batches
    about: dict  # of the checkpoint to be saved
    report: list[str]  # how folders became classes, for a person


def classes(labels: tuple[str, ...], folders: tuple[str, ...]) -> tuple[tuple[str, ...], list[int]]:
    """The labels with new ones at the end, and the class of each folder."""
    known, mapping = list(labels), []
    for name in folders:
        match = [k for k, label in enumerate(known) if label.lower() == name.lower()]
        if not match:
            known.append(name)
        mapping.append(match[0] if match else len(known) - 1)
    return tuple(known), mapping


def widened(old: torch.Tensor, new: torch.Tensor, axis_classes: int) -> torch.Tensor:
    """An old tensor in a new shape: classes were added at the end of one axis; each starts at the old ones' mean."""
    axis = next(i for i in range(old.ndim) if old.shape[i] != new.shape[i])
    known = old.narrow(axis, old.shape[axis] - axis_classes, axis_classes)
    extra = known.mean(dim=axis, keepdim=True).repeat_interleave(new.shape[axis] - old.shape[axis], dim=axis)
    return torch.cat([old, extra], dim=axis)


def grown(model: nn.Module, count: int) -> nn.Module:
    """The same model with `count` classes."""
    bigger = type(model)(replace(model.config, classes=count))
    old, new = model.state_dict(), bigger.state_dict()
    bigger.load_state_dict(
        {k: v if v.shape == new[k].shape else widened(v, new[k], model.config.classes) for k, v in old.items()}
    )
    return bigger


def prepare(source: Path, root: Path, *, lr: float = 3e-4, batch: int = 32, seed: int = 0) -> Task:
    """Everything `genlib.train.train` needs.  Raises CheckpointError, DataError."""
    info, model = checkpoint.read_info(source), checkpoint.load(source)
    if info.model not in OBJECTIVES:
        raise checkpoint.CheckpointError(f"{info.model} cannot be fine-tuned: choose {', '.join(OBJECTIVES)}")
    pictures = data.folder(root, model.config.size, model.config.channels)
    labels, mapping = classes(info.labels, pictures.labels)
    report = [f"{len(pictures)} pictures in {len(pictures.labels)} folders"]
    if getattr(model.config, "classes", 0):
        report += [
            f"  {name} → class {k} ({labels[k]}{', new' if k >= len(info.labels) else ''})"
            for name, k in zip(pictures.labels, mapping, strict=True)
        ]
        if len(labels) > model.config.classes:
            if getattr(model.config, "factors", ()):
                raise checkpoint.CheckpointError(
                    f"{source} composes its classes and takes no new ones: name folders after its labels"
                )
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                model = grown(model, len(labels))
    else:
        report.append(f"  {info.model} knows no classes: all pictures are one")
        labels, mapping = info.labels, [0] * len(pictures.labels)
    pictures = data.Images(pictures.x, torch.tensor(mapping)[pictures.y], labels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        own = (
            RECIPES[info.name].objective if info.name in RECIPES else OBJECTIVES[info.model]
        )  # its weights, where they are known
        objective: Objective = own(model.requires_grad_(True))
    betas = (0.5, 0.999) if len(objective.turns()) > 1 else (0.9, 0.999)  # a game wants less momentum
    run = train.Run(objective, lr=lr, ema=0.99, betas=betas, seed=seed)
    about = {
        "name": f"{info.name}-finetuned" if info.name else "",
        "dataset": "folder" if len(labels) > len(info.labels) else info.dataset,
        "labels": labels,
    }
    return Task(run, data.Batches(pictures, min(batch, len(pictures)), seed), about, report)
