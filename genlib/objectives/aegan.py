"""AEGAN's three turns, "Unregularized Auto-Encoder with GANs", ACM MM 2018: reconstruct freely, then learn to sample.

E, Dec    ‖x − Dec(E(x))‖²                                                nothing asked of the codes
D1, D2    codes E(x) against G1(z), pictures x against Dec(G1(z))         arXiv:1406.2661, algorithm 1
G1        −E log D1(G1(z)) − E log D2(Dec(G1(z)))                         the decoder stands still
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.objectives.adversarial import told_apart
from genlib.objectives.base import Batch, Metrics, Turn


class AEGANObjective(nn.Module):
    def __init__(self, model: nn.Module, pictures: float = 1.0, noise: float = 0.1):
        super().__init__()
        self.model, self.pictures, self.noise = model, pictures, noise  # the weight of D2's word; the noise it reads through

    def turns(self) -> list[Turn]:
        m = self.model
        return [
            Turn("autoencoder", nn.ModuleList([m.encoder, m.decoder]), self.autoencoder_loss),
            Turn("discriminators", nn.ModuleList([m.code_discriminator, m.discriminator]), self.discriminator_loss),
            Turn("sampler", m.sampler, self.sampler_loss),
        ]

    def autoencoder_loss(self, batch: Batch, _rng: torch.Generator) -> Metrics:
        x = self.model.decode(self.model.encode(batch.x).mean)
        return {"loss": (x - batch.x).square().flatten(1).sum(dim=1).mean()}

    def veiled(self, x: Tensor, rng: torch.Generator) -> Tensor:
        return x + self.noise * torch.randn(x.shape, generator=rng).to(x.device)

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        m = self.model
        with torch.no_grad():
            real, fake = m.encode(batch.x).mean, m.prior(len(batch.x), rng)
            x = m.decode(fake)
        codes = told_apart(*(m.code_discriminator(code).squeeze(1) for code in (real, fake)))
        pictures = told_apart(*(m.score(self.veiled(images, rng)) for images in (batch.x, x)))
        return {"loss": codes + pictures, "codes": codes, "pictures": pictures}

    def sampler_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        m = self.model
        code = m.prior(len(batch.x), rng)
        codes = F.softplus(-m.code_discriminator(code).squeeze(1)).mean()
        pictures = F.softplus(-m.score(self.veiled(m.decode(code), rng))).mean()
        return {"loss": codes + self.pictures * pictures, "codes": codes, "pictures": pictures}
