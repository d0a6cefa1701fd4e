"""Digits and letters as MNIST has them: light ink on black, the symbol alone, its stroke and frame those of the data set.

    light     the paper's own level is divided out, so that shadows go and only contrast is left
    polarity  ink on paper, or chalk on a board
    ink       Otsu's threshold, its lower bound followed from where the ink is sure
    symbol    the marks that are meant; not a neighbour cut by the rim, not specks
    stroke    as wide as MNIST's
    frame     longer side 20 of 28 pixels, centre of mass in the middle: LeCun et al., 1998

Each is a function of arrays; `prepare` puts them one after another.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from PIL import Image

from genlib import images
from genlib.preparation.base import Handle, Note, Prepared, border, box, crop, look
from genlib.preparation.strokes import BOX, FINE, SIDE, frame

STROKE = 2.4  # mean width of strokes as `measure_stroke` has it; MNIST's own are 2.1 to 3.6, strangers' loops are wider


def shrink(rgb: np.ndarray, longest: int = 96) -> np.ndarray:
    """A small copy (h, w, 3), float, on which the ground is looked for."""
    scale = longest / max(rgb.shape[:2])
    h, w = (max(8, round(n * scale)) for n in rgb.shape[:2])
    return cv2.resize(rgb, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)


def contrast_with(rgb: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """log(x / ground), (H, W, 3); ink on paper is negative.  The ground may be of a small copy."""
    ground = cv2.resize(ground, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.log((rgb.astype(np.float32) + 8) / (ground + 8))


def blur(x: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(x, (0, 0), sigma).reshape(*x.shape[:2], -1)


def find_polarity(rgb: np.ndarray) -> bool:
    """Whether what is drawn is darker than its ground: the sign of the sum of cubed contrasts with a wide median."""
    small = shrink(rgb)
    wide = 2 * (max(small.shape[:2]) // 5) + 1
    pad = wide // 2
    framed = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REFLECT).astype(np.uint8)
    ground = blur(cv2.medianBlur(framed, wide)[pad:-pad, pad:-pad].astype(np.float32), wide / 8)
    return float((contrast_with(small, ground).mean(axis=2) ** 3).sum()) <= 0


def divide_light(rgb: np.ndarray, dark: bool) -> np.ndarray:
    """How far each point differs from the paper's own level there, ink's way: uint8 (H, W, 3) -> float (H, W, 3).

    The level is first what closes over every dark stroke (opens, over light ones) narrower than two fifths of the
    picture; where ink then stands out it is left out, and the level is taken from what lies around it: so a shadow's
    edge is paper and a thick stroke is not its own ground.
    """
    small = blur(shrink(rgb), 0.7)
    side = 2 * (max(small.shape[:2]) // 5) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    envelope = blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE if dark else cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_REFLECT), side / 8)
    sign = -1 if dark else 1
    ground = envelope
    for _ in range(2):
        apart = np.clip(sign * contrast_with(small, ground), 0, None).max(axis=2)
        level, _ = cv2.threshold((255 * apart / max(apart.max(), 1e-6)).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
        ink = cv2.dilate((apart > level / 255 * apart.max()).astype(np.uint8), np.ones((3, 3)))
        paper = (1 - ink).astype(np.float32)[..., None]
        ground = (blur(small * paper, side / 10) + 1e-3 * envelope) / (blur(paper, side / 10) + 1e-3)
    return sign * contrast_with(rgb, ground)


def find_axis(contrast: np.ndarray) -> np.ndarray:
    """The colour direction in which the strongest contrasts lie, a unit vector (3,) whose sum is not negative."""
    flat = contrast.reshape(-1, 3)
    strength = np.square(flat).sum(axis=1)
    strong = flat[strength >= np.quantile(strength, 0.9)]
    axis = np.linalg.svd(strong.T @ strong)[0][:, 0]
    return axis if axis.sum() >= 0 else -axis


def find_ink(strength: np.ndarray) -> np.ndarray:
    """Where the ink is: above half of Otsu's threshold wherever that hangs together with what is above it, (H, W) bool.

    Raises PictureError for a picture with nothing on it: no contrast that stands out of the grain of the paper.
    """
    grain = 1.4826 * float(np.median(np.abs(strength - np.median(strength))))
    top = float(np.quantile(strength, 0.999))
    if top < max(0.08, 5 * grain):
        raise images.PictureError("The picture is blank: draw or choose one with something on it.")
    level, _ = cv2.threshold((np.clip(strength / top, 0, 1) * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    high = min(max(level / 255, 0.25), 0.75) * top
    count, label = cv2.connectedComponents((strength > max(0.55 * high, 3 * grain)).astype(np.uint8), connectivity=8)
    label, sure = np.asarray(label, np.int32), np.zeros(count, bool)
    sure[np.unique(label[strength > high])] = True
    sure[0] = False
    return sure[label]


@dataclass(frozen=True)
class Marks:
    """What hangs together in a picture (H, W): a label a pixel, and of each mark its size and where it lies."""

    label: np.ndarray  # (H, W), 0 the ground, mark k as k + 1
    area: np.ndarray  # (K,)
    size: np.ndarray  # (K,), the longer side
    rim: np.ndarray  # (K,) bool: it touches the picture's edge

    @classmethod
    def of(cls, ink: np.ndarray) -> "Marks":
        h, w = ink.shape
        _, label, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
        x, y, width, height, area = (stats[1:, k] for k in range(5))
        rim = (x <= 1) | (y <= 1) | (x + width >= w - 1) | (y + height >= h - 1)
        return cls(label, area, np.maximum(width, height), rim)

    def inside(self) -> np.ndarray:
        """Which lie inside and are not small, (K,) bool."""
        least = max(0.3 * self.size[~self.rim].max(initial=0), 0.12 * min(self.label.shape))
        return ~self.rim & (self.size >= least)

    def pick(self, which: np.ndarray) -> np.ndarray:
        """The marks of which (K,) is True as one mask, (H, W) bool."""
        return np.concatenate([[False], which])[self.label]


def drop_rim(strength: np.ndarray) -> tuple[np.ndarray, Marks]:
    """Contrast without what lies along the edge, a strip of the table say, if something inside shows once it is gone.

    Raises PictureError for a blank picture.
    """
    marks = Marks.of(find_ink(strength))
    if marks.inside().any() or not marks.rim.any():
        return strength, marks
    edge = cv2.dilate(marks.pick(marks.rim).astype(np.uint8), np.ones((9, 9))) > 0
    try:
        rest = np.where(edge, 0, strength)
        within = Marks.of(find_ink(rest))
    except images.PictureError:
        return strength, marks
    return (rest, within) if within.inside().any() else (strength, marks)


def find_symbol(marks: Marks) -> tuple[np.ndarray, int]:
    """The marks that are meant, (H, W) bool, and how many others were left out.

    A mark at the rim loses to any inside that is not small; the heaviest counts, and what lies within a quarter of its
    size of it or of what was so found.  Raises PictureError if there are only specks.
    """
    if not len(marks.size) or marks.size.max() < max(5, 0.03 * max(marks.label.shape)):
        raise images.PictureError("There are only specks in the picture: draw or choose one with something on it.")
    inside = marks.inside()
    main = int(np.argmax(np.where(inside if inside.any() else True, marks.area, 0)))
    speck = marks.size < 0.06 * marks.size[main]
    open_ = ~speck & (marks.area >= 0.01 * marks.area[main]) & (~marks.rim | marks.rim[main])
    near = np.arange(len(marks.size)) == main
    while True:
        distance = cv2.distanceTransform((~marks.pick(near)).astype(np.uint8), cv2.DIST_L2, 3)
        strays = [k for k in np.flatnonzero(open_ & ~near) if distance[marks.label == k + 1].min() <= 0.22 * marks.size[main]]
        if not strays:
            return marks.pick(near), int((~near & ~speck).sum())
        near[strays] = True


def measure_stroke(mask: np.ndarray) -> float:
    """Mean width of the strokes of a mask (H, W), in pixels: four times the mean distance to the edge."""
    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)
    return 4 * float(distance[distance > 0].mean())


def find_middle(inner: np.ndarray) -> np.ndarray:
    """The middle line of strokes, (H, W) bool, given each point's distance to the edge: where it stops rising."""
    smooth = cv2.GaussianBlur(inner, (0, 0), 1.5)
    slope = np.hypot(cv2.Sobel(smooth, -1, 1, 0, scale=1 / 8), cv2.Sobel(smooth, -1, 0, 1, scale=1 / 8))
    return (slope < 0.5) & (inner > 1.5)


def move_edge(solid: np.ndarray, by: float, least: float) -> np.ndarray:
    """A mask (H, W) with its edge moved out by `by` pixels (in, if negative), grey at the edge: float in [0, 1].

    What would vanish keeps its middle, `least` pixels to each side of it.
    """
    inner = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 5)
    edge = np.where(solid, inner - 0.5, 0.5 - cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 5)) + by
    if by < 0:
        away = cv2.distanceTransform((~find_middle(inner)).astype(np.uint8), cv2.DIST_L2, 5)
        edge = np.maximum(edge, np.minimum(least - away, inner))
    return np.clip(edge + 0.5, 0, 1)


def draw_at_width(mask: np.ndarray, width: float = STROKE, fine: int = FINE, side: int = BOX) -> np.ndarray:
    """A mask (H, W) as grey (≤ side, ≤ side) float in [0, 1]: its longer side `side` pixels, its strokes `width`.

    On a grid `fine` times finer the edge of all strokes is moved out or in, by as much everywhere.
    """
    left, top, right, bottom = box(mask)
    cut, grow = mask[top:bottom, left:right].astype(np.float32), 0.0
    for _ in range(3):  # the box grows with the stroke, and with it the scale
        scale = max(side * fine - 2 * grow, side * fine / 2) / max(cut.shape)
        shape = [max(1, round(n * scale)) for n in cut.shape]
        soft = cv2.resize(cut, shape[::-1], interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        solid = soft >= min(0.5, soft.max() / 2)  # a line thinner than the grid is still a line
        grow = float(np.clip((width * fine - measure_stroke(solid)) / 2, -1.5 * width * fine, 0.45 * width * fine))
    drawn = move_edge(np.pad(solid, int(max(grow, 0)) + fine), grow, 0.3 * width * fine)
    left, top, right, bottom = box(drawn > 0.5)
    drawn = drawn[top:bottom, left:right]
    scale = side / max(drawn.shape)
    return cv2.resize(drawn, [max(1, round(n * scale)) for n in drawn.shape[::-1]], interpolation=cv2.INTER_AREA)


def is_ready(grey: np.ndarray) -> bool:
    """Whether a grey picture (H, W) uint8 is light on black with an empty rim, framed as MNIST's are, give or take."""
    h, w = grey.shape
    if h != w or border(grey).max() > 40 or np.median(border(grey)) > 9 or grey.max() < 100:
        return False
    left, top, right, bottom = box(grey > 60)
    y, x = np.average(np.mgrid[:h, :w].reshape(2, -1), axis=1, weights=grey.flatten()) * SIDE / h
    return 17 <= max(right - left, bottom - top) * SIDE / h <= 23 and max(abs(x - 14), abs(y - 14)) < 2


def prepare(picture: Image.Image, size: int = SIDE, handle: Handle = Handle()) -> Prepared:  # noqa: B008, frozen
    """A picture of a digit or a letter, as MNIST has them, (1, 1, 28, 28).  Raises PictureError.

    One of 28×28, or light on black and framed as MNIST's, is taken as it is.
    """
    part = crop(picture, handle.cut)
    grey = np.asarray(part.convert("L"))
    if handle == Handle() and (part.size == (SIDE, SIDE) or is_ready(grey)):
        return Prepared(images.to_tensor(images.square(part, SIDE, 1)), (Note("Taken as it is."),))
    rgb = cv2.GaussianBlur(look(part), (0, 0), 1)
    dark = find_polarity(rgb) if handle.invert is None else handle.invert
    contrast = divide_light(rgb, dark)
    strength, marks = drop_rim(np.clip(contrast @ find_axis(contrast), 0, None))
    symbol, others = find_symbol(marks)
    drawn = draw_at_width(symbol)
    out = frame(drawn)
    stages = {"photograph": rgb, "light": to_bytes(strength), "ink": to_bytes(marks.label > 0), "symbol": to_bytes(symbol), "frame": out}
    return Prepared(
        torch.from_numpy(out.copy())[None, None].float() / 255,
        describe(dark, others), warn(marks, symbol), handle.cut or (0.0, 0.0, 1.0, 1.0), dark, stages,
    )  # fmt: skip


def to_bytes(x: np.ndarray) -> np.ndarray:
    """Anything from 0 up as grey, its greatest value white, (H, W) uint8."""
    return (255 * x.astype(np.float32) / max(float(x.max()), 1e-6)).astype(np.uint8)


def describe(dark: bool, others: int) -> tuple[Note, ...]:
    """What was done, for a person."""
    notes = [Note("Light evened out, dark ink made light on black.") if dark else Note("Light evened out, light ink on black.")]
    if others:
        notes.append(Note("Other marks left out: {n}.", {"n": others}))
    return (*notes, Note("Stroke and frame made MNIST's."))


def warn(marks: Marks, symbol: np.ndarray) -> tuple[Note, ...]:
    """What makes the reading doubtful: much ink, or a second mark as heavy as the one that was taken."""
    notes = []
    if (marks.label > 0).mean() > 0.4:
        notes.append(Note("More than two fifths of the picture is ink: frame the symbol alone."))
    taken = marks.area[np.unique(marks.label[symbol]) - 1].sum()
    rest = [a for k, a in enumerate(marks.area) if not marks.rim[k] and not symbol[marks.label == k + 1].any()]
    if max(rest, default=0) > 0.6 * taken:
        notes.append(Note("There are two marks of about the same weight: frame the one that is meant."))
    return tuple(notes)
