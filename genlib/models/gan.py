"""Generative adversarial network.  Goodfellow et al., 2014, arXiv:1406.2661: G draws, D tells drawn from real.

    z ~ N(0, I) ──G──► x'          D(x): real?

Both dense, 100 → 784 and 784 → 1, as courses have them: 1,489,936 and 533,505 parameters.
Loss: genlib/objectives/adversarial.py.  Recipe: "gan-mnist" …
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from genlib.models.base import LatentSettings, NormalPrior


@dataclass(frozen=True)
class GANConfig(LatentSettings):
    channels: int = 1  # C
    size: int = 28  # H = W
    latent_dim: int = 100  # Z
    hidden: tuple[int, ...] = (256, 512, 1024)  # G's hidden widths
    discriminator_hidden: tuple[int, ...] = (512, 256)  # D's
    classes: ClassVar[int] = 0
    factors: ClassVar[tuple[int, ...]] = ()


class GAN(NormalPrior):
    Config = GANConfig
    config: GANConfig
    fp16_modules = ("generator", "discriminator")  # two million weights; half precision is far finer than 256 levels of grey

    def __init__(self, config: GANConfig):
        super().__init__()
        self.config = c = config
        pixels = c.channels * c.size**2
        layers: list[nn.Module] = []
        for a, b in zip((c.latent_dim, *c.hidden), c.hidden, strict=False):
            layers += [nn.Linear(a, b), nn.LeakyReLU(0.2), nn.BatchNorm1d(b)]
        self.generator = nn.Sequential(*layers, nn.Linear(c.hidden[-1], pixels), nn.Tanh())
        layers = []
        for a, b in zip((pixels, *c.discriminator_hidden), c.discriminator_hidden, strict=False):
            layers += [nn.Linear(a, b), nn.LeakyReLU(0.2)]
        self.discriminator = nn.Sequential(*layers, nn.Linear(c.discriminator_hidden[-1], 1))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G(z), its −1 … 1 as grey: (B, Z) -> (B, C, H, W) in [0, 1]."""
        c = self.config
        return (self.generator(z).view(-1, c.channels, c.size, c.size) + 1) / 2

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D's logit of "real": (B, C, H, W) in [0, 1] -> (B,)."""
        return self.discriminator(2 * x.flatten(1) - 1).squeeze(1)
