"""Wasserstein distance as a game, W(p_r, p_g) = sup over 1-Lipschitz f of E f(x) − E f(G(z)).

    L_f   E f(G(z)) − E f(x),  then every weight cut to [−c, c]               arXiv:1701.07875, algorithm 1
    L_f   E f(G(z)) − E f(x) + λ E (‖∇f(x̂)‖₂ − 1)²,  x̂ = εx + (1 − ε)G(z)     arXiv:1704.00028, eq. 3
    L_G   −E f(G(z))

The critic moves every batch, G every few: the better the critic, the better the distance.
"""

from typing import Any, Protocol

import torch
from torch import Tensor, nn

from genlib.batch import Batch
from genlib.models.base import Discriminator, LatentModel
from genlib.objectives.adversarial import generate_fake
from genlib.objectives.base import Metrics, Turn


class CriticModel(LatentModel, Discriminator, Protocol):
    """G and the critic of one model."""

    @property
    def config(self) -> Any: ...  # has the bound of the weights where they are cut to it
    @property
    def generator(self) -> nn.Module: ...
    @property
    def critic(self) -> nn.Module: ...


class WGANObjective(nn.Module):
    """Lipschitz by weight clipping, to the bound in the model's config.

    `alone` is the last share of the run, in which G stands still and the critic goes on, ever more slowly: its weights come to rest at the
    ends of the box (arXiv:1704.00028, figure 1b), which at a higher rate they bounce off.
    """

    averaged = False  # an average of weights that jump between the ends of the box lies within it
    betas = (0.0, 0.99)  # of Adam, which without momentum is the RMSProp of arXiv:1701.07875, section 4

    def __init__(self, model: CriticModel, every: int = 5, hold: float = 0.0, alone: float = 0.0):
        super().__init__()
        self.model, self.every, self.hold, self.alone = model, every, hold, alone

    def turns(self) -> list[Turn]:
        m = self.model
        return [
            Turn("critic", m.critic, self.critic_loss, hold=self.hold, post_step=self.clip, averaged=self.averaged),
            Turn("generator", m.generator, self.generator_loss, every=self.every, hold=self.hold, end=1 - self.alone),
        ]

    @torch.no_grad()
    def clip(self) -> None:
        for weight in self.model.critic.parameters():
            weight.clamp_(-self.model.config.bound, self.model.config.bound)

    def critic_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        with torch.no_grad():
            x = generate_fake(self.model, batch, rng)
        distance = self.model.score(batch.x).mean() - self.model.score(x).mean()
        return {"loss": -distance, "distance": distance}

    def generator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        return {"loss": -self.model.score(generate_fake(self.model, batch, rng)).mean()}


class WGANGPObjective(WGANObjective):
    """Lipschitz by a penalty on the critic's gradient between real and generated pictures."""

    averaged = True
    betas = (0.0, 0.9)  # arXiv:1704.00028, algorithm 1

    def __init__(self, model: CriticModel, every: int = 5, weight: float = 10.0, hold: float = 0.0):
        super().__init__(model, every, hold)
        self.weight = weight

    def clip(self) -> None:
        """Weights are free."""

    def critic_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        with torch.no_grad():
            x = generate_fake(self.model, batch, rng)
        distance = self.model.score(batch.x).mean() - self.model.score(x).mean()
        penalty = self.penalty(batch.x, x, rng)
        return {"loss": self.weight * penalty - distance, "distance": distance, "penalty": penalty}

    def penalty(self, real: Tensor, fake: Tensor, rng: torch.Generator) -> Tensor:
        """E (‖∇f(x̂)‖₂ − 1)², the gradient taken in −1 … 1, as the critic reads."""
        share = torch.rand(len(real), 1, 1, 1, generator=rng).to(real.device)
        between = (share * real + (1 - share) * fake).requires_grad_()
        (gradient,) = torch.autograd.grad(self.model.score(between).sum(), between, create_graph=True)
        return ((gradient / 2).flatten(1).norm(dim=1) - 1).square().mean()
