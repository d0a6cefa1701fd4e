"""Conditional VAE.  Sohn et al., NIPS 2015: both networks see the class, so z carries what the class does not.

    x, c ──encoder──► q(z|x,c) ──► z, c ──generator──► p(x|z,c)

Convolutional, in the shape of DCGAN (arXiv:1511.06434).  Loss: genlib/objectives/elbo.py.  Recipe: "cvae-mnist".
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genlib.models.base import FeatureSettings, Normal, NormalPrior, class_weights, class_width, read_posterior
from genlib.models.layers import Downsampler, Upsampler, dense


@dataclass(frozen=True)
class CVAEConfig(FeatureSettings):
    channels: int = 1  # C
    size: int = 28  # H = W, divisible by 2^depth
    classes: int = 10  # K
    latent_dim: int = 16  # Z
    width: int = 32  # channels of the widest-resolution layer
    depth: int = 2  # halvings each way
    features: int = 256  # width of the last hidden layer of encoder, discriminator, classifier
    factors: tuple[int, ...] = ()  # where a class is a choice in each of several: how many choices each offers
    style_dim: int = 0  # features of z that the class scales, one by one; 0 puts z and class side by side instead
    normalize_brightness: bool = False  # the encoder reads every picture at the same mean brightness


def normalize_brightness(x: Tensor, mean: float = 0.3) -> Tensor:
    """Images at one mean brightness: z then cannot tell how strong the flash was, only where it stood."""
    return x * (mean / (x.mean(dim=(1, 2, 3), keepdim=True) + 0.01))


class BilinearUpsampler(Upsampler):
    """z and class meet as style and content do in a bilinear model, what one does being scaled by the other.

    Tenenbaum and Freeman, Neural Computation 12, 2000, asymmetric form: (B, Z + K) -> logits.
    """

    def __init__(self, c: CVAEConfig, weights: int):
        super().__init__(2 * c.style_dim + weights, c.channels, c.size, c.width, c.depth)
        self.split = [c.latent_dim, weights]
        self.style = dense(c.latent_dim, c.style_dim, c.style_dim)
        self.gain = nn.Linear(weights, c.style_dim)

    def forward(self, z: Tensor) -> Tensor:
        z, y = z.split(self.split, dim=1)
        style = self.style(z)
        return super().forward(torch.cat([style, style * self.gain(y), y], dim=1))


class CVAE(NormalPrior):
    Config = CVAEConfig
    config: CVAEConfig
    fp16_modules = ("encoder", "generator")  # half precision is far finer than 256 levels of grey

    def __init__(self, config: CVAEConfig):
        super().__init__()
        self.config = c = config
        weights = class_width(c.classes, c.factors)
        self.encoder = Downsampler(c.channels, c.size, c.width, c.depth, c.features, classes=weights, norm=True)
        self.posterior = nn.Linear(c.features, 2 * c.latent_dim)
        self.generator = BilinearUpsampler(c, weights) if c.style_dim else Upsampler(c.latent_dim + weights, c.channels, c.size, c.width, c.depth)

    def condition(self, y: Tensor | None) -> Tensor:
        """What both networks see of the class: (B,) or a mix (B, K) -> (B, K)."""
        return class_weights(y, self.config.classes, self.config.factors)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Normal:
        """q(z|x,c) for images (B, C, H, W) in [0, 1] and classes (B,) or mixes (B, K)."""
        x = normalize_brightness(x) if self.config.normalize_brightness else x
        return read_posterior(self.posterior(self.encoder(x, self.condition(y))))

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.generator(torch.cat([z, self.condition(y)], dim=1))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Pixel means of p(x|z,c): (B, Z) and (B,) or (B, K) -> (B, C, H, W) in [0, 1]."""
        return self.decode_logits(z, y).sigmoid()
