"""Semi-supervised GAN.  Salimans et al., 2016, arXiv:1606.03498, section 5: a D that also names the class.

    D(x): logits of K classes; log Σ exp of them is how real x is         z ──G──► x'

G is the DCGAN's; D is convolutional too, with weight normalisation and Gaussian noise between its layers.
Dense nets, the paper's for digits, misread twice as many pictures after half an hour, crossed sevens before all.
Loss: genlib/objectives/semi_supervised.py.  Recipes: "ssgan100-mnist", "ssgan200-mnist".
"""

import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from genlib.models.base import NormalPrior
from genlib.models.dcgan import DCGANConfig, generator, init_weights


@dataclass(frozen=True)
class SSGANConfig(DCGANConfig):
    labels: int = 10  # K, the classes D names
    discriminator_widths: tuple[int, ...] = (24, 48, 64)  # channels of D's convolutions, each of which halves the side
    features: int = 256  # F, that D's last layer reads


class Noise(nn.Module):
    """Adds Gaussian noise while training; drawn, like dropout's, from the global state, which the trainer seeds."""

    def __init__(self, deviation: float):
        super().__init__()
        self.deviation = deviation

    def forward(self, x: Tensor) -> Tensor:
        return x + self.deviation * torch.randn_like(x) if self.training else x


def weigh(layer: nn.Conv2d | nn.Linear) -> nn.Module:
    """A layer with weight normalisation that begins by passing signals on at their size (arXiv:1502.01852): from PyTorch's own start D reads nothing for 500 batches."""
    nn.init.normal_(
        layer.weight, std=math.sqrt(2) / math.sqrt(layer.weight[0].numel())
    )  # kaiming_normal_, which would also run where no weights are wanted
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return weight_norm(layer)


class SSGAN(NormalPrior):
    Config = SSGANConfig
    config: SSGANConfig
    fp16_modules = ("generator", "body")

    def __init__(self, config: SSGANConfig):
        super().__init__()
        self.config = c = config
        self.generator = generator(c.latent_dim, c)
        init_weights(self.generator)
        layers, widths = [Noise(0.3)], (c.channels, *c.discriminator_widths)
        for a, b in itertools.pairwise(widths):
            layers += [weigh(nn.Conv2d(a, b, 4, stride=2, padding=1)), nn.LeakyReLU(0.2), Noise(0.1)]
        inputs = widths[-1] * (c.size >> len(c.discriminator_widths)) ** 2
        self.body = nn.Sequential(*layers, nn.Flatten(), weigh(nn.Linear(inputs, c.features)), nn.LeakyReLU(0.2))
        self.head = weight_norm(nn.Linear(c.features, c.labels))

    def features(self, x: Tensor) -> Tensor:
        """What D's last layer reads: (B, C, H, W) in [0, 1] -> (B, F)."""
        return self.body(x)

    def logits(self, x: Tensor) -> Tensor:
        """Of the K classes; the logit of "generated" is 0: (B, C, H, W) in [0, 1] -> (B, K)."""
        return self.head(self.features(x))

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D's logit of "real", log Σ_k exp l_k: (B, C, H, W) in [0, 1] -> (B,).  Section 5."""
        return self.logits(x).logsumexp(dim=1)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G(z), its −1 … 1 as grey: (B, Z) -> (B, C, H, W) in [0, 1]."""
        return (self.generator(z) + 1) / 2
