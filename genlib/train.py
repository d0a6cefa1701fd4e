"""The training loop: one for every model, because an objective is a list of turns.

Every random number of a run is a function of (seed, step), so a run that goes on from a saved state is the
run that never stopped, to the bit, on the same machine with as many threads.
"""

import functools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from genlib import checkpoint
from genlib.batch import Batch
from genlib.errors import Problem
from genlib.models.base import Network
from genlib.objectives import registry
from genlib.objectives.base import Objective, Turn
from genlib.processes import Team


class Diverged(Problem, FloatingPointError):
    """A loss or a weight is no longer a number."""


@dataclass(frozen=True)
class Budget:
    """How long a run lasts.  In minutes, the count goes on after a resume."""

    steps: int | None = None
    minutes: float | None = None

    def progress(self, step: int, seconds: float) -> float:
        """Share of the budget used up, at least 0; 1 and more means the end."""
        return step / self.steps if self.steps else seconds / (60 * (self.minutes or 1e-9))


@dataclass(frozen=True)
class Progress:
    step: int  # batches seen so far
    progress: float  # share of the budget, 0 to 1
    seconds: float  # of training, earlier sessions included
    metrics: dict[str, Tensor]  # "turn/metric" -> latest value, detached


Tensors = list[Tensor] | tuple[Tensor, ...]


@torch.no_grad()
def ema_update(averages: Tensors, current: Tensors, seen: Tensor | int, ema: float) -> None:
    """Move each average towards its current value.  A young average forgets faster, or it would keep its random start."""
    decay = min(ema, (1 + float(seen)) / (10 + float(seen)))
    if averages[0].is_floating_point():  # they come in groups of one type
        torch._foreach_lerp_(averages, current, 1 - decay)
    else:
        torch._foreach_copy_(averages, current)


def free_parameters(turn: Turn) -> list[nn.Parameter]:
    """What a turn moves: all of its net but what is held as it is."""
    return [parameter for parameter in turn.net.parameters() if parameter.requires_grad]


class Run:
    """What training changes: the objective's networks, their averages, one optimiser a turn, and the step."""

    def __init__(
        self, objective: Objective, *, lr=1e-3, betas=(0.9, 0.999), weight_decay=0.0, ema=0.0, seed=0, device: torch.device | str = "cpu",
        team: Team = Team(),  # noqa: B008
    ):  # fmt: skip
        self.objective, self.device = objective.to(device), torch.device(device)  # begun on the CPU: a seed's start is the same on each
        self.lr, self.seed, self.step, self.seconds, self.team = lr, seed, 0, 0.0, team
        self.turns, self.betas = [turn for turn in objective.turns() if free_parameters(turn)], betas
        self.optimizers = [
            torch.optim.AdamW(free_parameters(turn), lr=lr, betas=turn.betas or betas, weight_decay=weight_decay, fused=True) for turn in self.turns
        ]
        average = functools.partial(ema_update, ema=ema)
        self.average = AveragedModel(objective.model, multi_avg_fn=average, use_buffers=True) if ema else None
        names = {net: name for name, net in objective.model.named_modules()}
        self.unaveraged = [names[turn.net] for turn in self.turns if not turn.averaged and turn.net in names]

    def model(self) -> Network:
        """The model to release: the averaged weights where they are kept."""
        return cast(Network, self.average.module) if self.average else self.objective.model

    def to(self, device: torch.device | str) -> None:
        """Go on elsewhere: the networks, their averages and what the optimisers keep of each parameter."""
        self.device = torch.device(device)
        self.objective.to(device)
        if self.average:
            self.average.to(device)
        for optimizer in self.optimizers:
            optimizer.load_state_dict(optimizer.state_dict())  # which puts it where the parameters are

    def update_average(self) -> None:
        """Move the averaged weights, where they are kept, towards those of now; a net that is to stay as it is takes its own."""
        if self.average:
            self.average.update_parameters(self.objective.model)
            for name in self.unaveraged:
                self.average.module.get_submodule(name).load_state_dict(self.objective.model.get_submodule(name).state_dict())

    def state(self) -> dict[str, Tensor]:
        """Everything `restore` needs, as flat tensors."""
        tensors = {f"objective.{k}": v for k, v in self.objective.state_dict().items()}
        if self.average:
            tensors |= {f"average.{k}": v for k, v in self.average.state_dict().items()}
        for i, optimizer in enumerate(self.optimizers):
            for j, slots in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer.{i}.{j}.{k}": v for k, v in slots.items()}
        return tensors | {"step": torch.tensor(self.step), "seconds": torch.tensor(self.seconds, dtype=torch.float64)}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from `state()`.  Raises RuntimeError or KeyError if it is another model's."""
        groups: dict[str, dict[str, Tensor]] = {"objective": {}, "average": {}}
        slots: dict[int, dict[int, dict[str, Tensor]]] = {i: {} for i in range(len(self.optimizers))}
        for key, value in tensors.items():
            group, _, rest = key.partition(".")
            if group in groups:
                groups[group][rest] = value
            elif group == "optimizer":
                i, j, slot = rest.split(".")
                slots[int(i)].setdefault(int(j), {})[slot] = value
        self.objective.load_state_dict(groups["objective"])
        if self.average:
            self.average.load_state_dict(groups["average"])
        for i, optimizer in enumerate(self.optimizers):
            for j, parameter in enumerate(free_parameters(self.turns[i])):
                for slot, value in slots[i].get(j, {}).items():
                    if value.shape == parameter.shape:  # the fused kernel wants both in one memory format
                        slots[i][j][slot] = torch.empty_like(parameter).copy_(value)
            optimizer.load_state_dict(optimizer.state_dict() | {"state": slots[i]})
        self.step, self.seconds = int(tensors["step"]), float(tensors["seconds"])


def train(run: Run, batches: Callable[[int, torch.Generator], Batch], budget: Budget) -> Iterator[Progress]:
    """Train, yielding after every batch, so the caller decides when to log, save, draw or stop.

    The learning rate falls as each turn has it over the budget, after a warm-up of 100 batches.
    Raises FloatingPointError when a loss is no longer finite.
    """
    run.objective.model.train()
    metrics: dict[str, Tensor] = {}
    while (progress := budget.progress(run.step, run.seconds)) < 1:
        start = time.perf_counter()
        metrics = metrics | step(run, batches, progress)
        run.seconds += time.perf_counter() - start
        yield Progress(run.step, min(budget.progress(run.step, run.seconds), 1), run.seconds, metrics)


def step(run: Run, batches, progress: float) -> dict[str, Tensor]:
    """One batch through every turn whose turn it is at this share of the run."""
    seed = run.seed * 1_000_003 + run.step
    rng = torch.Generator().manual_seed(seed)
    batch, metrics = batches(run.step, rng).to(run.device), {}
    run.step += 1
    warm = run.lr * min(1.0, run.step / 100)
    with torch.random.fork_rng(devices=[]):  # dropout draws from the global state: seed it, then give it back
        torch.manual_seed(seed)
        for turn, optimizer in zip(run.turns, run.optimizers, strict=True):
            if run.step % turn.every == 0 and (rate := turn.rate(progress)):
                metrics |= optimizer_step(turn, optimizer, batch, rng, warm * rate, run.team)
    run.update_average()
    return metrics


def optimizer_step(turn, optimizer, batch: Batch, rng: torch.Generator, lr: float, team: Team = Team()) -> dict[str, Tensor]:  # noqa: B008
    parameters = free_parameters(turn)
    values = turn.loss(batch, rng)
    if not values["loss"].isfinite():
        raise Diverged("the {turn} loss is {value}", turn=turn.name, value=values["loss"].item())
    optimizer.zero_grad()
    values["loss"].backward(inputs=parameters)
    team.average([parameter.grad for parameter in parameters if parameter.grad is not None])
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.step()
    if turn.post_step:
        turn.post_step()
    return {f"{turn.name}/{key}": value.detach() for key, value in values.items()}


STATE = "training.safetensors"  # beside a checkpoint's files while it trains; not part of the checkpoint


def save_state(run: Run, folder: Path, **notes: str) -> None:
    """Write the run's state, and notes of its caller's, whole or not at all.  Raises OSError."""
    tensors = {key: value.detach().contiguous().clone() for key, value in run.state().items()}
    notes |= {"objective": json.dumps(registry.describe(run.objective)), "seed": str(run.seed)}
    checkpoint.write(Path(folder) / STATE, save_tensors(tensors, metadata=notes))


def no_state(folder: Path) -> checkpoint.CheckpointError:
    return checkpoint.CheckpointError("{folder} holds no {state} to go on from; leave --resume out", folder=folder, state=STATE)


def load_state(run: Run, folder: Path, data: str | None = None) -> dict[str, str]:
    """Go on from the state saved in a folder; its notes.  With `data`, the digest of the pictures it must have seen.

    Raises CheckpointError.
    """
    path = Path(folder) / STATE
    try:
        raw = path.read_bytes()
        notes = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")]).get("__metadata__", {})
        if notes.get("objective") != json.dumps(registry.describe(run.objective)):
            raise checkpoint.CheckpointError("{path} was trained for another objective, or other weights of it", path=path)
        if data not in (None, notes.get("data")):
            raise checkpoint.CheckpointError(
                "{path} was trained on other pictures: give the same --data, or leave --resume out and choose another --out",
                path=path,
            )
        if notes.get("seed") not in (None, str(run.seed)):
            raise checkpoint.CheckpointError(
                "{path} was begun with the seed {seed}: give --seed {seed}, or leave --resume out", path=path, seed=notes["seed"]
            )
        run.restore(load_tensors(raw))
        return notes
    except FileNotFoundError as error:
        raise no_state(folder) from error
    except (OSError, SafetensorError, RuntimeError, KeyError, ValueError, AttributeError, RecursionError) as error:
        raise checkpoint.CheckpointError("{path} is not the state of this run: {reason}", path=path, reason=error) from error
