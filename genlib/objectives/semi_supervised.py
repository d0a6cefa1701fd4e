"""Semi-supervised GAN's losses.  Salimans et al., 2016, arXiv:1606.03498, sections 3.1 and 5.

    L_D   −E log P(c|x) on the labelled, −E log D(x) on the rest, −E_z log(1 − D(G(z)));  D = Z/(Z + 1), Z = Σ_k exp l_k
    L_G   ‖E f(x) − E f(G(z))‖², f the input of D's last layer: feature matching

A picture without a label has label −1.
"""

from typing import Protocol

import torch
from torch import nn
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.models.base import Decoder, Discriminator, Reader
from genlib.objectives.adversarial import discriminator_bce
from genlib.objectives.base import Metrics, Turn


class ReadingAdversary(Decoder, Discriminator, Reader, Protocol):
    """G, and a D of two parts that names the class."""

    @property
    def generator(self) -> nn.Module: ...
    @property
    def body(self) -> nn.Module: ...
    @property
    def head(self) -> nn.Module: ...


class SemiSupervised(nn.Module):
    def __init__(self, model: ReadingAdversary):
        super().__init__()
        self.model = model

    def turns(self) -> list[Turn]:
        m = self.model
        return [
            Turn("discriminator", nn.ModuleList([m.body, m.head]), self.discriminator_loss),
            Turn("generator", m.generator, self.generator_loss),
        ]

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        known, m = batch.y >= 0, self.model
        with torch.no_grad():
            fake = m.decode(m.prior(int((~known).sum()), rng).to(batch.x.device))
        logits = m.logits(batch.x)
        labelled = F.cross_entropy(logits[known], batch.y[known])
        apart = discriminator_bce(logits[~known].logsumexp(dim=1), m.score(fake))
        return {"loss": labelled + apart, "labelled": labelled, "apart": apart}

    def generator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        x, m = batch.x[batch.y < 0], self.model
        with torch.no_grad():
            real = m.features(x).mean(dim=0)
        fake = m.features(m.decode(m.prior(len(x), rng).to(x.device))).mean(dim=0)
        return {"loss": (real - fake).square().sum()}
