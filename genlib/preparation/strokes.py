"""A drawing as its strokes: scaled, whatever its size, and drawn at the data set's width in the data set's frame."""

import cv2
import numpy as np
import torch

from genlib.errors import InputError
from genlib.images import PictureError
from genlib.preparation.base import Note, Prepared
from genlib.preparation.digits import BOX, FINE, frame

MOST = 20_000  # points of one drawing
WIDTH = 1.7  # of a stroke, in pixels of the data set; chosen on two people's drawings


def check_strokes(value) -> list[np.ndarray]:
    """Strokes as arrays (N, 2).  Raises InputError for anything but lists of finite points, PictureError for none."""
    try:
        strokes = [np.asarray(points, dtype=np.float64) for points in value if len(points)]
        fine = sum(map(len, strokes)) <= MOST and all(s.ndim == 2 and s.shape[1] == 2 and np.abs(s).max() < 1e5 for s in strokes)
    except (TypeError, ValueError, OverflowError):
        fine = False
    if not fine:
        raise InputError("a drawing is a list of strokes, each a list of points x, y, {n} at the most in all", n=MOST)
    if not strokes:
        raise PictureError("The drawing is empty: draw something.")
    return strokes


def draw_strokes(strokes: list[np.ndarray], width: float = WIDTH, side: int = BOX) -> np.ndarray:
    """Strokes as grey (≤ side, ≤ side) float in [0, 1], the longer side `side` pixels, lines `width` pixels wide."""
    points = np.concatenate(strokes)
    low, reach = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1e-6)
    scale = (side - width) * FINE / reach if reach > 4 else 0.0  # a dot is a dot
    w, h = (np.ptp(points, axis=0) * scale + width * FINE).round().astype(int)
    canvas = np.zeros((max(h, 1), max(w, 1)), np.uint8)
    shift = 4  # cv2 takes points in sixteenths of a pixel
    lines = [np.round(((s - low) * scale + width * FINE / 2 - 0.5) * 2**shift).astype(np.int32)[None] for s in strokes]
    for line in lines:
        cv2.polylines(canvas, line if line.shape[1] > 1 else line.repeat(2, axis=1), False, 255, round(width * FINE), cv2.LINE_AA, shift)
    size = [max(1, round(n / FINE)) for n in canvas.shape[::-1]]
    return cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def prepare(strokes, box: int = BOX, size: int = 28) -> Prepared:
    """A drawing as MNIST would have it, (1, 1, size, size).  Raises InputError, PictureError."""
    out = frame(draw_strokes(check_strokes(strokes), side=box), size)
    return Prepared(torch.from_numpy(out.copy())[None, None].float() / 255, (Note("Your strokes, at the data set's width and size."),), stages={"frame": out})
