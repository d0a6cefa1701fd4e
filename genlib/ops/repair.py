"""Inpainting by iterated repair: x̂ ← M⊙G(E(x̂, c), c) + (1−M)⊙x.  arXiv:1703.10155, section 4.4."""

from collections.abc import Iterator

import torch
from torch import Tensor

from genlib.errors import InputError
from genlib.models.base import Autoencoder
from genlib.ops.latent import decode, encode


def inpaint(
    model: Autoencoder, x: Tensor, mask: Tensor, y: Tensor | None = None, *, passes=10, rng: torch.Generator | None = None
) -> Iterator[Tensor]:
    """Repair the hole, yielding x̂ (B, C, H, W) after every pass.  Known pixels are x's own, to the bit.

    mask is a bool (H, W), True in the hole.  The hole starts as that part of a sample of the class, so another
    rng gives another fill; after that each pass is the posterior mean's.  Raises InputError for an empty or full mask.
    """
    if not mask.any():
        raise InputError("the mask is empty: paint a hole first")
    if mask.all():
        raise InputError("the mask covers the whole picture: leave some of it")
    filled = torch.where(mask, decode(model, model.prior(len(x), rng), y), x)
    for _ in range(passes):
        filled = torch.where(mask, decode(model, encode(model, filled, y).mean, y), x)
        yield filled


def change_per_pass(model: Autoencoder, frames: Tensor, mask: Tensor, y: Tensor | None = None, rng: torch.Generator | None = None) -> list[float]:
    """Mean absolute change inside the hole at each pass of one repair (N, C, H, W), the first from the sample that it begins as: rng as `inpaint` had it."""
    hole = torch.cat([decode(model, model.prior(1, rng), y), frames])[..., mask]
    return [round(v, 6) for v in (hole[1:] - hole[:-1]).abs().flatten(1).mean(dim=1).tolist()]
