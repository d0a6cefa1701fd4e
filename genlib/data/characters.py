"""Liberated Pixel Cup characters, as collected by Li and Mandt, 2018 (arXiv:1803.02991): 6⁴ people in 45 poses, 64×64 RGB.

sprites/{body,bottomwear,topwear,hair,shoes}/N.png are sheets of 64×64 RGBA cells.  The class is the four garments,
((body·6 + bottom)·6 + top)·6 + hair; the attribute is the pose.  Every character exists in every pose, so pictures are
put together from their layers when asked for: 1,125 cells stand for 58,320 pictures.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from genlib import images
from genlib.batch import Batch
from genlib.data.base import DataError, Images
from genlib.models.base import choices

SIDE, CHOICES = 64, 6
FACTORS = ("body", "bottomwear", "topwear", "hair")
# First row and frames of each action; the rows below it show the back, left, front and right.
ACTIONS = {"cast": (0, (0, 1, 2, 4, 5)), "walk": (8, (0, 2, 3, 4, 6, 7)), "slash": (12, (1, 2, 3, 5))}
VIEWS = ("left", "front", "right")
POSES = tuple(
    (f"{action} {frame} {view}", row + 1 + v, frame)
    for action, (row, frames) in ACTIONS.items() for v, view in enumerate(VIEWS) for frame in frames
)  # fmt: skip
LABELS = tuple(" ".join(str(k // 6**i % 6) for i in (3, 2, 1, 0)) for k in range(CHOICES**4))
SPLIT_SEED = 0


def held_out(label: int, share: float = 0.1) -> bool:
    """Whether a character is never trained on, in any pose."""
    return fraction(label) < share


def fraction(label: int) -> float:
    """0 to 1, evenly spread: whose least are the test split, and whose next the validation split."""
    return zlib.crc32(f"{SPLIT_SEED} {label}".encode()) / 2**32


def belongs(label: int, split: str) -> bool:
    """Whether a character is of the split."""
    if held_out(label) or split == "test":
        return held_out(label) and split == "test"
    return split == "train" or (fraction(label) < 0.2) == (split == "validation")


def factors(y: Tensor) -> Tensor:
    """Labels (B,) as the four garments (B, 4), 0 … 5."""
    return choices(y, (CHOICES,) * 4)


def cells(path: Path, poses: Sequence[tuple[str, int, int]] = POSES) -> Tensor:
    """A sheet's cells of some poses (name, row, column), uint8 (P, 4, 64, 64)."""
    try:
        sheet = torch.from_numpy(np.array(images.open_picture(path.read_bytes()).convert("RGBA"))).permute(2, 0, 1)
    except (OSError, images.PictureError) as error:
        raise DataError(f"{path} is not a readable sheet of sprites: {error}") from error
    cut = [sheet[:, SIDE * r : SIDE * (r + 1), SIDE * c : SIDE * (c + 1)] for _, r, c in poses]
    return torch.stack(cut)


@dataclass(frozen=True)
class Sprites(Images):
    """Images whose x is the layers, uint8 (25, P, 4, 64, 64): six of each garment, then the shoes, in each pose."""

    def batch(self, index: Tensor | slice) -> Batch:
        y, pose = self.y[index], self.known_attribute()[index]
        which = [6 * i + factor for i, factor in enumerate(factors(y).T)] + [torch.full_like(y, 24)]
        picture = torch.zeros(len(y), 3, SIDE, SIDE)
        for i in (0, 1, 2, 3, 4):  # one over the other, on black
            layer = self.x[which[i], pose].float() / 255
            picture = torch.lerp(picture, layer[:, :3], layer[:, 3:])
        return Batch(picture, y)


def layers(root: Path) -> list[Path]:
    """The 25 sheets a character is put together from."""
    folder = Path(root) / "sprites"
    return [folder / factor / f"{k}.png" for factor in FACTORS for k in range(CHOICES)] + [folder / "shoes" / "1.png"]


def make_poses(x: Tensor, poses: Sequence[tuple[str, int, int]], split: str) -> Sprites:
    """All characters of a split in these poses, given their layers uint8 (25, P, 4, 64, 64)."""
    people = [k for k in range(CHOICES**4) if belongs(k, split)]
    y = torch.tensor(people).repeat_interleave(len(poses))
    return Sprites(x, y, LABELS, torch.arange(len(poses)).repeat(len(people)), tuple(name for name, _, _ in poses))


def sprites(root: Path, split: str) -> Sprites:
    """All 45 poses of the characters of a split.  Raises DataError."""
    return make_poses(torch.stack([cells(path) for path in layers(root)]), POSES, split)
