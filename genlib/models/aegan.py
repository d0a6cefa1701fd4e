"""AEGAN.  "Unregularized Auto-Encoder with Generative Adversarial Networks for Image Generation", ACM MM 2018.

    x ──E──► code ──Dec──► x'          z ~ N(0, I) ──G1──► code ──Dec──► picture

An AE keeps its codes as they fall; G1 learns to draw such codes.  D1 tells G1's codes from E's, D2 its pictures from
real ones.  `prior` draws G1(z): a distribution that was learned, over codes nobody constrained.
Loss: genlib/objectives/aegan.py.  Recipes: "aegan-mnist", "aegan2d-mnist" …
"""

import torch
from torch import Tensor

from genlib.models.layers import Downsampler, dense
from genlib.models.vae import AE, VAEConfig


class AEGAN(AE):
    halved = ("code_discriminator", "discriminator")  # they only teach

    def __init__(self, config: VAEConfig):
        super().__init__(config)
        c = config
        self.sampler = dense(c.latent_dim, 256, 256, c.latent_dim)  # G1
        self.code_discriminator = dense(c.latent_dim, 256, 256, 1)  # D1
        self.discriminator = torch.nn.Sequential(Downsampler(c.channels, c.size, 16, 2, 128), torch.nn.Linear(128, 1))  # D2

    def prior(self, n: int, rng: torch.Generator | None = None) -> Tensor:
        """n codes G1(z), z ~ N(0, I): (n, Z)."""
        return self.sampler(super().prior(n, rng).to(self.sampler[0].weight.device))

    def score(self, x: Tensor) -> Tensor:
        """D2's logit of "real": (B, C, H, W) in [0, 1] -> (B,)."""
        return self.discriminator(x).squeeze(1)
