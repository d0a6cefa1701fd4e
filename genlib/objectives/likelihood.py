"""Exact negative log-likelihood of an autoregressive model over grey levels.  arXiv:1601.06759, section 3."""

import math
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.models.base import TractableModel, class_weights
from genlib.objectives.base import Metrics, OneTurn


def to_levels(x: Tensor, levels: int) -> Tensor:
    """Grey in [0, 1] (B, 1, H, W) -> nearest of `levels` grey levels, int64 (B, H, W)."""
    return (x * (levels - 1)).round().long().squeeze(1)


def level_nll(logits: Tensor, x: Tensor) -> Tensor:
    """−log p(x), summed over pixels: logits (B, L, H, W), x (B, 1, H, W) -> (B,) nats."""
    return F.cross_entropy(logits, to_levels(x, logits.shape[1]), reduction="none").flatten(1).sum(dim=1)


Nats = TypeVar("Nats", Tensor, float)


def bits_per_dim(nats: Nats, pixels: int) -> Nats:
    """Nats an image -> bits a pixel."""
    return nats / (pixels * math.log(2))


def foreground_nll(logits: Tensor, x: Tensor) -> Tensor:
    """−log p of each pixel's being light or dark, which a level says too: (B, L, H, W), (B, 1, H, W) -> (B,) nats."""
    half = logits.shape[1] // 2
    halves = torch.stack([logits[:, :half].logsumexp(dim=1), logits[:, half:].logsumexp(dim=1)], dim=1)
    light = (to_levels(x, logits.shape[1]) >= half).long()
    return F.cross_entropy(halves, light, reduction="none").flatten(1).sum(dim=1)


class Likelihood(OneTurn[TractableModel]):
    """−log p(x|c); `foreground_weight` counts so many times more what of it tells light from dark.

    Of MNIST's 490 nats in 256 levels 31 are the digit's shape, the rest how its edges are grey: a net with little time spends it there.
    `drop` is the share of pictures whose class is left out, so that the net learns p(x) beside p(x|c), for guidance: arXiv:2207.12598,
    algorithm 1.
    """

    def __init__(self, model: TractableModel, foreground_weight: float = 0.0, drop: float = 0.0):
        super().__init__(model)
        self.foreground_weight, self.drop = foreground_weight, drop

    def conditioning(self, batch: Batch, rng: torch.Generator) -> tuple[Tensor, ...]:
        """The classes as the net is told them, rows of weights (B, K), zero where the class is left out; none where it has no class."""
        classes = self.model.config.classes
        if not classes or not self.drop:
            return (batch.y,) if classes else ()
        kept = torch.rand(len(batch.y), 1, generator=rng) >= self.drop
        return (class_weights(batch.y, classes) * kept.to(batch.y.device),)

    def loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        logits = self.model.logits(batch.x, *self.conditioning(batch, rng))
        nll = level_nll(logits, batch.x).mean()
        metrics = {"bits_per_dim": bits_per_dim(nll, batch.x[0].numel())}
        if not self.foreground_weight:
            return {"loss": nll, **metrics}
        foreground = foreground_nll(logits, batch.x).mean()
        return {"loss": nll + self.foreground_weight * foreground, **metrics, "foreground": foreground}
