"""The adversarial game.  Goodfellow et al., 2014, arXiv:1406.2661; with a class, arXiv:1411.1784, eq. 2.

L_D   −E_x log D(x|c) − E_z log(1 − D(G(z|c)))                            algorithm 1
L_G   −E_z log D(G(z|c))                                                  section 3: does not vanish when D wins
      E_z log(1 − D(G(z|c)))                                              algorithm 1, "saturating"
LSGAN L_D ½ E_x (D(x|c) − 1)² + ½ E_z D(G(z|c))²,  L_G ½ E_z (D(G(z|c)) − 1)²     arXiv:1611.04076, eq. 9, D any number
R1    γ/2 E_x ‖∇_x D(x)‖²                                                 arXiv:1801.04406, eq. 9, on D's logit, added to L_D
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.models.base import Discriminator, LatentModel, class_args
from genlib.objectives.base import Metrics, Turn


def generate_fake(model: LatentModel, batch: Batch, rng: torch.Generator) -> Tensor:
    """G(z, c) for as many z as the batch has pictures, with their classes: (B, C, H, W)."""
    return model.decode(model.prior(len(batch.x), rng).to(batch.x.device), *class_args(model, batch.y))


def discriminator_bce(real: Tensor, fake: Tensor) -> Tensor:
    """−E log D(real) − E log(1 − D(fake)) from logits (B,)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def least_squares(real: Tensor, fake: Tensor) -> Tensor:
    """½ E (real − 1)² + ½ E fake² from D's values (B,)."""
    return 0.5 * ((real - 1).square().mean() + fake.square().mean())


@dataclass(frozen=True)
class Rule:
    """What D and G pay for D's scores (B,), and what a score says of a picture: 1 real, 0 generated."""

    discriminator: Callable[[Tensor, Tensor], Tensor]  # of the real and of the generated
    generator: Callable[[Tensor], Tensor]
    value: Callable[[Tensor], Tensor] = torch.sigmoid


RULES = {
    "nonsaturating": Rule(discriminator_bce, lambda fake: F.softplus(-fake).mean()),
    "saturating": Rule(discriminator_bce, lambda fake: -F.softplus(fake).mean()),
    "leastsquares": Rule(least_squares, lambda fake: 0.5 * (fake - 1).square().mean(), value=lambda score: score),
}


def r1_penalty(score: Callable[..., Tensor], x: Tensor, *classes: Tensor) -> Tensor:
    """½ E ‖∇D(x)‖² at real x (B, …), of a quarter of them, for it costs more than the rest of L_D: a scalar."""
    x = x[::4].detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(x, *(y[::4] for y in classes)).sum(), x, create_graph=True)
    return 0.5 * gradient.flatten(1).square().sum(dim=1).mean()


class Adversary(LatentModel, Discriminator, Protocol):
    """G and D of one model."""

    @property
    def generator(self) -> nn.Module: ...
    @property
    def discriminator(self) -> nn.Module: ...


class Adversarial(nn.Module):
    """With r1, γ of the penalty: a D that leans on the real pictures no steeper than it must, and needs no BatchNorm.  rule: one of RULES.

    discriminator_lr: D's learning rate, times the run's.
    """

    def __init__(self, model: Adversary, r1: float = 0.0, hold: float = 0.0, rule: str = "nonsaturating", discriminator_lr: float = 1.0):
        super().__init__()
        self.model, self.r1, self.hold, self.rule, self.discriminator_lr = model, r1, hold, rule, discriminator_lr

    def turns(self) -> list[Turn]:
        m = self.model
        return [
            Turn("discriminator", m.discriminator, self.discriminator_loss, hold=self.hold, lr=self.discriminator_lr),
            Turn("generator", m.generator, self.generator_loss, hold=self.hold),
        ]

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        with torch.no_grad():
            x = generate_fake(self.model, batch, rng)
        labels = class_args(self.model, batch.y)
        real, fake = self.model.score(batch.x, *labels), self.model.score(x, *labels)  # apart: BatchNorm must not mix them
        rule = RULES[self.rule]
        metrics = {"loss": rule.discriminator(real, fake), "real": rule.value(real).mean(), "fake": rule.value(fake).mean()}
        if self.r1:
            penalty = r1_penalty(self.model.score, batch.x, *labels)
            metrics |= {"loss": metrics["loss"] + self.r1 * penalty, "penalty": penalty}
        return metrics

    def generator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        fake = self.model.score(generate_fake(self.model, batch, rng), *class_args(self.model, batch.y))
        return {"loss": RULES[self.rule].generator(fake)}
