"""Autoencoders whose codes an adversary makes the prior's: arXiv:1711.01558, algorithm 1; arXiv:1706.00531, section 2.

reconstruction   E ‖x − G(E(x))‖² (WAE), or −E log p(x | E(x), c) (PixelGAN)
L_D              −E_z log D(z) − E_x log(1 − D(E(x)))                     z ~ N(0, I)
                 + γ/2 E_z ‖∇D(z)‖²                                       R1, arXiv:1801.04406, where γ is not 0
adversarial      −E_x log D(E(x))                                         E wants its codes taken for the prior's
"""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.data.augment import jitter
from genlib.models.base import Autoencoder, EncodingModel, Prior, class_args
from genlib.objectives.adversarial import discriminator_bce, r1_penalty
from genlib.objectives.base import Metrics, Turn
from genlib.objectives.likelihood import level_nll


class Coder(EncodingModel, Prior, Protocol):
    """E, and the D of codes."""

    @property
    def discriminator(self) -> nn.Module: ...
    def conditioning(self, z: Tensor, y: Tensor | None = None) -> Tensor: ...
    def named_children(self) -> Iterator[tuple[str, nn.Module]]: ...


class DecodingCoder(Coder, Autoencoder, Protocol):
    """With G."""


class PixelCoder(Coder, Protocol):
    """With a PixelCNN that is told z."""

    def logits(self, x: Tensor, y: Tensor | None = None, z: Tensor | None = None) -> Tensor: ...
    def dither(self, x: Tensor, rng: torch.Generator) -> Tensor: ...


AnyCoder = TypeVar("AnyCoder", bound=Coder)


class CodeAdversary(nn.Module, Generic[AnyCoder]):
    """Both turns.  What a reconstruction is say subclasses."""

    def __init__(self, model: AnyCoder, adversarial: float = 10.0, r1: float = 0.0, hold: float = 0.0):
        super().__init__()
        self.model, self.adversarial, self.r1, self.hold = model, adversarial, r1, hold

    def turns(self) -> list[Turn]:
        drawing = nn.ModuleList(net for name, net in self.model.named_children() if name != "discriminator")
        return [
            Turn("discriminator", self.model.discriminator, self.discriminator_loss, hold=self.hold),
            Turn("model", drawing, self.model_loss, hold=self.hold),
        ]

    def codes(self, batch: Batch, _rng: torch.Generator) -> Tensor:
        """E(x), (B, Z)."""
        return self.model.encode(batch.x, *class_args(self.model, batch.y)).mean

    def code_logits(self, z: Tensor, batch: Batch) -> Tensor:
        return self.model.discriminator(self.model.conditioning(z, *class_args(self.model, batch.y))).squeeze(1)

    def reconstruction(self, batch: Batch, z: Tensor, rng: torch.Generator) -> Tensor:
        raise NotImplementedError

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        with torch.no_grad():
            z = self.codes(batch, rng)
        drawn = self.model.prior(len(z), rng).to(z.device)
        prior, code = self.code_logits(drawn, batch), self.code_logits(z, batch)
        metrics = {"loss": discriminator_bce(prior, code), "prior": prior.sigmoid().mean(), "code": code.sigmoid().mean()}
        if self.r1:
            inputs = self.model.conditioning(drawn, *class_args(self.model, batch.y))
            penalty = r1_penalty(lambda z: self.model.discriminator(z).squeeze(1), inputs)
            metrics |= {"loss": metrics["loss"] + self.r1 * penalty, "penalty": penalty}
        return metrics

    def model_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        z = self.codes(batch, rng)
        reconstruction, adversarial = self.reconstruction(batch, z, rng), F.softplus(-self.code_logits(z, batch)).mean()
        metrics = {"reconstruction": reconstruction, "adversarial": adversarial, "spread": z.square().mean()}
        return {"loss": reconstruction + self.adversarial * adversarial, **metrics}


class WAE(CodeAdversary[DecodingCoder]):
    def reconstruction(self, batch: Batch, z: Tensor, rng: torch.Generator) -> Tensor:
        return (self.model.decode(z) - batch.x).square().flatten(1).sum(dim=1).mean()


class PixelWAE(CodeAdversary[PixelCoder]):
    """A PixelGAN's: the PixelCNN needs no z to draw well; it uses z because the likelihood is the better for it.

    With `moved`, E reads the picture a little turned, sheared and shifted, and the PixelCNN draws it as it was: what z says of it
    is then neither slant nor place.  The PixelCNN, which costs most, draws every `every`-th picture of a batch.
    """

    def __init__(self, model: PixelCoder, adversarial: float = 10.0, r1: float = 0.0, hold: float = 0.0, moved: bool = False, every: int = 1):
        super().__init__(model, adversarial, r1, hold)
        self.moved, self.every = moved, every

    def codes(self, batch: Batch, rng: torch.Generator) -> Tensor:
        return super().codes(batch._replace(x=jitter(batch.x, rng)) if self.moved else batch, rng)

    def reconstruction(self, batch: Batch, z: Tensor, rng: torch.Generator) -> Tensor:
        x, y, z = (part[:: self.every] for part in (self.model.dither(batch.x, rng), batch.y, z))
        return level_nll(self.model.logits(x, *class_args(self.model, y), z=z), x).mean()
