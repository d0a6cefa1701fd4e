"""A maker of photographs of digits: what strangers' phones gave, drawn around pictures whose class is known.

paper     tinted, from white down to below mid-grey; ruled or squared, or plain
pen       dark, pale or coloured; half to three times MNIST's width; chalk on a board now and then
light     falls to half across the picture; a soft hand shadow down to 0.4; a vignette
around    a neighbour cut by the rim, a strip of the table, specks
camera    tilt up to 20 degrees, blur, noise, JPEG
"""

import io

import cv2
import numpy as np
from PIL import Image

SIDE = 480


def enlarge(digit: np.ndarray, height: int, width: float) -> np.ndarray:
    """A digit (28, 28) in [0, 1] as coverage (height, height), its strokes `width` times as wide."""
    fine = cv2.GaussianBlur(cv2.resize(digit, (280, 280), interpolation=cv2.INTER_CUBIC), (0, 0), 3)
    solid = (fine > 0.45).astype(np.uint8)
    out, into = (cv2.distanceTransform(m, cv2.DIST_L2, 5) for m in (1 - solid, solid))
    edge = into - out + 12.5 * (width - 1)
    if width < 1:  # what would vanish keeps its middle
        edge = np.where(solid, np.maximum(edge, into - 0.7 * cv2.dilate(into, np.ones((9, 9)))), edge)
    return cv2.resize(np.clip(edge / 3 + 0.5, 0, 1), (height, height), interpolation=cv2.INTER_AREA)


def place(canvas: np.ndarray, ink: np.ndarray, x: int, y: int) -> None:
    """Ink (h, h) laid on coverage (H, W) with its middle at x, y, cut at the rim; in place."""
    h = len(ink)
    top, left = y - h // 2, x - h // 2
    a, b, c, d = max(0, top), min(len(canvas), top + h), max(0, left), min(canvas.shape[1], left + h)
    if a < b and c < d:
        part = canvas[a:b, c:d]
        np.maximum(part, ink[a - top : b - top, c - left : d - left], out=part)


def light(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """How much light falls on each point, (H, W), at most 1."""
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    ramp = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
    fall = 1 - rng.uniform(0, 0.5) * np.clip(ramp, 0, 1)
    if rng.random() < 0.4:  # a hand
        cx, cy, r = rng.uniform(0, 1), rng.uniform(0.5, 1.2), rng.uniform(0.3, 0.7)
        soft = rng.uniform(0.01, 0.08)
        fall *= 1 - rng.uniform(0.2, 0.6) / (1 + np.exp((np.hypot(x - cx, y - cy) - r) / soft))
    if rng.random() < 0.4:
        fall *= 1 - rng.uniform(0.2, 0.6) * np.clip(np.hypot(x - 0.5, y - 0.5) / 0.707, 0, 1) ** 3
    return fall.astype(np.float32)


def paper(rng: np.random.Generator, h: int, w: int) -> np.ndarray:
    """The sheet before any light, (H, W, 3) in [0, 1]; it may be ruled or squared."""
    tint = rng.uniform(0.85, 1.0, 3) * rng.choice([0.97, 0.75, 0.5, 0.42], p=[0.5, 0.2, 0.15, 0.15])
    sheet = np.tile(tint.astype(np.float32), (h, w, 1))
    kind, step = rng.random(), int(rng.integers(28, 80))
    colour = tint * (1 - rng.uniform(0.1, 0.35) * rng.uniform(0.3, 1, 3))
    if kind < 0.35:
        sheet[int(rng.integers(step)) :: step] = colour
    if kind < 0.15:
        sheet[:, int(rng.integers(step)) :: step] = colour
    return sheet


def photograph(digit: np.ndarray, rng: np.random.Generator, neighbour: np.ndarray | None = None) -> bytes:
    """A digit (28, 28) in [0, 1] as if photographed: a JPEG of about SIDE×SIDE.  A neighbour looks in at the rim."""
    h, w = SIDE, int(SIDE * rng.uniform(0.75, 1.2))
    board = rng.random() < 0.07
    sheet = paper(rng, h, w)
    pen = rng.uniform(0.05, 0.3) * np.ones(3) + (rng.uniform(0, 0.35, 3) if rng.random() < 0.5 else 0)
    if board:
        sheet, pen = np.tile(rng.uniform(0.08, 0.3, 3).astype(np.float32), (h, w, 1)), rng.uniform(0.75, 1, 3)
    pen = sheet.mean(axis=(0, 1)) + (pen * (1 if board else sheet.mean()) - sheet.mean(axis=(0, 1))) * rng.uniform(0.55, 1)
    width = float(np.exp(rng.uniform(np.log(0.5), np.log(2.2))))
    size = int(min(h, w) * rng.uniform(0.55, 1.05))
    cover = np.zeros((h, w), np.float32)
    drawn = enlarge(digit, size, width)
    turned = cv2.warpAffine(drawn, cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-12, 12), 1), (size, size))
    x, y = int(w * rng.uniform(0.45, 0.55)), int(h * rng.uniform(0.45, 0.55))
    place(cover, turned, x, y)
    if neighbour is not None:
        place(cover, enlarge(neighbour, size, width), int(rng.choice([-0.16, 1.16]) * size * 0.5 + (w if rng.random() < 0.5 else 0)), y)
    scene = sheet * (1 - cover[..., None]) + pen.astype(np.float32) * cover[..., None]
    if rng.random() < 0.1:  # the table, where the sheet ends
        strip = int(w * rng.uniform(0.02, 0.08))
        scene[:, :strip] = rng.uniform(0.1, 0.5, 3)
    for _ in range(rng.integers(0, 4)):
        cv2.circle(scene, (int(rng.integers(w)), int(rng.integers(h))), int(rng.integers(1, 3)), pen.tolist(), -1)
    scene = scene * light(rng, h, w)[..., None]
    scene = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.5, 2.0)) + rng.normal(0, rng.uniform(0.005, 0.03), scene.shape)
    out = io.BytesIO()
    Image.fromarray((np.clip(scene, 0, 1) * 255).astype(np.uint8)).save(out, "JPEG", quality=int(rng.integers(60, 95)))
    return out.getvalue()
