"""What every data set is: tensors in memory, and batches of them that are a function of (seed, step)."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from genlib.batch import Batch
from genlib.data.augment import identity
from genlib.errors import Problem


class DataError(Problem):
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

    def known_attribute(self) -> Tensor:
        """The attribute of each picture, (N,).  Raises ValueError where nobody noted it."""
        if self.attribute is None:
            raise ValueError("these pictures have no attribute")
        return self.attribute

    def digest(self) -> str:
        """A sha256 of the pictures, their classes and the classes' names: what a run that goes on must find again."""
        parts = (str(tuple(self.x.shape)), *self.labels)
        digest = sha256("\0".join(parts).encode())
        for tensor in (self.x, self.y):
            digest.update(tensor.contiguous().numpy().data)
        return digest.hexdigest()

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
    augment: Callable[[Tensor, torch.Generator], Tensor] = identity
    _epoch: tuple[int, Tensor] = field(default=(-1, torch.empty(0)), repr=False)

    def __call__(self, step: int, rng: torch.Generator) -> Batch:
        per_epoch = max(len(self.images) // self.size, 1)
        epoch, position = divmod(step, per_epoch)
        if self._epoch[0] != epoch:
            shuffle = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
            self._epoch = (epoch, torch.randperm(len(self.images), generator=shuffle))
        batch = self.images.batch(self._epoch[1][position * self.size : (position + 1) * self.size])
        return Batch(self.augment(batch.x, rng), batch.y)


@dataclass
class Rehearsal:
    """Batches of twice the size: own pictures, then as many of those that a model drew before it learned them."""

    batches: Batches
    before: Batches

    @property
    def size(self) -> int:
        return self.batches.size

    @property
    def images(self) -> Images:
        return self.batches.images

    def __call__(self, step: int, rng: torch.Generator) -> Batch:
        mine, before = self.batches(step, rng), self.before(step, rng)
        return Batch(torch.cat([mine.x, before.x]), torch.cat([mine.y, before.y]))


@dataclass
class FewLabels:
    """Batches of twice the size: first pictures with their labels, from `per_class` of each class, then any, with label −1."""

    batches: Batches
    per_class: int

    @property
    def size(self) -> int:
        return self.batches.size

    @functools.cached_property
    def known(self) -> Tensor:
        """Indices of the labelled pictures; which ones, the seed says."""
        y = self.batches.images.y
        order = torch.randperm(len(y), generator=torch.Generator().manual_seed(self.batches.seed))
        return torch.cat([order[y[order] == k][: self.per_class] for k in range(len(self.batches.images.labels))])

    def __call__(self, step: int, rng: torch.Generator) -> Batch:
        picked = self.known[torch.randint(len(self.known), (self.size,), generator=rng)]
        labelled, rest = self.batches.images.batch(picked), self.batches(step, rng)
        return Batch(torch.cat([labelled.x, rest.x]), torch.cat([labelled.y, torch.full_like(rest.y, -1)]))
