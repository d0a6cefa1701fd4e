"""Evidence lower bound, arXiv:1312.6114, eq. 3, per image and in nats; the KL term weighted by β (arXiv:1804.03599)."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.models.base import LogitAutoencoder, Normal, class_args
from genlib.objectives.base import Metrics, OneTurn


def kl_to_standard_normal(q: Normal) -> Tensor:
    """KL(q ‖ N(0, I)) = ½ Σ_k (μ_k² + σ_k² − log σ_k² − 1), appendix B: (B,) nats."""
    return 0.5 * (q.mean.square() + q.logvar.exp() - q.logvar - 1).sum(dim=1)


def bernoulli_nll(logits: Tensor, x: Tensor) -> Tensor:
    """−log p(x|z) of independent Bernoulli pixels, summed: (B, C, H, W) twice -> (B,) nats.

    For grey x this is the cross-entropy, with a floor above zero: comparable between models, no likelihood.
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(dim=1)


def gaussian_nll(logits: Tensor, x: Tensor) -> Tensor:
    """−log p(x|z) of pixels N(σ(logits), 1), but for its constant: ½‖x − x'‖², (B, C, H, W) twice -> (B,) nats."""
    return 0.5 * (x - logits.sigmoid()).square().flatten(1).sum(dim=1)


def elbo_terms(model: LogitAutoencoder, batch: Batch, rng: torch.Generator | None, nll=bernoulli_nll) -> tuple[Tensor, Tensor]:
    """Reconstruction −log p(x|z) with one draw of z, and KL(q(z|x) ‖ p(z)): two of (B,) nats."""
    labels = class_args(model, batch.y)
    q = model.encode(batch.x, *labels)
    return nll(model.decode_logits(q.sample(rng), *labels), batch.x), kl_to_standard_normal(q)


class ELBO(OneTurn[LogitAutoencoder]):
    def __init__(self, model: LogitAutoencoder, beta: float = 1.0, nll: Callable[[Tensor, Tensor], Tensor] = bernoulli_nll):
        super().__init__(model)
        self.beta, self.nll = beta, nll

    def loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        reconstruction, kl = (term.mean() for term in elbo_terms(self.model, batch, rng, self.nll))
        return {"loss": reconstruction + self.beta * kl, "reconstruction": reconstruction, "kl": kl}


def gaussian_elbo(model: LogitAutoencoder, beta: float = 1.0) -> ELBO:
    """The ELBO of pixels of unit variance, as eq. 6 and 7 of arXiv:1703.10155 have it for a CVAE."""
    return ELBO(model, beta, gaussian_nll)
