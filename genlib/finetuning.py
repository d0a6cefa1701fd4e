"""Learning own pictures: a folder of them, and a checkpoint to go on from or a recipe to begin with, to a run.

A folder is a class.  Where its name is one of the checkpoint's labels (any case), it is that class; any other
name becomes a new class at the end, whose weights start at the mean of the known classes' ones; of a model that composes
its classes these give way, and all that it knows but them is gone on with.
A fifth of the pictures is held out: by them one sees when to stop.  So that new classes do not cost the old ones,
half of each batch is then what the checkpoint drew of its own classes before it learned (rehearsal; arXiv:1705.08690).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from genlib import checkpoint, data, ops, preparation, train
from genlib.data.own import OwnImages, describe_pictures, hold_out
from genlib.evaluation import own
from genlib.evaluation.metrics import accuracy
from genlib.evaluation.report import JUDGES, judges_of
from genlib.families import FAMILIES, family_of
from genlib.growth import classes, fit_classes, renew
from genlib.models.base import Decoder, Network, Reader
from genlib.objectives import registry
from genlib.objectives.base import Objective
from genlib.recipes import RECIPES
from genlib.stopping import Best

HASTE = 2.0  # times the base's learning rate: five letters, 500 batches of 16 and 16, were read as asked in 94 of 100; at half of it and twice the batch in 91
CALM = 0.5  # the same where all classes are known: a hundred pictures each of five kinds of clothes, 100 batches, 98 of 100 draws read as asked; at HASTE reconstructions are worse
REHEARSED = 2000  # pictures of old classes, at most
AUGMENT: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {  # of a kind of picture
    "digits": partial(data.jitter, rotation=0.12, zoom=0.08, shift=0.05, shear=0.15),
    "clothes": data.flip_and_shift, "faces": data.brightness_jitter, "colour": partial(data.random_shift, mode="replicate"),
}  # fmt: skip


@dataclass(frozen=True)
class Choices:
    """What a person may choose of a run on own pictures."""

    lr: float | None = None  # None: HASTE or CALM times that of the base's recipe
    batch: int = 16
    seed: int = 0
    keep_old: bool | None = None  # rehearse the old classes; None: where there are new ones
    freeze: tuple[str, ...] = ()  # parts of the model that are to stay as they are


@dataclass(frozen=True)
class Task:
    run: train.Run
    batches: data.Batches | data.Rehearsal
    held_out: data.Images  # pictures the run does not see; none where a class has fewer than five
    about: dict  # of the checkpoint to be saved
    report: list[str]  # how folders became classes, for a person
    rehearsed: data.Images | None = None  # what the model drew of its own classes before
    judge: Reader | None = None  # who reads those
    known: int = 0  # classes, the model's first, that it had before
    turns: bool = True  # whether it has learned enough when the pictures held out are known less well again

    @property
    def draws(self) -> bool:
        return family_of(self.run.objective.model).draws

    def watch(self) -> Best | None:
        """What looks at how well the pictures held out are known; None where there are none."""
        held_out = self.held_out.batch(slice(None))
        return Best(lambda model: own.held_out_error(model, held_out), self.turns) if len(held_out.y) else None

    def teach_reader(self) -> Reader | None:
        """A small classifier of the model's classes, by the own pictures and those it drew before; None where there is nothing to tell apart."""
        learned = self.batches.images
        several = self.draws and (self.rehearsed or len(learned.y.unique()) > 1) and len(self.held_out)
        return own.teach_reader(learned, AUGMENT[self.about["preparation"]], self.rehearsed) if several else None

    def measure(self, model: Network, reader: Reader | None = None) -> dict[str, float]:
        """Figures of a model that has learned: of the own pictures, and of what it knew before.  reader: where one was taught already."""
        learned = self.batches.images
        reader = reader or (self.teach_reader() if model.config.classes else None)
        figures = own.own_figures(model.eval(), learned, self.held_out, reader)
        if self.judge and self.rehearsed:
            classes = int(self.rehearsed.y.max()) + 1
            before = accuracy(self.judge, *self.rehearsed.batch(slice(None)))
            figures |= {"kept_acc": own.kept_accuracy(model, self.judge, classes), "kept_acc_before": before}
        return {key: round(value, 6) for key, value in figures.items()}


def prepare(source: Path, root: Path | OwnImages, choices: Choices = Choices(), device: torch.device | str = "cpu") -> Task:  # noqa: B008, frozen
    """A run that goes on from a checkpoint.  Raises CheckpointError, DataError."""
    info, base = checkpoint.read(source)
    if not FAMILIES[info.model].finetunes:
        able = ", ".join(name for name, family in FAMILIES.items() if family.finetunes)
        raise checkpoint.CheckpointError("a {model} cannot be fine-tuned: choose {known}", model=info.model, known=able)
    kind, known = preparation.kind_of(info), base.config.classes
    pictures = read_pictures(root, base, kind)
    labels, y, report = class_of_each(pictures, info, known)
    if base.config.factors and len(labels) > known:
        known, labels, y = 0, pictures.labels, pictures.y
        report = [*describe_pictures(pictures, kind), f"  {info.name or info.model} composes its classes: they give way to {', '.join(labels)}"]
    model = fit_classes(base, len(labels), choices.seed) if base.config.classes else base
    rehearsed = rehearse(base, choices, len(labels) > known) if known else None
    held = held_judge(info, labels, known)
    report += [f"  its {part} stays as it is, for it learned these classes by more pictures than these, and the run goes to its end" for part in held]
    objective = objective_of(info, freeze(model.requires_grad_(True), (*choices.freeze, *held)), choices.seed)
    betas = betas_of(info, objective)
    about = {
        "name": f"{info.name.removesuffix('-finetuned')}-finetuned" if info.name else "", "labels": labels,
        "training": folder_of(root) | {"base": info.name},
    }  # fmt: skip
    return assemble(
        objective,
        usual_lr(info, CALM if held else HASTE),
        betas,
        replace(pictures, y=y, labels=labels),
        kind,
        choices,
        device,
        about,
        report,
        rehearsed,
        judge_of(info.dataset, base),
        known,
        turns=not held,
    )


def begin(name: str, root: Path | OwnImages, choices: Choices = Choices(), device: torch.device | str = "cpu") -> Task:  # noqa: B008, frozen
    """A run from nothing, by the network and the objective of a recipe, on own pictures alone.  Raises DataError, CheckpointError."""
    recipe = RECIPES[name]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(choices.seed)
        model = recipe.model()
        family = family_of(model)
        if not family.finetunes:
            able = ", ".join(key for key, record in FAMILIES.items() if record.finetunes)
            raise checkpoint.CheckpointError("a {model} does not learn own pictures: choose {known}", model=family.name, known=able)
        kind = preparation.kind_of(checkpoint.Info(model=family.name, config={}, dataset=recipe.dataset))
        pictures = read_pictures(root, model, kind)
        objective = recipe.objective(renew(model, len(pictures.labels)) if model.config.classes else model)
    about = {"name": f"{name}-own", "labels": pictures.labels, "training": folder_of(root)}
    report = describe_pictures(pictures, kind)
    return assemble(objective, recipe.lr, recipe.betas, pictures, kind, choices, device, about, report)


def assemble(
    objective: Objective, lr: float, betas: tuple[float, float], pictures: OwnImages, kind: str, choices: Choices, device: torch.device | str, about: dict,
    report: list[str], rehearsed: data.Images | None = None, judge: Reader | None = None, known: int = 0, turns: bool = True,
) -> Task:  # fmt: skip
    """The run, its batches and what is held out of them."""
    run = train.Run(objective, lr=choices.lr or lr, ema=0.99, betas=betas, seed=choices.seed, device=device)
    learned, held_out = hold_out(pictures, choices.seed)
    batches = data.Batches(learned, min(choices.batch, len(learned)), choices.seed, AUGMENT[kind])
    if rehearsed:
        report = [*report, f"  {len(rehearsed)} pictures that the model draws of its own classes are learned beside them"]
        batches = data.Rehearsal(batches, data.Batches(rehearsed, batches.size, choices.seed + 1))
    report = [*report, f"  {len(held_out)} pictures are held out, to see {'when to stop' if turns else 'how well they are known'}"]
    return Task(run, batches, held_out, about | {"dataset": "folder", "preparation": kind}, report, rehearsed, judge, known, turns)


def folder_of(root: Path | OwnImages) -> dict:
    """Where pictures lay, as a card says it."""
    return {} if isinstance(root, OwnImages) else {"folder": Path(root).resolve().name}


def read_pictures(root: Path | OwnImages, model: Network, kind: str) -> OwnImages:
    """The pictures of a folder or a zip as a model takes them, two at least; those that are read already, as they are.  Raises DataError."""
    shape = (model.config.channels, model.config.size, model.config.size)
    pictures = root if isinstance(root, OwnImages) else data.folder(root, shape[1], shape[0], kind)
    if len(pictures) < 2:
        raise data.DataError("{path} holds one picture; fine-tuning needs two at least", path="this" if isinstance(root, OwnImages) else root)
    if pictures.x.shape[1:] != shape:
        raise data.DataError("these pictures were prepared for another model: prepare them again")
    return pictures


def class_of_each(pictures: OwnImages, info: checkpoint.Info, count: int) -> tuple[tuple[str, ...], Tensor, list[str]]:
    """All labels, the class of each picture (N,), and in words which folder became which class."""
    report = describe_pictures(pictures, preparation.kind_of(info))
    if not count:
        return pictures.labels, pictures.y, [*report, f"  {info.model} knows no classes: all pictures are one"]
    known = tuple(str(k) for k in range(count))
    known = info.labels[:count] + known[len(info.labels) :]  # a class without a name is called by its number
    labels, mapping = classes(known, pictures.labels)
    report += [f"  {name} → class {k} ({labels[k]}{', new' if k >= count else ''})" for name, k in zip(pictures.labels, mapping, strict=True)]
    return labels, torch.tensor(mapping)[pictures.y], report


def rehearse(base: Network, choices: Choices, new: bool) -> data.Images | None:
    """What a model draws of each of its classes, before it learns others; None where it need not, or cannot.  A pixel model is slow, and draws a fifth."""
    count = base.config.classes
    if not count or not family_of(base).draws or not (new if choices.keep_old is None else choices.keep_old):
        return None
    each = max(1, min(100, REHEARSED // count) // (1 if isinstance(base, Decoder) else 5))
    y = torch.arange(count).repeat_interleave(each)
    x = ops.draw(base, len(y), y, rng=torch.Generator().manual_seed(choices.seed))
    return data.Images((x * 255).round().to(torch.uint8), y, ())


def judge_of(dataset: str, base: Network) -> Reader | None:
    """The bundled classifier of what a model draws of a data set, where there is one."""
    try:
        judge = judges_of(dataset)[JUDGES[0]]
    except checkpoint.CheckpointError:
        return None
    shapes = [(model.config.channels, model.config.size) for model in (cast(Network, judge), base)]
    return judge if shapes[0] == shapes[1] else None


def held_judge(info: checkpoint.Info, labels: tuple[str, ...], known: int) -> tuple[str, ...]:
    """The part that told the classes apart when the base learned them, where no other comes: a few pictures would teach it less than it knows."""
    part = FAMILIES[info.model].class_judge
    return (part,) if part and known and len(labels) == known and info.dataset != "folder" else ()


def freeze(model: Network, parts: tuple[str, ...]) -> Network:
    """The model, some of its parts held as they are.  Raises CheckpointError for a part it has not."""
    children = dict(model.named_children())
    for name in parts:
        if name not in children:
            raise checkpoint.CheckpointError("the model has no part {part} to hold: choose of {known}", part=name, known=", ".join(children))
        children[name].requires_grad_(False)
    return model


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


def usual_lr(info: checkpoint.Info, haste: float) -> float:
    """`haste` times the learning rate of the recipe of this name, else of the first of the family."""
    names = [name for name in (info.name, *RECIPES) if name in RECIPES and (name == info.name or name.partition("-")[0] == info.model)]
    return haste * (RECIPES[names[0]].lr if names else 1e-3)


def betas_of(info: checkpoint.Info, objective: Objective) -> tuple[float, float]:
    """Adam's: those the checkpoint was trained with, else its paper's; a game wants less momentum than a single loss."""
    kept = info.training.get("betas")
    if isinstance(kept, (list, tuple)) and len(kept) == 2 and all(isinstance(b, (int, float)) and 0 <= b < 1 for b in kept):
        return float(kept[0]), float(kept[1])
    if info.name in RECIPES:
        return RECIPES[info.name].betas
    return getattr(objective, "betas", (0.5, 0.999) if len(objective.turns()) > 1 else (0.9, 0.999))
