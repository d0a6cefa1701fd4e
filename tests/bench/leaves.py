"""Colour pictures of three kinds of leaves as if photographed: shape, hue, turn, size, light and ground differ from picture to picture."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE, FINE = 128, 4  # of a picture, and how many times finer it is drawn
KINDS = ("oak", "birch", "ginkgo")


def outline(kind: str, angle: np.ndarray) -> np.ndarray:
    """How far the edge is from the middle, by the angle from the stem: lobes, a point with teeth, a fan with a notch."""
    if kind == "oak":
        return 0.62 + 0.2 * np.cos(7 * angle) + 0.18 * np.cos(angle) ** 2
    if kind == "birch":
        return 0.42 + 0.5 * np.exp(-((np.abs(angle) / 0.55) ** 1.2)) + 0.03 * np.cos(30 * angle)
    return np.where(np.abs(angle) < 1.9, 0.9 - 0.35 * np.exp(-((angle / 0.12) ** 2)), 0.9 * np.exp(-2.2 * (np.abs(angle) - 1.9)))


def leaf(kind: str, random: np.random.Generator) -> Image.Image:
    """One picture, RGB."""
    side = SIDE * FINE
    ground = np.array([235, 232, 225]) * random.uniform(0.55, 1.0)
    slope = np.linspace(-1, 1, side)[:, None, None] * random.uniform(-25, 25) + np.linspace(-1, 1, side)[None, :, None] * random.uniform(-25, 25)
    image = Image.fromarray(np.clip(ground + slope + random.normal(0, 4, (side, side, 1)), 0, 255).astype(np.uint8))
    angle = np.linspace(-np.pi, np.pi, 400)
    far = outline(kind, angle) * side * random.uniform(0.36, 0.44) * (1 + random.normal(0, 0.012, 400))
    turn, wide = random.uniform(-0.5, 0.5), random.uniform(0.85, 1.1)
    middle = side / 2 + random.uniform(-0.04, 0.04, 2) * side

    def place(along: np.ndarray, distance: np.ndarray) -> list[tuple[float, float]]:
        x, y = wide * distance * np.sin(along), -distance * np.cos(along)
        return [tuple(p) for p in np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1) + middle]

    green = np.array({"oak": [150, 95, 40], "birch": [95, 140, 50], "ginkgo": [225, 190, 50]}[kind]) + random.normal(0, 14, 3)
    draw = ImageDraw.Draw(image)
    draw.polygon(place(angle, far), fill=tuple(int(v) for v in np.clip(green, 0, 255)))
    for vein in np.linspace(-1.4, 1.4, 7):
        draw.line(
            place(np.array([np.pi, vein]), np.array([0.02, 0.55]) * side * 0.4), fill=tuple(int(v) for v in np.clip(green * 0.75, 0, 255)), width=5
        )
    draw.line(place(np.array([np.pi, np.pi]), np.array([0.0, 0.95]) * side * 0.42), fill=tuple(int(v) for v in np.clip(green * 0.6, 0, 255)), width=9)
    return image.filter(ImageFilter.GaussianBlur(FINE)).resize((SIDE, SIDE), Image.Resampling.BOX)


def write(folder: Path, each: int = 60, seed: int = 0) -> None:
    """So many of each kind, a folder a kind."""
    random = np.random.default_rng(seed)
    for kind in KINDS:
        (folder / kind).mkdir(parents=True)
        for k in range(each):
            leaf(kind, random).save(folder / kind / f"{k:02}.jpg", quality=90)
