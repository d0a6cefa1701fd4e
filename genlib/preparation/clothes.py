"""Clothes as Fashion-MNIST has them: the article alone, negated, grey, its longer side 28 pixels, its box in the middle.

ground    cut away: GrabCut from the border inwards (Rother, Kolmogorov, Blake, 2004)
negative  the data set's own making: on white ground, then negated, so that dark garments are light
frame     longer side 28 of 28, centred by its box: Xiao, Rasul, Vollgraf, arXiv:1708.07747, section 2
"""

import cv2
import numpy as np
import torch
from PIL import Image

from genlib import images
from genlib.preparation.base import Handle, Note, Prepared, border, box, crop, look

SIDE = BOX = 28
EDGE = 12  # of 255: contrast of an article with its ground; real ones have 18 and more
LOOK = 160  # longest side, in pixels, at which the ground is looked for


def cut_ground(rgb: np.ndarray) -> np.ndarray:
    """Where the article is, uint8 (H, W, 3) -> bool (H, W); all of the picture where nothing stands out."""
    h, w = rgb.shape[:2]
    rim = max(2, round(0.03 * max(h, w)))
    label = np.full((h, w), cv2.GC_PR_FGD, np.uint8)
    for edge in (label[:rim], label[-rim:], label[:, :rim], label[:, -rim:]):
        edge[...] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # GrabCut's clusters begin at random
    cv2.grabCut(rgb[..., ::-1].copy(), label, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    foreground = np.isin(label, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    foreground = cv2.morphologyEx(foreground, cv2.MORPH_OPEN, np.ones((3, 3)))
    count, parts, stats, _ = cv2.connectedComponentsWithStats(foreground, connectivity=8)
    area = stats[1:, cv2.CC_STAT_AREA]
    if count < 2 or area.max() < 0.02 * h * w:
        return np.ones((h, w), bool)
    return np.concatenate([[False], area >= 0.15 * area.max()])[np.asarray(parts, np.int32)]


def measure_edge(rgb: np.ndarray, mask: np.ndarray) -> float:
    """How far apart, of 255, the colours on both sides of a mask's edge are: median along the edge; 0 where there is none."""
    solid, smooth = mask.astype(np.uint8), cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 1.5)
    wide, thin = np.ones((9, 9), np.uint8), np.ones((3, 3), np.uint8)
    levels, near = [], solid > cv2.erode(solid, thin)
    for band in (solid - cv2.erode(solid, wide), cv2.dilate(solid, wide) - solid):
        weight = cv2.blur(band.astype(np.float32), (15, 15))
        levels.append(cv2.blur(smooth * band[..., None].astype(np.float32), (15, 15)) / np.maximum(weight, 1e-6)[..., None])
        near &= weight > 0.02
    return float(np.median(np.abs(levels[0] - levels[1]).max(axis=2)[near])) if near.any() else 0.0


def frame(grey: np.ndarray, size: int = SIDE) -> np.ndarray:
    """Grey (h, w) uint8 scaled to a longer side of `size`, its box in the middle of a black size×size."""
    scale = size / max(grey.shape)
    shape = [max(1, round(n * scale)) for n in grey.shape]
    small = cv2.resize(grey, shape[::-1], interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out = np.zeros((size, size), np.uint8)
    top, left = ((size - n) // 2 for n in small.shape)
    out[top : top + small.shape[0], left : left + small.shape[1]] = small
    return out


def prepare(picture: Image.Image, size: int = SIDE, handle: Handle = Handle()) -> Prepared:  # noqa: B008, frozen
    """A picture of one article, as Fashion-MNIST has them, (1, 1, 28, 28).  Raises PictureError.

    One of 28×28, or what is light on black, is taken as it is, the latter framed.
    """
    part = crop(picture, handle.cut)
    grey = np.asarray(part.convert("L"))
    if handle == Handle() and part.size == (SIDE, SIDE):
        return Prepared(images.to_tensor(part.convert("L")), (Note("Taken as it is."),))
    if grey.max() < 16 or np.ptp(grey) < 8:
        raise images.PictureError("The picture is blank: draw or choose one with something on it.")
    if handle.invert is not True and np.median(border(grey)) < 10:
        return bright(part, grey, handle)
    rgb = look(part, LOOK)
    mask = cut_ground(rgb)
    left, top, right, bottom = box(mask)
    seen = np.asarray(Image.fromarray(rgb).convert("L"))
    article = np.where(mask, seen if handle.invert is False else 255 - seen, 0)[top:bottom, left:right].astype(np.uint8)
    out = frame(article)
    stages = {"photograph": rgb, "ground": (mask * 255).astype(np.uint8), "negative": article, "frame": out}
    kept = handle.invert is False
    done = Note("Ground cut away, shown as it is.") if kept else Note("Ground cut away, negated as the data set was.")
    notes = (done, Note("Longer side 28 pixels, in the middle."))
    return Prepared(to_x(out), notes, warn(mask, measure_edge(rgb, mask)), handle.cut or (0.0, 0.0, 1.0, 1.0), handle.invert is not False, stages)


def bright(part: Image.Image, grey: np.ndarray, handle: Handle) -> Prepared:
    """What is light on black already: a square as it is, anything else framed."""
    if part.width == part.height and handle.cut is None:
        return Prepared(images.to_tensor(images.square(part, SIDE, 1)), (Note("Light on black: taken as it is."),))
    left, top, right, bottom = box(grey > 40)
    out = frame(grey[top:bottom, left:right])
    return Prepared(to_x(out), (Note("Light on black: framed."),), cut=handle.cut or (0.0, 0.0, 1.0, 1.0), stages={"frame": out})


def to_x(out: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(out.copy())[None, None].float() / 255


def warn(mask: np.ndarray, edge: float) -> tuple[Note, ...]:
    """What makes the cut doubtful: nothing that stands out of its ground, or an article that leaves the picture."""
    if edge < EDGE:
        return (Note("No ground could be told from the article: frame it, or lay it on something plain."),)
    return (Note("The article reaches the edge of the picture: photograph all of it."),) if border(mask).mean() > 0.2 else ()
