"""Extended Yale B, cropped: 38 people, each under up to 64 lights.  Georghiades et al. 2001, Lee et al. 2005.

CroppedYale/yaleBNN/yaleBNN_P00A<azimuth>E<elevation>.pgm, 168 wide and 192 high, grey.  The class is the person, the
attribute the light.  Photographs without flash (Ambient), or whose flash missed (mean grey below 2 of 255), are left out.
"""

import re
import zlib
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from genlib import images
from genlib.data.base import DataError, Images

SIDE = 64
SPLIT_SEED = 0
NAME = re.compile(r"yaleB\d+_P00A([+-]\d+)E([+-]\d+)\.pgm")


def held_out(person: str, light: str, share: float = 0.15) -> bool:
    """Whether a person under a light is never trained on: a matter of the two names alone."""
    return fraction(person, light) < share


def fraction(person: str, light: str) -> float:
    """0 to 1, evenly spread: whose least are the test split, and whose next the validation split."""
    return zlib.crc32(f"{SPLIT_SEED} {person} {light}".encode()) / 2**32


def belongs(person: str, light: str, split: str) -> bool:
    """Whether a photograph is of the split."""
    if held_out(person, light) or split == "test":
        return held_out(person, light) and split == "test"
    return split == "train" or (fraction(person, light) < 0.25) == (split == "validation")


def read(path: Path) -> torch.Tensor | None:
    """The centre square of a photograph, area-averaged to uint8 (1, 64, 64); None if its flash missed."""
    grey = torch.from_numpy(np.array(images.open_picture(path.read_bytes()).convert("L")))
    if grey.float().mean() < 2:
        return None
    side = min(grey.shape)
    top, left = ((n - side) // 2 for n in grey.shape)
    square = grey[top : top + side, left : left + side].float()
    return F.interpolate(square[None, None], (SIDE, SIDE), mode="area")[0].round().to(torch.uint8)


def faces(root: Path, split: str) -> Images:
    """The photographs of a split, person k being the k-th folder.  Raises DataError."""
    people = sorted(p for p in (Path(root) / "CroppedYale").glob("yaleB*") if p.is_dir())
    photographs = [(k, "".join(name.groups()), f) for k, p in enumerate(people) for f in p.glob("*.pgm") if (name := NAME.fullmatch(f.name))]
    lights = tuple(sorted({light for _, light, _ in photographs}))
    wanted = [(k, light, f) for k, light, f in sorted(photographs) if belongs(people[k].name, light, split)]
    read_in = [(x, k, lights.index(light)) for k, light, f in wanted if (x := read(f)) is not None]
    if not read_in:
        raise DataError(f"{root} holds no CroppedYale/yaleB*/*.pgm of the {split} split")
    x, y, light = zip(*read_in, strict=True)
    return Images(torch.stack(x), torch.tensor(y), tuple(p.name for p in people), torch.tensor(light), lights)
