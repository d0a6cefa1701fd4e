"""The adversarial game.  Goodfellow et al., 2014, arXiv:1406.2661; with a class, arXiv:1411.1784, eq. 2.

L_D   −E_x log D(x|c) − E_z log(1 − D(G(z|c)))                            algorithm 1
L_G   −E_z log D(G(z|c))                                                  section 3: does not vanish when D wins
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.objectives.base import Batch, Metrics, Turn


def classes(model: nn.Module, batch: Batch) -> tuple[Tensor, ...]:
    """The batch's classes as the model's last arguments; none where it has no class."""
    return (batch.y,) if getattr(model.config, "classes", 0) else ()


def drawn(model: nn.Module, batch: Batch, rng: torch.Generator) -> Tensor:
    """G(z, c) for as many z as the batch has pictures, with their classes: (B, C, H, W)."""
    return model.decode(model.prior(len(batch.x), rng).to(batch.x.device), *classes(model, batch))


def told_apart(real: Tensor, fake: Tensor) -> Tensor:
    """−E log D(real) − E log(1 − D(fake)) from logits (B,)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


class Adversarial(nn.Module):
    def __init__(self, model: nn.Module, discriminator_lr: float = 1.0):
        super().__init__()
        self.model, self.discriminator_lr = model, discriminator_lr

    def turns(self) -> list[Turn]:
        m = self.model
        return [
            Turn("discriminator", m.discriminator, self.discriminator_loss, lr=self.discriminator_lr),
            Turn("generator", m.generator, self.generator_loss),
        ]

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        with torch.no_grad():
            x = drawn(self.model, batch, rng)
        own = classes(self.model, batch)
        real, fake = self.model.score(batch.x, *own), self.model.score(x, *own)  # apart: BatchNorm must not mix them
        return {"loss": told_apart(real, fake), "real": real.sigmoid().mean(), "fake": fake.sigmoid().mean()}

    def generator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        fake = self.model.score(drawn(self.model, batch, rng), *classes(self.model, batch))
        return {"loss": F.softplus(-fake).mean()}
