"""Wasserstein GANs.  Arjovsky, Chintala, Bottou, 2017, arXiv:1701.07875; Gulrajani et al., 2017, arXiv:1704.00028.

    z ──G──► x'          f(x): a critic's value, no probability

The nets are the DCGAN's.  WGAN's critic keeps its weights within a box, WGAN-GP's keeps its gradient near 1 and has no
BatchNorm, for the penalty is an image's own.  Loss: genlib/objectives/wasserstein.py.  Recipes: "wgan-mnist", "wgangp-mnist" …
"""

from dataclasses import dataclass

from torch import Tensor, nn

from genlib.models.dcgan import DCGAN, DCGANConfig, discriminator, generator, init_weights


@dataclass(frozen=True)
class WGANConfig(DCGANConfig):
    bound: float = 0.01  # of every weight of the critic


class WGAN(DCGAN):
    Config = WGANConfig
    norm = True

    def __init__(self, config: DCGANConfig):
        nn.Module.__init__(self)
        self.config = config
        self.generator = generator(config.latent_dim, config)
        self.critic = discriminator(1, config, norm=self.norm)
        init_weights(self)

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """The critic's value: (B, C, H, W) in [0, 1] -> (B,).  Only differences mean something."""
        return self.critic(2 * x - 1).squeeze(1)


class WGANGP(WGAN):
    Config = DCGANConfig
    norm = False
