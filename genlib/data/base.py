"""What every data set is: tensors in memory, and batches of them that are a function of (seed, step)."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from genlib.objectives.base import Batch


class DataError(Exception):
    """The data set is not where it was said to be, or not what it should be."""


@dataclass(frozen=True)
class Images:
    """x uint8 (N, C, H, W); y int64 (N,), an index into labels; attribute int64 (N,), what z is to carry, if known.

    A picture of another class with the same attribute is what a swap should give: the same light, the same pose.
    """

    x: Tensor
    y: Tensor
    labels: tuple[str, ...]
    attribute: Tensor | None = None
    attributes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.y)

    def batch(self, index: Tensor | slice) -> Batch:
        """The images at index as float (B, C, H, W) in [0, 1], with their labels."""
        return Batch(self.x[index].float() / 255, self.y[index])


def cache_folder() -> Path:
    """Where data sets are downloaded when no --data is given."""
    return Path(os.environ.get("GENLIB_DATA") or Path.home() / ".cache" / "genlib" / "data")


@dataclass
class Batches:
    """Endless shuffled batches.  `batches(step, rng)` depends on nothing else: a resumed run sees the same ones."""

    images: Images
    size: int
    seed: int = 0
    augment: Callable[[Tensor, torch.Generator], Tensor] = lambda x, _rng: x
    _epoch: tuple[int, Tensor] = field(default=(-1, torch.empty(0)), repr=False)

    def __call__(self, step: int, rng: torch.Generator) -> Batch:
        per_epoch = max(len(self.images) // self.size, 1)
        epoch, position = divmod(step, per_epoch)
        if self._epoch[0] != epoch:
            shuffle = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._epoch = (epoch, torch.randperm(len(self.images), generator=shuffle))
        batch = self.images.batch(self._epoch[1][position * self.size : (position + 1) * self.size])
        return Batch(self.augment(batch.x, rng), batch.y)
