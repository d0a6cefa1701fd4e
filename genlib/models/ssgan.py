"""Semi-supervised GAN.  Salimans et al., 2016, arXiv:1606.03498, section 5: a D that also names the class.

    D(x): logits of K classes; log Σ exp of them is how real x is         z ──G──► x'

Dense nets with weight normalisation and Gaussian noise between D's layers.
Loss: genlib/objectives/semi_supervised.py.  Recipes: "ssgan100-mnist", "ssgan200-mnist".
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from genlib.models.base import NormalPrior


@dataclass(frozen=True)
class SSGANConfig:
    channels: int = 1  # C
    size: int = 28  # H = W
    labels: int = 10  # K, the classes D names
    latent_dim: int = 100  # Z
    hidden: tuple[int, ...] = (500, 500)  # G's hidden widths
    discriminator_hidden: tuple[int, ...] = (1000, 500, 250, 250, 250)  # D's; the last are the features
    classes: ClassVar[int] = 0  # of G, which is told none
    factors: ClassVar[tuple[int, ...]] = ()


class Noise(nn.Module):
    """Adds Gaussian noise while training; drawn, like dropout's, from the global state, which the trainer seeds."""

    def __init__(self, deviation: float):
        super().__init__()
        self.deviation = deviation

    def forward(self, x: Tensor) -> Tensor:
        return x + self.deviation * torch.randn_like(x) if self.training else x


class SSGAN(NormalPrior, nn.Module):
    Config = SSGANConfig
    fp16_modules = ("generator", "body")  # two million weights

    def __init__(self, config: SSGANConfig):
        super().__init__()
        self.config = c = config
        pixels = c.channels * c.size**2
        layers: list[nn.Module] = []
        for a, b in zip((c.latent_dim, *c.hidden), c.hidden, strict=False):
            layers += [nn.Linear(a, b, bias=False), nn.BatchNorm1d(b), nn.Softplus()]
        self.generator = nn.Sequential(*layers, weight_norm(nn.Linear(c.hidden[-1], pixels)), nn.Sigmoid())
        widths, layers = (pixels, *c.discriminator_hidden), [Noise(0.3)]
        for a, b in zip(widths, widths[1:], strict=False):
            layers += [weight_norm(nn.Linear(a, b)), nn.ReLU(), Noise(0.5)]
        self.body, self.head = nn.Sequential(*layers), weight_norm(nn.Linear(widths[-1], c.labels))

    def features(self, x: Tensor) -> Tensor:
        """What D's last layer reads: (B, C, H, W) in [0, 1] -> (B, F)."""
        return self.body(x.flatten(1))

    def logits(self, x: Tensor) -> Tensor:
        """Of the K classes; the logit of "generated" is 0: (B, C, H, W) in [0, 1] -> (B, K)."""
        return self.head(self.features(x))

    def score(self, x: Tensor, y: None = None) -> Tensor:
        """D's logit of "real", log Σ_k exp l_k: (B, C, H, W) in [0, 1] -> (B,).  Section 5."""
        return self.logits(x).logsumexp(dim=1)

    def decode(self, z: Tensor, y: None = None) -> Tensor:
        """(B, Z) -> (B, C, H, W) in [0, 1]."""
        c = self.config
        return self.generator(z).view(-1, c.channels, c.size, c.size)
