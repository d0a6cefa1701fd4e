"""Variational autoencoder and its ancestor without a prior.  Kingma & Welling, 2014, arXiv:1312.6114.

    x ──encoder──► q(z|x) = N(mean, exp(logvar)) ──► z ──decoder──► p(x|z), Bernoulli per pixel

Both are dense, so that the page can run a decoder on a 2-D latent itself.
Losses: genlib/objectives/elbo.py and reconstruction.py.  Recipes: "vae2d-mnist", "ae2d-mnist" …
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from genlib.models.base import LatentSettings, Normal, NormalPrior, read_posterior
from genlib.models.layers import dense


@dataclass(frozen=True)
class VAEConfig(LatentSettings):
    channels: int = 1  # C, image channels
    size: int = 28  # H = W, in pixels
    latent_dim: int = 2  # Z
    hidden: tuple[int, ...] = (1024, 512)  # the encoder's hidden widths
    decoder_hidden: tuple[int, ...] = (256, 512)  # the decoder's
    classes: ClassVar[int] = 0
    factors: ClassVar[tuple[int, ...]] = ()


class VAE(NormalPrior):
    Config = VAEConfig
    config: VAEConfig
    code_parameters = 2  # mean and log-variance
    fp16_modules = ("encoder", "decoder")  # half precision is far finer than 256 levels of grey

    @property
    def int8_modules(self) -> tuple[str, ...]:
        return ("decoder",) if self.config.latent_dim == 2 else ()  # of a plane the page fetches it and decodes by itself

    def __init__(self, config: VAEConfig):
        super().__init__()
        self.config = c = config
        pixels = c.channels * c.size**2
        self.encoder = dense(pixels, *c.hidden, self.code_parameters * c.latent_dim)
        self.decoder = dense(c.latent_dim, *c.decoder_hidden, pixels)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Normal:
        """q(z|x) for images x (B, C, H, W) in [0, 1]."""
        return read_posterior(self.encoder(x.flatten(1)))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Bernoulli logits of p(x|z): (B, Z) -> (B, C, H, W)."""
        c = self.config
        return self.decoder(z).view(-1, c.channels, c.size, c.size)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pixel means of p(x|z): (B, Z) -> (B, C, H, W) in [0, 1]."""
        return self.decode_logits(z).sigmoid()


class AE(VAE):
    """The same networks with a point for a code: q(z|x) has no width, and no prior was ever asked for.

    `prior` still draws N(0, I), to show that a random z rarely decodes to a digit.
    """

    code_parameters = 1

    def encode(self, x: Tensor, y: Tensor | None = None) -> Normal:
        """The code of x, a Normal of zero variance (logvar = −∞)."""
        mean = self.encoder(x.flatten(1))
        return Normal(mean, torch.full_like(mean, -torch.inf))
