"""Own pictures, one sub-folder a class or a zip of such folders, prepared as the page prepares an upload."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from genlib import images, preparation
from genlib.data.archive import Item, unpack
from genlib.data.base import DataError, Images
from genlib.errors import Problem
from genlib.preparation import Note

MAX_BYTES = 100_000_000  # of one file
LEAST = 8  # pixels of the shorter side: below it nothing can be seen


@dataclass(frozen=True)
class Remark:
    """What is to be said of one file."""

    label: str  # of its folder; "" where it lies beside the class folders
    file: str
    note: Note | Problem | str

    @property
    def text(self) -> str:
        return str(self.note)


@dataclass(frozen=True)
class OwnImages(Images):
    left_out: tuple[Remark, ...] = ()  # files that are not in the data set, and why
    doubts: tuple[Remark, ...] = ()  # of those that are
    notes: tuple[Note, ...] = ()  # what preparation did, all pictures' one after the other
    items: tuple[Item, ...] = ()  # the files, one a picture
    people: tuple[Item, ...] = ()  # of these, those that show a face


@dataclass(frozen=True)
class Look:
    """One file, looked at: its picture, uint8 (1, C, H, W), what was done and what is doubtful; or why it is left out."""

    item: Item
    x: Tensor | None = None
    digest: bytes = b""
    notes: tuple[Note, ...] = ()
    doubts: tuple[Note, ...] = ()
    has_face: bool = False
    reason: Note | Problem | str = ""

    def remark(self, note: Note | Problem | str) -> Remark:
        return Remark(self.item.label, self.item.file, note)


def folder(root: Path, size: int, channels: int, kind: str) -> OwnImages:
    """Own pictures of a `preparation` kind, in any format Pillow reads, at `size`; what is left out is named.  A zip is unpacked for as long.

    Raises DataError if there is no sub-folder, or one of which no picture can be read.
    """
    root = Path(root)
    if root.is_file():
        with tempfile.TemporaryDirectory() as target:
            return read_items(unpack(root, Path(target)), size, channels, kind, root)
    if not root.is_dir():
        raise DataError("{path} is not a folder: give one with a sub-folder of pictures a class", path=root)
    classes = [p for p in visible(root) if p.is_dir()]
    if not classes:
        raise DataError("{path} holds no pictures; it needs one sub-folder a class, with pictures in it", path=root)
    stray = tuple(Remark("", p.name, "It lies beside the sub-folders, in no class.") for p in visible(root) if not p.is_dir())
    return read_items([Item(path.name, file.name, file) for path in classes for file in visible(path)], size, channels, kind, root, classes, stray)


def read_items(
    items: list[Item], size: int, channels: int, kind: str, root: Path, classes: Iterable[Path] = (), stray: tuple[Remark, ...] = ()
) -> OwnImages:
    """All files, looked at.  Raises DataError for none that can be used, in all of them or in one of the classes that lie under `root`."""
    looks = [look_at(item, size, channels, kind) for item in items]
    for path in classes or [root]:
        mine = [look for look in looks if not classes or look.item.label == path.name]
        if not any(look.x is not None for look in mine):
            reasons = "".join(f"; {look.item.file}: {look.reason}" for look in mine)
            raise DataError(
                "{path} holds no picture that can be used ({n} left out{reasons}): put some there, or take the folder away",
                path=path, n=len(mine), reasons=reasons,
            )  # fmt: skip
    return gather(looks, stray)


def look_at(item: Item, size: int, channels: int, kind: str) -> Look:
    """One file as a model takes it."""
    try:
        raw = read_file(item.path)
        shape = images.read_size(raw)
        if min(shape) < LEAST:
            return Look(item, reason=Note("It is {w}×{h}: too small to be seen.", {"w": shape[0], "h": shape[1]}))
        prepared = preparation.prepare(raw, kind, size, channels, item.handle)
    except (images.PictureError, OSError) as error:
        return Look(item, reason=getattr(error, "strerror", None) or (error if isinstance(error, Problem) else str(error)))
    x = (prepared.x * 255).round().to(torch.uint8)
    return Look(item, x, sha256(raw).digest(), prepared.notes, prepared.warnings, has_face=preparation.shows_face(raw, kind))


def gather(looks: Iterable[Look], stray: tuple[Remark, ...] = ()) -> OwnImages:
    """The pictures that can be used, class by class in the order in which they come first; of copies in a class the first."""
    looks = list(looks)
    labels = list(dict.fromkeys(look.item.label for look in looks if look.x is not None))
    used: dict[tuple[int, bytes], Look] = {}
    left_out = list(stray)
    for look in looks:
        if look.x is None:
            left_out.append(look.remark(look.reason))
        elif (first := used.setdefault((labels.index(look.item.label), look.digest), look)) is not look:
            left_out.append(look.remark(Note("It is the same file as {file}.", {"file": first.item.file})))
    order = sorted(used, key=lambda key: key[0])
    chosen = [used[key] for key in order]
    return OwnImages(
        torch.cat([cast(Tensor, look.x) for look in chosen]) if chosen else torch.zeros(0, 1, 1, 1, dtype=torch.uint8),
        torch.tensor([k for k, _ in order], dtype=torch.int64), tuple(labels), left_out=tuple(left_out),
        doubts=(*(look.remark(note) for look in chosen for note in look.doubts), *find_twins(chosen)), notes=tuple(note for look in chosen for note in look.notes),
        items=tuple(look.item for look in chosen), people=tuple(look.item for look in chosen if look.has_face),
    )  # fmt: skip


def find_twins(looks: list[Look]) -> list[Remark]:
    """What is to be said of files that are in more than one class."""
    first: dict[bytes, Look] = {}
    same = [(first.setdefault(look.digest, look), look) for look in looks]
    said = "The same file is in {label} too: it can be of one class only."
    return [one.remark(Note(said, {"label": other.item.label})) for a, b in same if a is not b for one, other in ((a, b), (b, a))]


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


def read_file(path: Path) -> bytes:
    """A file's bytes.  Raises PictureError for what is no file, which reading might wait for, or a very large one."""
    if not path.is_file():
        raise images.PictureError("This is not a file.")
    if os.path.getsize(path) > MAX_BYTES:
        raise images.PictureError("The file is larger than {megabytes} MB.", megabytes=MAX_BYTES // 10**6)
    return path.read_bytes()


def describe_pictures(pictures: OwnImages, kind: str) -> list[str]:
    """What was read, what was done to it, and what was left out."""
    lines = [f"{len(pictures)} pictures in {len(pictures.labels)} folders, prepared as {kind}", *describe_notes(pictures)]
    if pictures.people:
        first = pictures.people[0]
        lines.append(
            f"  {len(pictures.people)} of {len(pictures)} show a face, the first {first.label}/{first.file}: let only those be learned who agreed to it"
        )
    return [*lines, *describe_remarks(pictures.left_out, "left out"), *describe_remarks(pictures.doubts, "doubtful")]


def describe_notes(pictures: OwnImages) -> list[str]:
    """What preparation did to how many pictures, as it said it of the first of them."""
    first = {note.template: str(note) for note in reversed(pictures.notes)}
    counts = Counter(note.template for note in pictures.notes)
    return [f"  {n} of {len(pictures)}: {first[template]}" for template, n in counts.most_common()]


def describe_remarks(remarks: tuple[Remark, ...], what: str) -> list[str]:
    """Every file that something is to be said of: how many in each class, and what of which."""
    lines = []
    for label, group in groupby(sorted(remarks, key=lambda remark: remark.label), key=lambda remark: remark.label):
        inside = list(group)
        lines.append(f"  {label or 'beside the folders'}: {len(inside)} {what}")
        for text in dict.fromkeys(remark.text for remark in inside):
            lines.append(f"    {text} {', '.join(remark.file for remark in inside if remark.text == text)}")
    return lines
