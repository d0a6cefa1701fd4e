"""Data sets as two tensors in memory, and batches that are a function of (seed, step).

`root` is a torchvision-style folder: MNIST/raw/*.gz or their extracted files, FashionMNIST/raw likewise.
"""

import gzip
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from genlib import images
from genlib.objectives.base import Batch

DIGITS = tuple("0123456789")
ARTICLES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


class DataError(Exception):
    """The data set is not where it was said to be, or not what it should be."""


@dataclass(frozen=True)
class Images:
    """x uint8 (N, C, H, W); y int64 (N,), an index into labels."""

    x: Tensor
    y: Tensor
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.x)

    def batch(self, index: Tensor | slice) -> Batch:
        """The images at index as float (B, C, H, W) in [0, 1], with their labels."""
        return Batch(self.x[index].float() / 255, self.y[index])


def cache_folder() -> Path:
    """Where data sets are downloaded when no --data is given."""
    return Path(os.environ.get("GENLIB_DATA") or Path.home() / ".cache" / "genlib" / "data")


def read_idx(path: Path) -> Tensor:
    """A file of LeCun's idx format, extracted or gzipped, as uint8.  Raises DataError."""
    try:
        raw = path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())
        shape = tuple(np.frombuffer(raw, ">i4", count=raw[3], offset=4))
        return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * len(shape)).reshape(shape).copy())
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise DataError(f"{path} is not a readable idx file: {error}") from error


def idx_images(folder: str, labels: tuple[str, ...], root: Path, split: str) -> Images:
    raw, prefix = Path(root) / folder / "raw", {"train": "train", "test": "t10k"}[split]
    files = [raw / f"{prefix}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")]
    if not all(f.exists() or Path(f"{f}.gz").exists() for f in files):
        download(folder, Path(root))
    x, y = (read_idx(f) for f in files)
    return Images(x[:, None], y.long(), labels)


def download(folder: str, root: Path) -> None:
    """Fetch MNIST or FashionMNIST with torchvision.  Raises DataError."""
    from torchvision import datasets  # slow to import, and only a fresh machine needs it

    try:
        getattr(datasets, folder)(root, download=True)
    except (RuntimeError, OSError) as error:
        raise DataError(f"{folder} is not in {root} and could not be downloaded there: {error}") from error


def mnist(root: Path, split: str) -> Images:
    return idx_images("MNIST", DIGITS, root, split)


def fashion(root: Path, split: str) -> Images:
    return idx_images("FashionMNIST", ARTICLES, root, split)


DATASETS: dict[str, Callable[[Path, str], Images]] = {"mnist": mnist, "fashion": fashion}


def folder(root: Path, size: int, channels: int) -> Images:
    """Own pictures, one sub-folder a class, any format Pillow reads: centred, squared, scaled to `size`.

    Raises DataError if there is no sub-folder with a picture; a file that is no picture is left out.
    """
    root = Path(root)
    classes = sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")) if root.is_dir() else []
    found = [(read, p.name) for p in classes for f in sorted(p.iterdir()) if (read := read_picture(f, size, channels))]
    if not found:
        raise DataError(f"{root} holds no pictures; it needs one sub-folder a class, with pictures in it")
    labels = tuple(sorted({name for _, name in found}))
    x = torch.stack([torch.from_numpy(np.array(p)).view(size, size, channels).permute(2, 0, 1) for p, _ in found])
    return Images(x.contiguous(), torch.tensor([labels.index(name) for _, name in found]), labels)


def read_picture(path: Path, size: int, channels: int):
    """The centre square of a picture file as a Pillow image of size×size, or None if it is no picture."""
    try:
        return images.square(images.open_picture(path.read_bytes()), size, channels)
    except (images.PictureError, OSError):
        return None


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


def jitter(x: Tensor, rng: torch.Generator, *, turn=0.15, zoom=0.1, shift=0.08, shear=0.15) -> Tensor:
    """Small random affine changes of each image: turn and shear in radians, zoom and shift as fractions."""
    a, s, h, *t = ((torch.rand(len(x), generator=rng) * 2 - 1) * k for k in (turn, zoom, shear, 2 * shift, 2 * shift))
    cos, sin, scale = a.cos(), a.sin(), 1 + s
    rows = [scale * cos, scale * (h * cos - sin), t[0], scale * sin, scale * (h * sin + cos), t[1]]
    theta = torch.stack(rows, dim=1).view(-1, 2, 3)
    return F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False)


def flip_and_shift(x: Tensor, rng: torch.Generator) -> Tensor:
    """Mirror half the images, and move all by up to two pixels: for clothes, which have no left and right."""
    flip = torch.rand(len(x), generator=rng) < 0.5
    x = torch.where(flip[:, None, None, None], x.flip(-1), x)
    side, pad = x.shape[-1], F.pad(x, (2, 2, 2, 2))
    top, left = torch.randint(0, 5, (2, len(x)), generator=rng)
    rows = (top[:, None] + torch.arange(side))[:, None, :, None]
    columns = (left[:, None] + torch.arange(side))[:, None, None, :]
    return pad[torch.arange(len(x))[:, None, None, None], torch.arange(x.shape[1])[None, :, None, None], rows, columns]
