"""Data sets: `DATASETS[name](root, split)`, root being the folder given as --data."""

from collections.abc import Callable
from pathlib import Path

from genlib.data.augment import exposure, flip_and_shift, jitter
from genlib.data.base import Batches, DataError, Images, cache_folder
from genlib.data.characters import sprites
from genlib.data.idx import fashion, mnist
from genlib.data.own import folder
from genlib.data.yale import faces

DATASETS: dict[str, Callable[[Path, str], Images]] = {"mnist": mnist, "fashion": fashion, "faces": faces, "sprites": sprites}

__all__ = [
    "DATASETS", "Batches", "DataError", "Images", "cache_folder", "exposure", "faces", "fashion", "flip_and_shift", "folder", "jitter",
    "mnist", "sprites",
]  # fmt: skip
