"""MNIST and Fashion-MNIST, in torchvision's folders: MNIST/raw/*.gz or their extracted files, FashionMNIST/raw likewise."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from genlib.data.augment import binarise
from genlib.data.base import DataError, Images

DIGITS = tuple("0123456789")
ARTICLES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
FOLDERS = {"mnist": "MNIST", "mnistbin": "MNIST", "fashion": "FashionMNIST"}
SIDE = 28
HELD_OUT = 5000  # of the training pictures, the last: what one chooses by while building
MAX_BYTES = 2**29  # of an extracted file, ten times MNIST's; no more is unpacked


def read_idx(path: Path) -> Tensor:
    """A file of LeCun's idx format, extracted or gzipped, as uint8.  Raises DataError."""
    try:
        raw = read_bytes(path)
        zeros, kind, axes = raw[:2], raw[2], raw[3]
        shape = tuple(int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes))
        begin = 4 + 4 * axes
        if zeros != b"\0\0" or kind != 8 or len(raw) != begin + math.prod(shape):
            raise ValueError(f"its header tells of {shape or 'nothing'}, and {max(len(raw) - begin, 0)} bytes follow")
        return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=begin).reshape(shape).copy())
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise DataError("{path} is not a readable idx file ({reason}): take it away and fetch it anew", path=path, reason=error) from error


def read_bytes(path: Path) -> bytes:
    """An extracted or gzipped file's bytes.  Raises OSError, EOFError, ValueError, zlib.error."""
    zipped = Path(f"{path}.gz")
    if not path.is_file() and not zipped.is_file():
        raise ValueError("it is not a file")
    with path.open("rb") if path.is_file() else gzip.open(zipped) as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES} bytes")
    return raw


def idx_files(folder: str, root: Path, split: str) -> list[Path]:
    """The files of pictures and of labels, without the .gz that they may have."""
    raw, prefix = Path(root) / folder / "raw", "t10k" if split == "test" else "train"
    return [raw / f"{prefix}-{kind}-ubyte" for kind in ("images-idx3", "labels-idx1")]


def present(files: list[Path]) -> bool:
    return all(file.exists() or Path(f"{file}.gz").exists() for file in files)


def idx_images(folder: str, labels: tuple[str, ...], root: Path, split: str) -> Images:
    """A split's pictures and labels, which fit one another.  Raises DataError."""
    files = idx_files(folder, root, split)
    if not present(files):
        raise DataError(
            "{path} is missing: give as --data a folder that holds {folder}/raw, or leave --data out to download it",
            path=files[0], folder=folder,
        )  # fmt: skip
    x, y = (read_idx(f) for f in files)
    if x.shape[1:] != (SIDE, SIDE) or y.ndim != 1 or len(x) != len(y) or not len(y):
        raise DataError(
            "{path} holds pictures {shape} and labels {labels}: there must be as many of both, 28×28 pictures and single labels",
            path=files[0].parent, shape=tuple(x.shape), labels=tuple(y.shape),
        )  # fmt: skip
    if int(y.max()) >= len(labels):
        raise DataError("{path} holds the label {k}; known are 0 to {last}", path=files[1], k=int(y.max()), last=len(labels) - 1)
    part = {"fit": slice(None, -HELD_OUT), "validation": slice(-HELD_OUT, None)}.get(split, slice(None))
    return Images(x[part, None], y[part].long(), labels)


def download(name: str, root: Path) -> None:
    """Fetch a data set that torchvision knows into a folder, unless it is there.  Raises DataError."""
    folder = FOLDERS.get(name)
    if folder is None or all(present(idx_files(folder, root, split)) for split in ("train", "test")):
        return
    from torchvision import datasets  # slow to import, and only a fresh machine needs it

    try:
        getattr(datasets, folder)(root, download=True)
    except (RuntimeError, OSError) as error:
        raise DataError("{folder} is not in {path} and could not be downloaded there: {reason}", folder=folder, path=root, reason=error) from error


def mnist(root: Path, split: str) -> Images:
    return idx_images("MNIST", DIGITS, root, split)


def fashion(root: Path, split: str) -> Images:
    return idx_images("FashionMNIST", ARTICLES, root, split)


def mnistbin(root: Path, split: str) -> Images:
    """MNIST to be binarised at random, a pixel's grey being its probability: the training split anew each time it is
    seen (`binarise`), the test and the validation split once, by a fixed seed.  Salakhutdinov and Murray, 2008."""
    images = mnist(root, split)
    if split in ("train", "fit"):
        return images
    drawn = binarise(images.x.float() / 255, torch.Generator().manual_seed(0))
    return Images((drawn * 255).to(torch.uint8), images.y, images.labels)
