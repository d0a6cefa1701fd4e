"""Wasserstein autoencoder, its GAN form.  Tolstikhin et al., ICLR 2018, arXiv:1711.01558, algorithm 1.

    x ──E──► z ──G──► x'          D: does z come from the prior?

An AE whose codes, all together, are to be N(0, I): no picture's code is made a Gaussian of its own, as a VAE's is.
Loss: genlib/objectives/wae.py.  Recipes: "waegan-mnist", "waegan2d-mnist" …
"""

from torch import Tensor

from genlib.models.layers import dense
from genlib.models.vae import AE, VAEConfig


class WAEGAN(AE):
    fp16_modules = (*AE.fp16_modules, "discriminator")

    def __init__(self, config: VAEConfig):
        super().__init__(config)
        self.discriminator = dense(config.latent_dim, 256, 256, 1)

    def conditioning(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """What D reads: the code alone, (B, Z)."""
        return z
