"""Exact negative log-likelihood of an autoregressive model over grey levels.  arXiv:1601.06759, section 3."""

import math

import torch
from torch import Tensor, nn
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


def shape_nll(logits: Tensor, x: Tensor) -> Tensor:
    """−log p of each pixel's being light or dark, which a level says too: (B, L, H, W), (B, 1, H, W) -> (B,) nats."""
    half = logits.shape[1] // 2
    halves = torch.stack([logits[:, :half].logsumexp(dim=1), logits[:, half:].logsumexp(dim=1)], dim=1)
    light = (to_levels(x, logits.shape[1]) >= half).long()
    return F.cross_entropy(halves, light, reduction="none").flatten(1).sum(dim=1)


class Likelihood(OneTurn):
    """−log p(x|c); `shape` counts so many times more what of it tells light from dark.

    Of MNIST's 490 nats in 256 levels 31 are the digit's shape, the rest how its edges are grey: a net with little time spends it there.
    """

    def __init__(self, model: nn.Module, shape: float = 0.0):
        super().__init__(model)
        self.shape = shape

    def loss(self, batch: Batch, _rng: torch.Generator) -> Metrics:
        logits = self.model.logits(batch.x, *((batch.y,) if self.model.config.classes else ()))
        nll = level_nll(logits, batch.x).mean()
        metrics = {"bits_per_dim": bits_per_dim(nll, batch.x[0].numel())}
        if not self.shape:
            return {"loss": nll, **metrics}
        shape = shape_nll(logits, batch.x).mean()
        return {"loss": nll + self.shape * shape, **metrics, "shape": shape}
