"""A run on own pictures, a while at a time: for a page or a notebook that looks at it, halts it and goes on.

`finetuning` makes the task, `train` the batches, `stopping` keeps the best; here they are one thing that can be asked between two batches.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from genlib import card, checkpoint, ops, train
from genlib.curves import Curves
from genlib.finetuning import Task
from genlib.models.base import Autoencoder, Network, Reader
from genlib.objectives import registry

SHOWN = 8  # classes of a sheet, at most
NAMES = 6  # loss curves, at most
KEPT = ("looks", "progress", "looked", "is_over")  # of a Learner's fields, in its state
APART = 25  # batches between two looks at the pictures held out: closer, chance alone would make the curve turn


@contextmanager
def at_rest(model: Network) -> Iterator[Network]:
    """The model in eval mode; afterwards in the mode it had."""
    mode = model.training
    try:
        yield model.eval()
    finally:
        model.train(mode)


@dataclass
class Learner:
    """A task being learned.  It holds the run's state: use it from one thread at a time."""

    task: Task
    budget: train.Budget
    curves: Curves = field(default_factory=Curves)
    looks: list[tuple[float, float]] = field(default_factory=list)  # minutes of training, error of the pictures held out
    progress: float = 0.0  # share of the budget
    looked: int = 0  # batches at the last look
    is_over: bool = False
    figures: dict[str, float] = field(default_factory=dict)
    reader: Reader | None = None  # who tells the own classes apart, once it is measured

    def __post_init__(self):
        self.best = self.task.watch()
        self.batches = train.train(self.task.run, self.task.batches, self.budget)
        self.device = self.task.run.device.type  # where it learned

    @property
    def minutes(self) -> float:
        """Of training so far, pauses left out."""
        return self.task.run.seconds / 60

    def advance(self, seconds: float) -> bool:
        """Train for so long, and for one batch at least; whether there is more to come.  Raises FloatingPointError."""
        begin = time.monotonic()
        while not self.is_over:
            progress = next(self.batches, None)
            self.is_over = progress is None or self.take(progress)
            if time.monotonic() - begin >= seconds:
                break
        return not self.is_over

    def take(self, progress: train.Progress) -> bool:
        """Note what a batch brought; whether it was the last worth training."""
        self.progress = progress.progress
        self.curves.add(progress.metrics)
        if self.best and self.best.is_due(progress) and progress.step - self.looked >= APART:
            self.looked = progress.step
            self.looks.append((self.minutes, self.best.add(self.task.run, progress)))
        return progress.progress >= 1 or bool(self.best and self.best.has_turned)

    def state(self) -> tuple[bytes, str]:
        """What makes another Learner of the same task this one, wherever it is: tensors as safetensors, and the rest as JSON."""
        tensors = {f"run.{name}": value for name, value in self.task.run.state().items()}
        notes = {"curves": self.curves.to_json(), "device": self.task.run.device.type} | {key: getattr(self, key) for key in KEPT}
        if self.best:
            tensors |= {f"best.{name}": value for name, value in self.best.kept.items()}
            notes |= {"errors": self.best.errors, "due": self.best.due}
        return save_tensors({name: value.detach().to("cpu", copy=True).contiguous() for name, value in tensors.items()}), json.dumps(notes)

    def restore(self, state: tuple[bytes, str]) -> None:
        """Become the Learner of the same task whose state() it is."""
        groups: dict[str, dict[str, Tensor]] = {"run": {}, "best": {}}
        for name, value in load_tensors(state[0]).items():
            group, _, rest = name.partition(".")
            groups[group][rest] = value
        notes = json.loads(state[1])
        self.task.run.restore(groups["run"])
        self.curves, self.device = Curves.from_json(notes["curves"]), notes["device"]
        for key in KEPT:
            setattr(self, key, notes[key])
        if self.best:
            self.best.kept, self.best.errors, self.best.due = groups["best"], notes["errors"], notes["due"]

    def stop(self) -> None:
        """Train no more."""
        self.is_over = True

    def end(self) -> None:
        """What is due when the run is over: the best look's weights, where its curve is to end it."""
        if self.best:
            self.best.end(self.task.run)

    def restore_best(self) -> bool:
        """Put the model to release back to the weights of the best look, where there was one; whether there was."""
        if self.best:
            self.best.restore(self.task.run)
        return bool(self.looks)

    def losses(self) -> tuple[list[float], dict[str, list[float]]]:
        """The minutes, and of each turn the mean loss until then."""
        rows = self.curves.means
        scale = self.minutes * self.curves.window / max(1, self.task.run.step)
        names = [key for key in dict.fromkeys(key for row in rows for key in row) if key.rpartition("/")[2] == "loss"][:NAMES]
        curves = {name.partition("/")[0]: [row.get(name, float("nan")) for row in rows] for name in names}
        return [(k + 1) * scale for k in range(len(rows))], curves

    def classes(self) -> list[int]:
        """The classes of the own pictures, as many as are shown."""
        return self.task.batches.images.y.unique().tolist()[:SHOWN]

    def draw(self, n: int, seed: int = 0) -> Tensor:
        """n pictures of each class that is shown, of the same n latents each, (classes·n, C, H, W) on the CPU."""
        rngs = [torch.Generator().manual_seed(seed) for _ in self.classes()]
        with at_rest(self.task.run.model()) as model:
            labels = [torch.full((n,), k) if ops.num_classes(model) else None for k in self.classes()]
            return torch.cat([ops.draw(model, n, y, rng=rng) for y, rng in zip(labels, rngs, strict=True)]).cpu()

    @property
    def redraws(self) -> bool:
        """Whether a class is nothing to the model, and a picture is what it can be asked for."""
        return not ops.num_classes(self.task.run.model()) and ops.is_autoencoder(self.task.run.model())

    def redraw(self, n: int) -> Tensor:
        """What the model makes of each of `examples(n)`, (classes·n, C, H, W) on the CPU."""
        with at_rest(self.task.run.model()) as model, torch.no_grad():
            return ops.reconstruct(cast(Autoencoder, model), self.examples(n).to(ops.device_of(model))).cpu()

    def examples(self, n: int) -> Tensor:
        """The first n pictures of each class that is shown, black where there are fewer, (classes·n, C, H, W)."""
        return rows_of(self.task.batches.images.x, self.task.batches.images.y, self.classes(), n)

    def measure(self) -> dict[str, float]:
        """Figures of what was learned, kept for the card."""
        self.reader = self.task.teach_reader()
        self.figures = self.task.measure(self.task.run.model(), self.reader)
        return self.figures

    def save(self, folder: Path, command: str) -> checkpoint.Info:
        """Write a checkpoint with its card; `command` says what trained it.  Raises CheckpointError, OSError."""
        run, n = self.task.run, int(self.figures.get("held_out_n", 0))
        training = self.task.about["training"] | {
            "command": command, "seed": run.seed, "device": self.device, "steps": run.step, "minutes": round(self.minutes, 1),
            "lr": run.lr, "betas": list(run.betas), "date": date.today().isoformat(),
            "evaluated": {"command": command, "n": n, "seed": 0, "split": "held-out"},
        }  # fmt: skip
        about = self.task.about | {"training": training, "figures": self.figures, "objective": registry.describe(run.objective)}
        info = checkpoint.save(run.model(), folder, **about)
        checkpoint.write(Path(folder) / checkpoint.CARD, card.text(info).encode())
        self.curves.save(folder)
        return info


def rows_of(x: Tensor, y: Tensor, classes: list[int], n: int) -> Tensor:
    """The first n of pictures uint8 (N, C, H, W) of each class, black where there are fewer, float (classes·n, C, H, W)."""
    rows = x.new_zeros(len(classes), n, *x.shape[1:])
    for row, k in zip(rows, classes, strict=True):
        mine = x[y == k][:n]
        row[: len(mine)] = mine
    return rows.flatten(0, 1).float() / 255
