"""Data sets: `load(name, split, root)`, root being the folder given as --data."""

from collections.abc import Callable
from pathlib import Path

from genlib.data.augment import binarise, brightness_jitter, flip_and_shift, identity, jitter, random_shift
from genlib.data.base import Batches, DataError, FewLabels, Images, Rehearsal, cache_folder
from genlib.data.characters import sprites
from genlib.data.idx import download, fashion, mnist, mnistbin
from genlib.data.own import folder
from genlib.data.yale import faces

DATASETS: dict[str, Callable[[Path, str], Images]] = {
    "mnist": mnist, "mnistbin": mnistbin, "fashion": fashion, "faces": faces, "sprites": sprites,
}  # fmt: skip

VARIANT_OF = {"mnistbin": "mnist"}  # the same pictures in another form: shown and read as the other's

TEST_FORM = {"mnistbin": binarise}  # what a training picture goes through to be of its test set's kind


def load(name: str, split: str, root: Path | None = None) -> Images:
    """A split of a data set in `root`, which is only read; without one, in the cache folder, filled by download if need be.

    "train" and "test" are the data set's own; "validation", by which one chooses while building, is a part of "train", and "fit"
    the rest of it.  Raises DataError.
    """
    if root is None:
        root = cache_folder()
        download(name, root)
    elif not Path(root).is_dir():
        raise DataError("{path} is not a folder: give the one that holds the data sets", path=root)
    return DATASETS[name](root, split)


__all__ = [
    "DATASETS", "TEST_FORM", "VARIANT_OF", "Batches", "DataError", "FewLabels", "Images", "Rehearsal", "binarise", "brightness_jitter", "cache_folder", "faces", "fashion", "flip_and_shift", "folder", "identity", "jitter", "load",
    "mnist", "mnistbin", "random_shift", "sprites",
]  # fmt: skip
