"""Ways through latent space: between two points, and over the plane between four."""

import torch
from torch import Tensor

from genlib.errors import InputError

PATHS = ("linear", "spherical")


def slerp(start: Tensor, end: Tensor, t: Tensor) -> Tensor:
    """Spherical interpolation of directions, linear of norms: (Z,), (Z,), (T, 1) -> (T, Z), ends exact."""
    norms = torch.lerp(start.norm(), end.norm(), t)
    a, b = start / start.norm().clamp(min=1e-12), end / end.norm().clamp(min=1e-12)
    angle = torch.arccos((a @ b).clamp(-1, 1))
    if angle.sin() < 1e-3:  # along one line there is no sphere to follow; arccos of a float32 near ±1 is off by as much as 3.5e-4
        return torch.lerp(start, end, t)
    return norms * (((1 - t) * angle).sin() * a + (t * angle).sin() * b) / angle.sin()


def walk(start: Tensor, end: Tensor, steps: int, path: str = "linear") -> Tensor:
    """Evenly spaced points from one latent (Z,) to another, both included: (steps, Z).  Raises InputError for a path it does not know.

    "spherical" (arXiv:1609.04468) turns from one direction to the other and keeps the norm between theirs.
    """
    if path not in PATHS:
        raise InputError("path must be one of {paths}, got {path!r}", paths=", ".join(PATHS), path=path)
    t = torch.linspace(0, 1, steps, device=start.device)[:, None]
    return torch.lerp(start, end, t) if path == "linear" else slerp(start, end, t)


def bend(corners: Tensor, at: Tensor) -> Tensor:
    """z (N, Z) at points (N, 2) in 0 … 1 between four corners (4, Z): along the upper edge from the first to the second, along the lower
    from the third to the fourth, then down; directions turn, norms are kept."""
    upper, lower = (slerp(corners[i], corners[i + 1], at[:, :1]) for i in (0, 2))
    return torch.cat([slerp(a, b, down[None]) for a, b, down in zip(upper, lower, at[:, 1:], strict=True)])


def blend(corners: Tensor, at: Tensor) -> Tensor:
    """Weights (N, K) at points (N, 2) in 0 … 1 between those of four corners (4, K), bilinearly."""
    along, down = at[:, :1], at[:, 1:]
    return torch.lerp(torch.lerp(corners[:1], corners[1:2], along), torch.lerp(corners[2:3], corners[3:4], along), down)
