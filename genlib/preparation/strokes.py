"""A drawing as its strokes: scaled, whatever its size, and drawn at the data set's width in the data set's frame."""

import numpy as np
import torch
from PIL import Image, ImageDraw

from genlib.errors import InputError
from genlib.images import PictureError
from genlib.preparation.base import Note, Prepared

SIDE, BOX = 28, 20  # MNIST's picture and the box its digits fill
FINE = 8  # so many times finer is the grid on which strokes are drawn
MAX_POINTS = 20_000  # points of one drawing
WIDTH = 1.7  # of a stroke, in pixels of the data set; chosen on two people's drawings


def check_strokes(value) -> list[np.ndarray]:
    """Strokes as arrays (N, 2).  Raises InputError for anything but lists of finite points, PictureError for none."""
    try:
        strokes = [np.asarray(points, dtype=np.float64) for points in value if len(points)]
        fine = sum(map(len, strokes)) <= MAX_POINTS and all(s.ndim == 2 and s.shape[1] == 2 and np.abs(s).max() < 1e5 for s in strokes)
    except (TypeError, ValueError, OverflowError):
        fine = False
    if not fine:
        raise InputError("a drawing is a list of strokes, each a list of points x, y, {n} at the most in all", n=MAX_POINTS)
    if not strokes:
        raise PictureError("The drawing is empty: draw something.")
    return strokes


def draw_strokes(strokes: list[np.ndarray], width: float = WIDTH, side: int = BOX) -> np.ndarray:
    """Strokes as grey (≤ side, ≤ side) float in [0, 1], the longer side `side` pixels, lines `width` pixels wide."""
    points = np.concatenate(strokes)
    low, reach = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-6)
    scale = (side - width) * FINE / reach if reach > 4 else 0.0  # a dot is a dot
    w, h = (np.ptp(points, axis=0) * scale + width * FINE).round().astype(int)
    canvas, thick = Image.new("L", (max(w, 1), max(h, 1))), round(width * FINE) + 1  # as wide as a smoothed line, which has two grey edges
    pen = ImageDraw.Draw(canvas)
    for stroke in strokes:
        points = [tuple(p) for p in (stroke - low) * scale + width * FINE / 2]
        pen.line(points, 255, thick)
        for point in points:  # round joints and ends
            pen.circle(point, thick / 2, 255)
    size = [max(1, round(n / FINE)) for n in canvas.size]
    return np.asarray(canvas.resize(size, Image.Resampling.BOX), np.float32) / 255


def frame(grey: np.ndarray, size: int = SIDE) -> np.ndarray:
    """Grey (h, w) in [0, 1] on a black size×size, its centre of mass at the middle of the picture, or as near as it stays whole: uint8.

    MNIST's lies at pixel 14 of 0 … 27, measured.
    """
    mass = grey.sum()
    middle = (float((grey.sum(axis=1 - i) @ np.arange(grey.shape[i])) / mass) for i in (0, 1))
    top, left = (max(0, min(round(size / 2 - at), size - n)) for at, n in zip(middle, grey.shape, strict=True))
    out = Image.new("L", (size, size))
    out.paste(Image.fromarray((grey * 255).round().astype(np.uint8)), (left, top))
    return np.asarray(out)


def prepare(strokes, box: int = BOX, size: int = 28) -> Prepared:
    """A drawing as MNIST would have it, (1, 1, size, size).  Raises InputError, PictureError."""
    out = frame(draw_strokes(check_strokes(strokes), side=box), size)
    return Prepared(
        torch.from_numpy(out.copy())[None, None].float() / 255, (Note("Your strokes, at the data set's width and size."),), stages={"frame": out}
    )
