"""PixelGAN autoencoder.  Makhzani and Frey, NIPS 2017, arXiv:1706.00531: a PixelCNN that is told z.

    x, c ──E──► z ──► p(x|z, c) = Π_i p(x_i | x_<i, z, c)          D: does z come from the prior?

z says what the picture is to be, the PixelCNN draws it pixel after pixel.  E gives a point, no distribution; that all
points together are the prior's is D's work, as KL is a VAE's.  D sees codes and classes, never pictures.

z may be categories: E gives the share of each, D wants one of them alone and each as often (section 3.1).  Where the model is
told no class, categories find kinds of pictures by themselves.
Loss: genlib/objectives/wae.py.  Recipe: "pixelgan-mnist".
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.models.base import GreyLevels, LevelSettings, Normal, class_weights, normal
from genlib.models.layers import Downsampler, dense
from genlib.models.pixelcnn import PixelCNN, PixelCNNConfig


@dataclass(frozen=True)
class PixelGANConfig(LevelSettings):
    channels: int = 1  # C, only 1 is modelled
    size: int = 28  # H = W
    classes: int = 10  # K, or 0
    categories: int = 0  # the first so many numbers of z are shares of categories
    levels: int = 16  # grey levels, L
    latent_dim: int = 8  # Z
    width: int = 32  # channels of each of the PixelCNN's stacks
    dilations: tuple[int, ...] = (1, 2, 4, 8, 4, 2, 1)
    frequencies: int = 4
    class_map: bool = False  # z and class say something of their own at every place, section 2.1
    features: int = 128  # width of the last hidden layer of E, and of both of D's
    factors: ClassVar[tuple[int, ...]] = ()


class PixelGAN(GreyLevels):
    Config = PixelGANConfig
    config: PixelGANConfig
    fp16_modules = ("discriminator",)  # it only teaches

    def __init__(self, config: PixelGANConfig):
        super().__init__()
        self.config = c = config
        if c.categories > c.latent_dim:
            raise ValueError(f"{c.categories} categories do not fit into a z of {c.latent_dim} numbers")
        self.encoder = Downsampler(c.channels, c.size, 16, 2, c.features, classes=c.classes)
        self.code = nn.Linear(c.features, c.latent_dim)
        conditioning = c.latent_dim + c.classes  # z enters where the class does: a bias a channel in every layer, section 2.1
        self.pixelcnn = PixelCNN(
            PixelCNNConfig(c.channels, c.size, conditioning, c.levels, c.width, c.dilations, frequencies=c.frequencies, class_map=c.class_map)
        )
        self.discriminator = dense(conditioning, c.features, c.features, 1)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Normal:
        """The code of images (B, C, H, W) in [0, 1] of classes (B,), a Normal of zero variance (logvar = −∞)."""
        shares, rest = self.code(self.encoder(x, y)).tensor_split([self.config.categories], dim=1)
        z = torch.cat([shares.softmax(dim=1), rest], dim=1)
        return Normal(z, torch.full_like(z, -torch.inf))

    def prior(self, n: int, rng: torch.Generator | None = None, category: int | None = None) -> Tensor:
        """n draws of z, (n, Z): one category of as many likely ones, one-hot, or the one asked for, where z has some; the rest N(0, I)."""
        k, rest = self.config.categories, normal((n, self.config.latent_dim - self.config.categories), rng)
        if not k:
            return rest
        drawn = torch.randint(k, (n,), generator=rng)
        return torch.cat([F.one_hot(drawn if category is None else torch.full_like(drawn, category), k).float(), rest], dim=1)

    def conditioning(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """What D, and the PixelCNN in place of a class, is told: (B, Z), (B,) or (B, K) -> (B, Z + K)."""
        return torch.cat([z, class_weights(y, self.config.classes)], dim=1) if self.config.classes else z

    def logits(self, x: Tensor, y: Tensor | None = None, z: Tensor | None = None) -> Tensor:
        """Logits of every pixel's level given z, x's own if none is given, and its predecessors: -> (B, L, H, W)."""
        return self.pixelcnn.logits(x, self.conditioning(self.encode(x, y).mean if z is None else z, y))
