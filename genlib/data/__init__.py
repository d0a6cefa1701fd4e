"""Data sets: `DATASETS[name](root, split)`, root being the folder given as --data."""

from collections.abc import Callable
from pathlib import Path

from genlib.data.augment import binarised, exposure, flip_and_shift, jitter
from genlib.data.base import Batches, DataError, FewLabels, Images, cache_folder
from genlib.data.characters import sprites
from genlib.data.idx import fashion, mnist, mnistbin
from genlib.data.own import folder
from genlib.data.yale import faces

DATASETS: dict[str, Callable[[Path, str], Images]] = {
    "mnist": mnist, "mnistbin": mnistbin, "fashion": fashion, "faces": faces, "sprites": sprites,
}  # fmt: skip

VARIANT_OF = {"mnistbin": "mnist"}  # the same pictures in another form: shown and read as the other's

__all__ = [
    "DATASETS", "VARIANT_OF", "Batches", "DataError", "FewLabels", "Images", "binarised", "cache_folder", "exposure", "faces", "fashion", "flip_and_shift", "folder", "jitter",
    "mnist", "mnistbin", "sprites",
]  # fmt: skip
