"""A picture to paint a hole into: brush, eraser, presets, undo, keyboard."""

import base64
import binascii

import numpy as np
import torch
from torch import Tensor

from demo.widgets.base import Sent, Widget, check_pixels
from genlib.errors import InputError


def to_mask(text: str | None, height: int, width: int) -> Tensor:
    """The pad's digits as a bool (H, W), True in the hole.  Raises InputError if they are of another picture."""
    if not isinstance(text, str) or len(text) != height * width or set(text) - {"0", "1"}:
        raise InputError("the mask is not {width}×{height}: paint it on this picture", width=width, height=height)
    return torch.tensor([digit == "1" for digit in text]).view(height, width)


def to_text(mask: Tensor) -> str:
    """A bool (H, W) as the pad's digits."""
    return "".join("1" if hole else "0" for hole in mask.flatten().tolist())


def from_link(text: str, height: int, width: int) -> Tensor | None:
    """A mask as an address carries it, bits in base64: a bool (H, W), or None if it is no mask of that size."""
    try:
        bits = np.unpackbits(np.frombuffer(base64.b64decode(text, validate=True), np.uint8))
    except (binascii.Error, ValueError):
        return None
    if len(bits) != -(-height * width // 8) * 8:
        return None
    return torch.from_numpy(bits[: height * width].reshape(height, width).astype(bool))


def named_hole(name: str, height: int, width: int) -> Tensor:
    """A hole by the name of its button, as in mask_pad.js, or the "middle" of a picture: a bool (H, W)."""
    y, x = torch.arange(height)[:, None].expand(height, width) + 0.5, torch.arange(width).expand(height, width) + 0.5
    holes = {
        "top": y < height / 2, "bottom": y > height / 2, "left": x < width / 2,
        "centre": ((x - width / 2).abs() < width / 5) & ((y - height / 2).abs() < height / 5),
        "middle": (y > height * 3 / 8) & (y < height * 6 / 8) & ((x - width / 2).abs() < width / 4),
    }  # fmt: skip
    return holes[name]


def initial_pad(picture: dict, wanted: str, hole: str, **more) -> dict:
    """A pad's value: a picture with the hole an address asks for or, where it asks for none, one by its name."""
    h, w = picture["pixels"]["h"], picture["pixels"]["w"]
    mask = from_link(wanted, h, w) if wanted else None
    if mask is None or not mask.any() or mask.all():
        mask = named_hole(hole, h, w)
    return {"pixels": picture["pixels"], "mask": to_text(mask), **more}


def check_pad(value) -> Sent:
    """A pad's value.  Raises InputError."""
    value = check_pixels(value)
    if value:
        to_mask(value["mask"], value["pixels"]["h"], value["pixels"]["w"])
    return value


class MaskPad(Widget):
    """value: {"pixels", "mask", "face"}; mask: H·W digits, 1 in the hole; face: True offers eyes and mouth.  examples: names of pictures with a hole
    that the server knows.  Events: input, at the end of each gesture; select, an example's name, {"example"}.
    """

    def __init__(self, value=None, *, examples=(), **props):
        super().__init__(value, examples=list(examples), **props)

    def preprocess(self, value):
        return check_pad(value)
