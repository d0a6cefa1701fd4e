"""AEGAN's three turns, "Unregularized Auto-Encoder with GANs", ACM MM 2018: reconstruct freely, then learn to sample.

E, Dec    ‖x − Dec(E(x))‖²                                                nothing asked of the codes
D1, D2    codes E(x) against G1(z), pictures x against Dec(G1(z))         arXiv:1406.2661, algorithm 1
          + γ/2 (E ‖∇D1‖² + E ‖∇D2‖²)                                     R1, arXiv:1801.04406, eq. 9
G1        −E log D1(G1(z)) − w E log D2(Dec(G1(z)))                       the decoder stands still

E and Dec come first and are then held: D1 would soon win where the codes it is to know still move.
"""

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.models.base import Autoencoder, Discriminator
from genlib.objectives.adversarial import discriminator_bce, r1_penalty
from genlib.objectives.base import Metrics, Turn

FOLLOW = 0.005  # of the codes' mean and variance, a batch
SHARE = 4  # D2 sees every fourth picture: it corrects what D1, which sees every code, has taught


class SampledAutoencoder(Autoencoder, Discriminator, Protocol):
    """E, Dec, G1, D1 and D2, and the statistics of the codes."""

    code_mean: Tensor
    code_variance: Tensor

    @property
    def encoder(self) -> nn.Module: ...
    @property
    def decoder(self) -> nn.Module: ...
    @property
    def sampler(self) -> nn.Module: ...
    @property
    def code_discriminator(self) -> nn.Module: ...
    @property
    def discriminator(self) -> nn.Module: ...
    def standardise(self, code: Tensor) -> Tensor: ...
    def score_code(self, code: Tensor) -> Tensor: ...


class AEGANObjective(nn.Module):
    def __init__(self, model: SampledAutoencoder, pictures: float = 1.0, r1: float = 1.0, first: float = 0.5, autoencoder_lr: float = 1.0):
        super().__init__()
        # the weight of D2's word; γ; the share of the run that is the autoencoder's, and its learning rate over the others'
        self.model, self.pictures, self.r1, self.first, self.autoencoder_lr = model, pictures, r1, first, autoencoder_lr

    def turns(self) -> list[Turn]:
        m, then = self.model, {"start": self.first, "betas": (0.0, 0.9)}
        return [
            Turn("autoencoder", nn.ModuleList([m.encoder, m.decoder]), self.autoencoder_loss, end=self.first, lr=self.autoencoder_lr),
            Turn("discriminators", nn.ModuleList([m.code_discriminator, m.discriminator]), self.discriminator_loss, **then),
            Turn("sampler", m.sampler, self.sampler_loss, **then),
        ]

    @torch.no_grad()
    def measure(self, code: Tensor) -> None:
        """Follow the mean and variance of the training codes (B, Z), by which the model standardises."""
        m = self.model
        m.code_mean.lerp_(code.mean(dim=0), FOLLOW)
        m.code_variance.lerp_((code - m.code_mean).square().mean(dim=0), FOLLOW)

    def autoencoder_loss(self, batch: Batch, _rng: torch.Generator) -> Metrics:
        code = self.model.encode(batch.x).mean
        self.measure(code)
        return {"loss": (self.model.decode(code) - batch.x).square().flatten(1).sum(dim=1).mean()}

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        m = self.model
        with torch.no_grad():
            real, fake = m.encode(batch.x).mean, m.prior(len(batch.x), rng)
            x, drawn = batch.x[::SHARE], m.decode(fake[::SHARE])
        self.measure(real)
        codes = discriminator_bce(m.score_code(real), m.score_code(fake))
        pictures = discriminator_bce(m.score(x), m.score(drawn))
        penalty = r1_penalty(lambda code: m.code_discriminator(code).squeeze(1), m.standardise(real)) + r1_penalty(m.score, x)
        return {"loss": codes + pictures + self.r1 * penalty, "codes": codes, "pictures": pictures, "penalty": penalty}

    def sampler_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        m = self.model
        code = m.prior(len(batch.x), rng)
        codes = F.softplus(-m.score_code(code)).mean()
        pictures = F.softplus(-m.score(m.decode(code[::SHARE]))).mean()
        return {"loss": codes + self.pictures * pictures, "codes": codes, "pictures": pictures}
