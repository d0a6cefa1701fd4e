"""Small changes of a batch that keep its classes, (B, C, H, W) -> the same, from a generator."""

import torch
from torch import Tensor
from torch.nn import functional as F


def identity(x: Tensor, _rng: torch.Generator) -> Tensor:
    """Nothing changed."""
    return x


def jitter(x: Tensor, rng: torch.Generator, *, rotation=0.15, zoom=0.1, shift=0.08, shear=0.15) -> Tensor:
    """Small random affine changes of each image: turn and shear in radians, zoom and shift as fractions."""
    if not len(x):  # as where a batch has no picture without a label
        return x
    a, s, h, *t = ((torch.rand(len(x), generator=rng) * 2 - 1) * k for k in (rotation, zoom, shear, 2 * shift, 2 * shift))
    cos, sin, scale = a.cos(), a.sin(), 1 + s
    rows = [scale * cos, scale * (h * cos - sin), t[0], scale * sin, scale * (h * sin + cos), t[1]]
    theta = torch.stack(rows, dim=1).view(-1, 2, 3)
    return F.grid_sample(x, F.affine_grid(theta, list(x.shape), align_corners=False), align_corners=False)


def flip_and_shift(x: Tensor, rng: torch.Generator) -> Tensor:
    """Mirror half the images, and move all by up to two pixels: for clothes, which have no left and right."""
    flip = torch.rand(len(x), generator=rng) < 0.5
    x = torch.where(flip[:, None, None, None], x.flip(-1), x)
    return random_shift(x, rng)


def random_shift(x: Tensor, rng: torch.Generator, mode: str = "constant") -> Tensor:
    """Each image moved by up to two pixels; what comes in is black, or with "replicate" the edge repeated."""
    side, pad = x.shape[-1], F.pad(x, (2, 2, 2, 2), mode=mode)
    top, left = torch.randint(0, 5, (2, len(x)), generator=rng)
    rows = (top[:, None] + torch.arange(side))[:, None, :, None]
    columns = (left[:, None] + torch.arange(side))[:, None, None, :]
    return pad[torch.arange(len(x))[:, None, None, None], torch.arange(x.shape[1])[None, :, None, None], rows, columns]


def brightness_jitter(x: Tensor, rng: torch.Generator) -> Tensor:
    """Make each image up to half as bright again, or as dark, and move it by up to two pixels, its edge repeated."""
    gain = torch.exp2(torch.rand(len(x), 1, 1, 1, generator=rng) * 1.2 - 0.6)
    return (random_shift(x, rng, "replicate") * gain).clamp(max=1)


def binarise(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each pixel 1 with the probability of its grey, else 0."""
    return (torch.rand(x.shape, generator=rng) < x).float()
