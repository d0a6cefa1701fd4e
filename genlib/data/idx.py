"""MNIST and Fashion-MNIST, in torchvision's folders: MNIST/raw/*.gz or their extracted files, FashionMNIST/raw likewise."""

import gzip
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from genlib.data.augment import binarised
from genlib.data.base import DataError, Images

DIGITS = tuple("0123456789")
ARTICLES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


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


def mnistbin(root: Path, split: str) -> Images:
    """MNIST to be binarised at random, a pixel's grey being its probability: the training split anew each time it is
    seen (`binarised`), the test split once, by a fixed seed.  Salakhutdinov and Murray, 2008."""
    images = mnist(root, split)
    if split == "train":
        return images
    drawn = binarised(images.x.float() / 255, torch.Generator().manual_seed(0))
    return Images((drawn * 255).to(torch.uint8), images.y, images.labels)
