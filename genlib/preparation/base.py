"""What every preparation takes and gives."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image
from torch import Tensor

from genlib import images
from genlib.errors import InputError

LOOK = 400  # longest side, in pixels, at which a photograph is looked at


@dataclass(frozen=True)
class Note:
    """What was done to a picture, or is doubtful about it: an English template and its values, as in genlib/errors.py."""

    template: str
    values: dict = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True)
class Handle:
    """What a person sets right by hand before a preparation looks."""

    turn: int = 0  # quarter turns, clockwise
    invert: bool | None = None  # True: what is meant is darker than its ground; None: to be found out
    cut: tuple[float, float, float, float] | None = None  # left, top, right, bottom, shares of the upright, turned picture

    def __post_init__(self):
        if self.turn not in (0, 1, 2, 3):
            raise InputError("a picture is turned by 0 to 3 quarters, not {turn}", turn=str(self.turn)[:20])
        if self.cut is not None:
            left, top, right, bottom = self.cut
            if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
                raise InputError("a cut is left, top, right, bottom within 0 to 1, each before its other")


@dataclass(frozen=True)
class Prepared:
    """A picture as a model knows it, what was done, and how it looked on the way."""

    x: Tensor  # (1, C, H, W) in [0, 1]
    notes: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()
    cut: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)  # as in Handle: what part was used
    invert: bool = False  # whether what was meant is taken to be darker than its ground
    stages: dict[str, np.ndarray] = field(default_factory=dict)  # name -> uint8 (H, W) or (H, W, 3), in order


def upright(raw: bytes, handle: Handle) -> Image.Image:
    """The picture as a person turned it, nothing shining through, RGB or L.  Raises PictureError."""
    picture = images.opaque(images.open_picture(raw))
    picture = picture.convert("RGB") if picture.mode == "RGBA" else picture
    return picture.rotate(-90 * handle.turn, expand=True) if handle.turn else picture


def crop(picture: Image.Image, cut: tuple[float, float, float, float] | None) -> Image.Image:
    """The part of a picture that a person framed."""
    if cut is None:
        return picture
    w, h = picture.size
    left, top = int(cut[0] * w), int(cut[1] * h)
    return picture.crop((left, top, max(left + 1, round(cut[2] * w)), max(top + 1, round(cut[3] * h))))


def look(picture: Image.Image, longest: int = LOOK) -> np.ndarray:
    """A picture averaged down until its longer side is at most `longest`: uint8 (H, W, 3)."""
    scale = longest / max(picture.size)
    if scale < 1:
        picture = picture.resize([max(1, round(n * scale)) for n in picture.size], Image.Resampling.BOX)
    return np.asarray(picture.convert("RGB"))


def box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is set in a mask (H, W); it must not be empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def border(grey: np.ndarray) -> np.ndarray:
    """The pixels of the rim of (H, W), once each side."""
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
