"""Exact negative log-likelihood of an autoregressive model over grey levels.  arXiv:1601.06759, section 3."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from genlib.objectives.base import Batch, Metrics, OneTurn


def to_levels(x: Tensor, levels: int) -> Tensor:
    """Grey in [0, 1] (B, 1, H, W) -> nearest of `levels` grey levels, int64 (B, H, W)."""
    return (x * (levels - 1)).round().long().squeeze(1)


def level_nll(logits: Tensor, x: Tensor) -> Tensor:
    """−log p(x), summed over pixels: logits (B, L, H, W), x (B, 1, H, W) -> (B,) nats."""
    return F.cross_entropy(logits, to_levels(x, logits.shape[1]), reduction="none").flatten(1).sum(dim=1)


def bits_per_dim(nats: Tensor | float, pixels: int) -> Tensor | float:
    """Nats an image -> bits a pixel."""
    return nats / (pixels * math.log(2))


class Likelihood(OneTurn):
    def loss(self, batch: Batch, _rng: torch.Generator) -> Metrics:
        classes = (batch.y,) if self.model.config.classes else ()
        nll = level_nll(self.model.logits(batch.x, *classes), batch.x).mean()
        return {"loss": nll, "bits_per_dim": bits_per_dim(nll, batch.x[0].numel())}
