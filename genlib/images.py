"""Between model images, float (B, C, H, W) in [0, 1], and pictures: PNG bytes and whatever people upload.

The only module that makes or reads pixels.
"""

import io
import json
import threading
import warnings
from typing import cast

import numpy as np
import torch
from PIL import Image, ImageOps, PngImagePlugin
from torch import Tensor

from genlib.errors import InputError

MAX_PIXELS = 25_000_000  # of an upload; more is refused before a pixel is unpacked
SLICE = 64  # pictures turned into bytes at a time
LONGEST = 1024  # pixels of a side, as far as anything here looks at them
ENLARGED = 3.0  # of 255: mean difference at which a picture is taken to have been enlarged
DECODING = threading.Lock()  # one at a time: 25 megapixels unpacked are 100 MB
FORMATS = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "PPM", "QOI", "ICO", "JPEG2000", "TGA")  # none that runs a program


class PictureError(InputError):
    """The upload is no picture this page can use; the message says why, in one sentence."""


def to_uint8(x: Tensor) -> np.ndarray:
    """(…, C, H, W) in [0, 1] -> (…, H, W, C) uint8, rounded."""
    return (x.detach().clamp(0, 1) * 255).round().to(torch.uint8).movedim(-3, -1).cpu().numpy()


def sheet(x: Tensor, columns: int | None = None) -> np.ndarray:
    """Cells side by side without gaps, row by row: (B, C, H, W) -> uint8 (rows·H, columns·W[, 3])."""
    b, c, h, w = x.shape
    columns = columns or b
    rows = -(-b // columns)
    canvas = np.zeros((rows * columns, h, w, c), np.uint8)
    for k in range(0, b, SLICE):  # of a thousand pictures no second thousand in floats
        levels = to_uint8(x[k : k + SLICE])
        canvas[k : k + len(levels)] = levels
    cells = canvas.reshape(rows, columns, h, w, c).swapaxes(1, 2).reshape(rows * h, columns * w, c)
    return cells.squeeze(-1) if c == 1 else cells


def png(x: Tensor, columns: int | None = None, **text) -> bytes:
    """`sheet` as a PNG whose text chunk "latent-atelier" carries `text` as JSON (model, seed, settings)."""
    info = PngImagePlugin.PngInfo()
    if text:
        info.add_text("latent-atelier", json.dumps(text, sort_keys=True))
    out = io.BytesIO()
    Image.fromarray(sheet(x, columns)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def open_picture(raw: bytes) -> Image.Image:
    """The first frame of a picture, upright, in RGBA, RGB or L; a large one is averaged down to LONGEST or a little more.

    Raises PictureError, for one of more than MAX_PIXELS before a pixel is unpacked.
    """
    picture = identify(raw)
    try:
        with DECODING:
            picture.draft(None, (LONGEST // 2, LONGEST // 2))  # a JPEG is scaled while it is unpacked
            return shrink(plain(ImageOps.exif_transpose(picture)))
    except Exception as error:  # Pillow's readers raise what they please: RuntimeError for AVIF, IndexError for QOI
        raise unreadable() from error


def read_size(raw: bytes) -> tuple[int, int]:
    """Width and height of a picture, of which no pixel is unpacked.  Raises PictureError."""
    return identify(raw).size


def identify(raw: bytes) -> Image.Image:
    """A picture of which the head alone is read.  Raises PictureError, for one of more than MAX_PIXELS too."""
    if not raw:
        raise PictureError("The file is empty: choose a picture.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.init()  # Pillow learns of most formats only when asked to
            picture = Image.open(io.BytesIO(raw), formats=[name for name in FORMATS if name in Image.OPEN])
    except Exception as error:
        raise unreadable() from error
    if picture.width * picture.height > MAX_PIXELS:
        raise PictureError(
            "The picture is {w}×{h}: choose one under {n} megapixels.",
            w=picture.width, h=picture.height, n=MAX_PIXELS // 10**6,
        )  # fmt: skip
    return picture


def unreadable() -> PictureError:
    return PictureError("This file is not a picture that can be read: try a PNG or a JPEG.")


def plain(picture: Image.Image) -> Image.Image:
    """A picture in RGBA, RGB or L; of 16 and 32 bits, which Pillow would clip, the levels are scaled."""
    if picture.mode.startswith(("I", "F")):
        picture = shrink(picture.convert("F"))
        high = cast(float, picture.getextrema()[1])  # a pair only where there are several bands
        top = 65535 if high > 255 else 255 if high > 1 else 1
        return picture.point(lambda v: v * (255 / top) + 0.5).convert("L")
    if picture.mode in ("RGBA", "RGB", "L"):
        return picture
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture.convert("L" if picture.mode in ("1", "LA") else "RGB")


def shrink(picture: Image.Image) -> Image.Image:
    """Averaged over whole squares of pixels, so that its longer side is under 2·LONGEST."""
    by = max(picture.size) // LONGEST
    return picture.reduce(by) if by > 1 else picture


def opaque(picture: Image.Image) -> Image.Image:
    """Nothing shining through: a picture on white, or on black where what is drawn is bright itself."""
    if picture.mode != "RGBA":
        return picture
    seen = np.asarray(picture.convert("LA"), dtype=np.float32)
    bright = (seen[..., 0] * seen[..., 1]).sum() > 191 * seen[..., 1].sum()
    return Image.alpha_composite(Image.new("RGBA", picture.size, "black" if bright else "white"), picture)


def square(picture: Image.Image, size: int, channels: int) -> Image.Image:
    """The centre square of a picture, area-averaged to size×size; of one that was enlarged from size×size, that one."""
    picture = opaque(picture).convert("L" if channels == 1 else "RGB")
    if min(picture.size) > 2 * size and (small := undo_enlargement(picture, size)):
        return small
    return ImageOps.fit(picture, (size, size), Image.Resampling.BOX)


def undo_enlargement(picture: Image.Image, size: int) -> Image.Image | None:
    """The size×size picture that a larger one was made of by interpolation, or None.

    Interpolation leaves the middle of each old pixel what it was; an average over all of it would blur.
    """
    fine = ImageOps.fit(picture, (3 * size, 3 * size), Image.Resampling.BOX)
    core = Image.fromarray(np.asarray(fine)[1::3, 1::3])
    seen = np.asarray(fine, dtype=np.int16)
    for way in (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC):
        if np.abs(np.asarray(core.resize(fine.size, way), dtype=np.int16) - seen).mean() < ENLARGED:
            return core
    return None


def to_tensor(picture: Image.Image) -> Tensor:
    """A grey or RGB Pillow picture as (1, C, H, W) in [0, 1]."""
    x = torch.from_numpy(np.array(picture, dtype=np.float32) / 255)
    return (x[None] if x.ndim == 2 else x.permute(2, 0, 1))[None]
