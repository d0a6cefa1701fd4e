"""Own pictures, one sub-folder a class."""

from pathlib import Path

import numpy as np
import torch

from genlib import images
from genlib.data.base import DataError, Images


def folder(root: Path, size: int, channels: int) -> Images:
    """Own pictures, one sub-folder a class, any format Pillow reads: centred, squared, scaled to `size`.

    Raises DataError if there is no sub-folder with a picture; a file that is no picture is left out.
    """
    root = Path(root)
    classes = sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")) if root.is_dir() else []
    found = [(read, p.name) for p in classes for f in sorted(p.iterdir()) if (read := read_picture(f, size, channels))]
    if not found:
        raise DataError(f"{root} holds no pictures; it needs one sub-folder a class, with pictures in it")
    labels = tuple(sorted({name for _, name in found}))
    x = torch.stack([torch.from_numpy(np.array(p)).view(size, size, channels).permute(2, 0, 1) for p, _ in found])
    return Images(x.contiguous(), torch.tensor([labels.index(name) for _, name in found]), labels)


def read_picture(path: Path, size: int, channels: int):
    """The centre square of a picture file as a Pillow image of size×size, or None if it is no picture."""
    try:
        return images.square(images.open_picture(path.read_bytes()), size, channels)
    except (images.PictureError, OSError):
        return None
