"""Own pictures, one sub-folder a class, prepared as the page prepares an upload."""

import os
from dataclasses import dataclass
from pathlib import Path

import torch

from genlib import images, preparation
from genlib.data.base import DataError, Images
from genlib.preparation import Note

MAX_BYTES = 100_000_000  # of one file


@dataclass(frozen=True)
class Remark:
    """What is to be said of one file."""

    label: str  # of its folder; "" where it lies beside the class folders
    file: str
    text: str


@dataclass(frozen=True)
class OwnImages(Images):
    left_out: tuple[Remark, ...] = ()  # files that are not in the data set, and why
    doubts: tuple[Remark, ...] = ()  # of those that are
    notes: tuple[Note, ...] = ()  # what preparation did, all pictures' one after the other


def folder(root: Path, size: int, channels: int, kind: str) -> OwnImages:
    """Own pictures of a `preparation` kind, in any format Pillow reads, at `size`; what is left out is named.

    Raises DataError if there is no sub-folder, or one of which no picture can be read.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError("{path} is not a folder: give one with a sub-folder of pictures a class", path=root)
    classes = [p for p in visible(root) if p.is_dir()]
    if not classes:
        raise DataError("{path} holds no pictures; it needs one sub-folder a class, with pictures in it", path=root)
    stray = [Remark("", p.name, "It lies beside the sub-folders, in no class.") for p in visible(root) if not p.is_dir()]
    parts = [read_class(path, size, channels, kind) for path in classes]
    y = torch.arange(len(parts)).repeat_interleave(torch.tensor([len(part) for part in parts]))
    return OwnImages(
        torch.cat([part.x for part in parts]), y, tuple(path.name for path in classes),
        left_out=(*stray, *(remark for part in parts for remark in part.left_out)),
        doubts=tuple(remark for part in parts for remark in part.doubts),
        notes=tuple(note for part in parts for note in part.notes),
    )  # fmt: skip


def hold_out(pictures: Images, seed: int, share: float = 0.2) -> tuple[Images, Images]:
    """The pictures to learn from, and those held out: a share of each class, to a whole one; which, the seed says."""
    order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(seed))
    rows = [order[pictures.y[order] == k] for k in pictures.y.unique()]
    held = torch.cat([row[: int(share * len(row))] for row in rows])
    learned = torch.cat([row[int(share * len(row)) :] for row in rows]).sort().values
    return Images(pictures.x[learned], pictures.y[learned], pictures.labels), Images(pictures.x[held], pictures.y[held], pictures.labels)


def visible(path: Path) -> list[Path]:
    """What lies in a folder, in order; systems hide notes of their own there."""
    return sorted(p for p in path.iterdir() if not p.name.startswith("."))


def read_class(path: Path, size: int, channels: int, kind: str) -> OwnImages:
    """The pictures of one class's folder, uint8 (N, C, size, size).  Raises DataError for none."""
    pictures, left_out, doubts, notes = [], [], [], []
    for file in visible(path):
        try:
            prepared = preparation.prepare(read_file(file), kind, size, channels)
        except (images.PictureError, OSError) as error:
            left_out.append(Remark(path.name, file.name, getattr(error, "strerror", None) or str(error)))
            continue
        pictures.append((prepared.x * 255).round().to(torch.uint8))
        doubts += [Remark(path.name, file.name, str(warning)) for warning in prepared.warnings]
        notes += prepared.notes
    if not pictures:
        raise DataError(
            "{path} holds no picture that can be used ({n} left out{reasons}): put some there, or take the folder away",
            path=path, n=len(left_out), reasons="".join(f"; {left.file}: {left.text}" for left in left_out),
        )  # fmt: skip
    y = torch.zeros(len(pictures), dtype=torch.int64)
    return OwnImages(torch.cat(pictures), y, (path.name,), left_out=tuple(left_out), doubts=tuple(doubts), notes=tuple(notes))


def read_file(path: Path) -> bytes:
    """A file's bytes.  Raises PictureError for what is no file, which reading might wait for, or a very large one."""
    if not path.is_file():
        raise images.PictureError("This is not a file.")
    if os.path.getsize(path) > MAX_BYTES:
        raise images.PictureError("The file is larger than {megabytes} MB.", megabytes=MAX_BYTES // 10**6)
    return path.read_bytes()
