"""AEGAN.  "Unregularized Auto-Encoder with Generative Adversarial Networks for Image Generation", ACM MM 2018.

    x ──E──► code ──Dec──► x'          z ~ N(0, I) ──G1──► code ──Dec──► picture

An AE keeps its codes as they fall; G1 learns to draw such codes.  D1 tells G1's codes from E's, D2 its pictures from
real ones.  `prior` draws G1(z): a distribution that was learned, over codes nobody constrained.
G1 and D1 see codes standardised by the mean and spread that the training codes have, dimension by dimension.
Loss: genlib/objectives/aegan.py.  Recipes: "aegan-mnist", "aegan2d-mnist" …
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from genlib.models.layers import Downsampler, dense
from genlib.models.vae import AE, VAEConfig


@dataclass(frozen=True)
class AEGANConfig(VAEConfig):
    sampler_hidden: tuple[int, ...] = (512, 512, 512)  # hidden widths of G1, and of D1


class AEGAN(AE):
    Config = AEGANConfig
    config: AEGANConfig
    code_mean: Tensor  # (Z,), buffers
    code_variance: Tensor
    fp16_modules = (*AE.fp16_modules, "sampler", "code_discriminator", "discriminator")

    def __init__(self, config: AEGANConfig):
        super().__init__(config)
        c, net = config, partial(dense, activation=partial(nn.LeakyReLU, 0.2))
        self.register_buffer("code_mean", torch.zeros(c.latent_dim))
        self.register_buffer("code_variance", torch.ones(c.latent_dim))
        self.sampler = net(c.latent_dim, *c.sampler_hidden, c.latent_dim)  # G1
        self.code_discriminator = net(c.latent_dim, *c.sampler_hidden, 1)  # D1
        self.discriminator = nn.Sequential(Downsampler(c.channels, c.size, 16, 2, 128), nn.Linear(128, 1))  # D2

    def standardise(self, code: Tensor) -> Tensor:
        """Codes (B, Z) with mean 0 and spread 1 over the training set, dimension by dimension."""
        return (code - self.code_mean) / self.code_variance.sqrt()

    def prior(self, n: int, rng: torch.Generator | None = None) -> Tensor:
        """n codes G1(z), z ~ N(0, I): (n, Z)."""
        drawn = self.sampler(super().prior(n, rng).to(self.code_mean.device))
        return self.code_mean + self.code_variance.sqrt() * drawn

    def score_code(self, code: Tensor) -> Tensor:
        """D1's logit of "a picture's code": (B, Z) -> (B,)."""
        return self.code_discriminator(self.standardise(code)).squeeze(1)

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D2's logit of "real": (B, C, H, W) in [0, 1] -> (B,)."""
        return self.discriminator(x).squeeze(1)
