"""Many processes at one training: each reads its part of every batch, and all move by the mean of their gradients.

Begun by `accelerate launch -m genlib train NAME`, which says in the environment how many there are; accelerate is imported only then.
n processes at a batch of B each are one process at a batch of n·B, as long as the loss is a mean over pictures that draws no random numbers:
those that it draws differ from process to process.
"""

import os
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from genlib.batch import Batch
from genlib.errors import Problem

MISSING = "training in many processes needs accelerate: pip install accelerate"
COUNTS = ("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE")  # where what begins the processes says how many there are


class NoAccelerate(Problem, ImportError):
    """Many processes were asked for without what brings them together."""


class Source(Protocol):
    """Batches as a function of (step, rng)."""

    @property
    def size(self) -> int: ...
    def __call__(self, step: int, rng: torch.Generator, /) -> Batch: ...


@dataclass(frozen=True)
class Team:
    """The processes of a training, as one of them sees it; alone where there is one."""

    rank: int = 0
    size: int = 1
    device: torch.device | None = None  # where there is one for each, this one's

    @property
    def leads(self) -> bool:
        """Whether this one draws the bar, keeps the film and writes."""
        return self.rank == 0

    def average(self, tensors: list[Tensor]) -> None:
        """Put into each tensor its mean over the processes; all of them must ask, in the same order."""
        if self.size > 1:
            flat = torch.cat([tensor.flatten() for tensor in tensors])
            torch.distributed.all_reduce(flat)
            parts = flat.div_(self.size).split([tensor.numel() for tensor in tensors])
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.copy_(part.view_as(tensor))


def join_team() -> Team:
    """The team of which the environment tells.  Raises NoAccelerate."""
    if max(int(os.environ.get(name, "1")) for name in COUNTS) < 2:
        return Team()
    try:
        from accelerate import PartialState
    except ImportError as error:
        raise NoAccelerate(MISSING) from error
    state = PartialState(cpu=not torch.cuda.is_available())
    return Team(state.process_index, state.num_processes, state.device)


@dataclass(frozen=True)
class Part:
    """One process's part of the batches of all: every n-th picture, so that each has its share of what stands in order."""

    batches: Source
    team: Team

    @property
    def size(self) -> int:
        return self.batches.size  # of all, as the bar counts them

    def __call__(self, step: int, rng: torch.Generator) -> Batch:
        batch = self.batches(step, rng)
        if not self.team.leads:
            rng.manual_seed(rng.initial_seed() + 15_485_863 * self.team.rank)
        return Batch(*(values[self.team.rank :: self.team.size] for values in batch))
