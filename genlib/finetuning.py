"""Fine-tuning: a checkpoint and a folder of pictures to a run that goes on from it.

A folder is a class.  Where its name is one of the checkpoint's labels (any case), it is that class; any other
name becomes a new class at the end, whose weights start at the mean of the known classes' ones.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import torch
from torch import nn

from genlib import checkpoint, data, preparation, train
from genlib.data.own import OwnImages, Remark
from genlib.families import FAMILIES
from genlib.objectives import registry
from genlib.objectives.base import Objective
from genlib.recipes import RECIPES


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
        match = [k for k, label in enumerate(known) if normalize_name(label) == normalize_name(name)]
        if not match:
            known.append(name)
        mapping.append(match[0] if match else len(known) - 1)
    return tuple(known), mapping


def normalize_name(name: str) -> str:
    """A name as it is compared: any case, and accents however the system writes them."""
    return unicodedata.normalize("NFC", name).casefold()


def widen(old: torch.Tensor, new: torch.Tensor, axis_classes: int) -> torch.Tensor:
    """An old tensor in a new shape: classes were added at the end of one axis; each starts at the old ones' mean."""
    axis = next(i for i in range(old.ndim) if old.shape[i] != new.shape[i])
    known = old.narrow(axis, old.shape[axis] - axis_classes, axis_classes)
    extra = known.mean(dim=axis, keepdim=True).repeat_interleave(new.shape[axis] - old.shape[axis], dim=axis)
    return torch.cat([old, extra], dim=axis)


def grow(model: nn.Module, count: int) -> nn.Module:
    """The same model with `count` classes."""
    bigger = type(model)(replace(model.config, classes=count))
    old, new = model.state_dict(), bigger.state_dict()
    bigger.load_state_dict({k: v if v.shape == new[k].shape else widen(v, new[k], model.config.classes) for k, v in old.items()})
    return bigger


def prepare(source: Path, root: Path, *, lr: float = 3e-4, batch: int = 32, seed: int = 0, device: torch.device | str = "cpu") -> Task:
    """Everything `genlib.train.train` needs.  Raises CheckpointError, DataError."""
    info, model = checkpoint.read(source)
    if not FAMILIES[info.model].finetunes:
        known = ", ".join(name for name, family in FAMILIES.items() if family.finetunes)
        raise checkpoint.CheckpointError("a {model} cannot be fine-tuned: choose {known}", model=info.model, known=known)
    kind = preparation.kind_of(info)
    pictures = data.folder(root, model.config.size, model.config.channels, kind)
    if len(pictures) < 2:
        raise data.DataError("{path} holds one picture; fine-tuning needs two at least", path=root)
    report = [f"{len(pictures)} pictures in {len(pictures.labels)} folders, prepared as {kind}", *describe_notes(pictures)]
    report += [*describe_remarks(pictures.left_out, "left out"), *describe_remarks(pictures.doubts, "doubtful")]
    labels, y = pictures.labels, pictures.y
    if model.config.classes:
        known = tuple(str(k) for k in range(model.config.classes))
        known = info.labels[: len(known)] + known[len(info.labels) :]  # a class without a name is called by its number
        labels, mapping = classes(known, pictures.labels)
        report += [
            f"  {name} → class {k} ({labels[k]}{', new' if k >= len(known) else ''})" for name, k in zip(pictures.labels, mapping, strict=True)
        ]
        y = torch.tensor(mapping)[y]
        model = fit_classes(model, len(labels), source, seed)
    else:
        report.append(f"  {info.model} knows no classes: all pictures are one")
    objective = objective_of(info, model.requires_grad_(True), seed)
    run = train.Run(objective, lr=lr, ema=0.99, betas=betas_of(info, objective), seed=seed, device=device)
    about = {
        "name": f"{info.name.removesuffix('-finetuned')}-finetuned" if info.name else "",
        "dataset": "folder",
        "labels": labels,
        "preparation": kind,
        "training": {"folder": Path(root).resolve().name, "base": info.name},
    }
    batches = data.Batches(data.Images(pictures.x, y, labels), min(batch, len(pictures)), seed)
    return Task(run, batches, about, report)


def fit_classes(model: nn.Module, count: int, source: Path, seed: int) -> nn.Module:
    """The model, with so many classes.  Raises CheckpointError if it can have no more."""
    if count == model.config.classes:
        return model
    if model.config.factors:
        raise checkpoint.CheckpointError("{source} composes its classes and takes no new ones: name folders after its labels", source=source)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return grow(model, count)


def objective_of(info: checkpoint.Info, model: nn.Module, seed: int) -> Objective:
    """What the checkpoint was trained for: as its config says, else as the recipe of its name, else as is usual of its family.

    Raises CheckpointError.
    """
    usual = FAMILIES[info.model].objective
    if info.objective and (not isinstance(info.objective, dict) or info.objective.get("name") != usual["name"]):
        raise checkpoint.CheckpointError("the config's objective is not one of a {model}: it must be {name}", model=info.model, name=usual["name"])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if not info.objective and info.name in RECIPES and type(RECIPES[info.name].model()) is type(model):
            return RECIPES[info.name].objective(model)
        try:
            return registry.build(info.objective or usual, model)
        except registry.ObjectiveError as error:
            raise checkpoint.CheckpointError("the config's objective: {reason}", reason=error) from error


def betas_of(info: checkpoint.Info, objective: Objective) -> tuple[float, float]:
    """Adam's: those the checkpoint was trained with, else its paper's; a game wants less momentum than a single loss."""
    kept = info.training.get("betas")
    if isinstance(kept, (list, tuple)) and len(kept) == 2 and all(isinstance(b, (int, float)) and 0 <= b < 1 for b in kept):
        return float(kept[0]), float(kept[1])
    if info.name in RECIPES:
        return RECIPES[info.name].betas
    return getattr(objective, "betas", (0.5, 0.999) if len(objective.turns()) > 1 else (0.9, 0.999))


def describe_notes(pictures: OwnImages) -> list[str]:
    """What preparation did to how many pictures, as it said it of the first of them."""
    first = {note.template: str(note) for note in reversed(pictures.notes)}
    counts = Counter(note.template for note in pictures.notes)
    return [f"  {n} of {len(pictures)}: {first[template]}" for template, n in counts.most_common()]


def describe_remarks(remarks: tuple[Remark, ...], what: str) -> list[str]:
    """Every file that something is to be said of: how many in each class, and what of which."""
    lines = []
    for label, group in groupby(remarks, key=lambda remark: remark.label):
        inside = list(group)
        lines.append(f"  {label or 'beside the folders'}: {len(inside)} {what}")
        for text in dict.fromkeys(remark.text for remark in inside):
            lines.append(f"    {text} {', '.join(remark.file for remark in inside if remark.text == text)}")
    return lines
