"""Between model images, float (B, C, H, W) in [0, 1], and pictures: PNG bytes and whatever people upload.

The only module that makes or reads pixels.
"""

import io
import json
import warnings

import numpy as np
import torch
from PIL import Image, ImageOps, PngImagePlugin
from torch import Tensor

MAX_PIXELS = 100_000_000  # of an upload; more is refused before a pixel is unpacked


class PictureError(ValueError):
    """The upload is no picture this page can use; the message says why, in one sentence."""


def to_uint8(x: Tensor) -> np.ndarray:
    """(…, C, H, W) in [0, 1] -> (…, H, W, C) uint8, rounded."""
    return (x.detach().clamp(0, 1) * 255).round().to(torch.uint8).movedim(-3, -1).cpu().numpy()


def sheet(x: Tensor, columns: int | None = None) -> np.ndarray:
    """Cells side by side without gaps, row by row: (B, C, H, W) -> uint8 (rows·H, columns·W[, 3])."""
    b, c, h, w = x.shape
    columns = columns or b
    rows = -(-b // columns)
    canvas = x.new_zeros(rows * columns, c, h, w)
    canvas[:b] = x
    cells = to_uint8(canvas).reshape(rows, columns, h, w, c).swapaxes(1, 2).reshape(rows * h, columns * w, c)
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
    """The first frame of any picture Pillow reads, upright, in RGBA or L.  Raises PictureError."""
    if not raw:
        raise PictureError("The file is empty: choose a picture.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(raw))
        if picture.width * picture.height > MAX_PIXELS:
            raise PictureError(f"The picture is {picture.width}×{picture.height}: choose one under 100 megapixels.")
        picture.draft("L", (512, 512))  # a JPEG is scaled while it is unpacked
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I"):  # 16 or 32 bits: Pillow would clip instead of scale
            grey = np.asarray(picture, dtype=np.float64)
            top = 65535 if grey.max() > 255 else 255
            return Image.fromarray((grey.clip(0, top) * (255 / top)).round().astype(np.uint8))
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except PictureError:
        raise
    except Exception as error:  # Pillow's readers raise what they please: RuntimeError for AVIF, IndexError for QOI
        raise PictureError("This file is not a picture that can be read: try a PNG or a JPEG.") from error


def opaque(picture: Image.Image) -> Image.Image:
    """Nothing shining through: a picture on white, or on black where what is drawn is bright itself."""
    if picture.mode != "RGBA":
        return picture
    seen = np.asarray(picture.convert("LA"), dtype=np.float32)
    bright = (seen[..., 0] * seen[..., 1]).sum() > 191 * seen[..., 1].sum()
    return Image.alpha_composite(Image.new("RGBA", picture.size, "black" if bright else "white"), picture)


def square(picture: Image.Image, size: int, channels: int) -> Image.Image:
    """The centre square of a picture, area-averaged to size×size."""
    picture = opaque(picture).convert("L" if channels == 1 else "RGB")
    return ImageOps.fit(picture, (size, size), Image.Resampling.BOX)


def to_tensor(picture: Image.Image) -> Tensor:
    """A grey or RGB Pillow picture as (1, C, H, W) in [0, 1]."""
    x = torch.from_numpy(np.array(picture, dtype=np.float32) / 255)
    return (x[None] if x.ndim == 2 else x.permute(2, 0, 1))[None]


def prepare(raw: bytes, size: int, channels: int) -> Tensor:
    """An upload as the models know pictures, (1, C, size, size).  Exact size: taken as it is; else like a digit.

    A larger picture is made light-on-dark where its border is bright, cut to its ink, scaled so that its longer
    side fills 20 of 28 pixels and moved so that its centre of mass is in the middle, which is how MNIST was made.
    Raises PictureError.
    """
    picture = open_picture(raw)
    if picture.size == (size, size) or channels == 3:
        return to_tensor(square(picture, size, channels))
    picture = opaque(picture).convert("L")
    picture.thumbnail((512, 512), Image.Resampling.BOX)
    return to_tensor(Image.fromarray(centre(np.asarray(picture, dtype=np.float32), size)))


def centre(grey: np.ndarray, size: int) -> np.ndarray:
    """Ink of a grey picture (H, W), 0 to 255, centred by mass on a black size×size square, uint8."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = 255 - grey if np.median(border) > 127 else grey
    ink = np.clip(ink - np.median(np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])), 0, None)
    if ink.max() < 16:
        raise PictureError("The picture is blank: draw or choose one with something on it.")
    ink *= 255 / ink.max()
    ink[ink < 51] = 0  # paper: its grain, and light that falls from one side
    rows, columns = np.where(ink)
    cut = Image.fromarray(ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.uint8))
    scale = size * 20 / 28 / max(cut.size)
    cut = cut.resize([max(1, round(side * scale)) for side in cut.size], Image.Resampling.BOX)
    pixels = np.asarray(cut, dtype=np.float32)
    if pixels.max() < 16:
        raise PictureError("There are only specks in the picture: draw or choose one with something on it.")
    cut = Image.fromarray((pixels * (255 / pixels.max())).astype(np.uint8))  # a thin pen pales as it shrinks
    y, x = ((pixels.sum(axis=1 - i) @ np.arange(pixels.shape[i])) / pixels.sum() for i in (0, 1))
    out = Image.new("L", (size, size))
    out.paste(cut, (round(size / 2 - 0.5 - x), round(size / 2 - 0.5 - y)))
    return np.asarray(out)


def psnr(truth: Tensor, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio, dB, peak 1: (B, C, H, W) twice, within a bool mask (B, H, W) -> (B,)."""
    error = (truth - x).square().mean(dim=1)
    if mask is None:
        return -10 * error.flatten(1).mean(dim=1).clamp(min=1e-10).log10()
    return -10 * ((error * mask).flatten(1).sum(dim=1) / mask.flatten(1).sum(dim=1)).clamp(min=1e-10).log10()
