"""Conditional GAN.  Mirza and Osindero, 2014, arXiv:1411.1784: G and D both see the class.

    z, c ──G──► x'          D(x, c): real, and of that class?

The nets are the DCGAN's; the class enters D at its last layer, where each class weighs the features its own way.
Loss: genlib/objectives/adversarial.py.  Recipes: "cgan-mnist" …
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from genlib.models.base import NormalPrior, class_weights
from genlib.models.dcgan import DCGANConfig, discriminator, generator, init_weights


@dataclass(frozen=True)
class CGANConfig(DCGANConfig):
    classes: int = 10  # K


class CGAN(NormalPrior):
    Config = CGANConfig
    config: CGANConfig

    def __init__(self, config: CGANConfig):
        super().__init__()
        self.config = c = config
        self.generator = generator(c.latent_dim + c.classes, c)
        self.discriminator = discriminator(1 + c.classes, c, c.norm)
        init_weights(self)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G(z, c), its −1 … 1 as grey: (B, Z) and (B,) or (B, K) -> (B, C, H, W) in [0, 1]."""
        return (self.generator(torch.cat([z, class_weights(y, self.config.classes)], dim=1)) + 1) / 2

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D's logit of "real, and of class c", a common part and the class's own (arXiv:1802.05637, eq. 4): -> (B,)."""
        common, by_class = self.discriminator(2 * x - 1).tensor_split([1], dim=1)
        return common.squeeze(1) + (by_class * class_weights(y, self.config.classes)).sum(dim=1)
