"""Deep convolutional GAN.  Radford, Metz, Chintala, 2016, arXiv:1511.06434, section 3.

    z ──►  7×7  ──►  14×14  ──►  28×28        transposed convolutions, BatchNorm, ReLU, tanh at the end
    28×28  ──►  14×14  ──►  7×7  ──►  real?   strided convolutions, BatchNorm but at the input, LeakyReLU 0.2

No pooling, no hidden dense layer; weights begin as N(0, 0.02).  D's BatchNorm can be left out (norm = False), for a
penalty on D's gradient to take its place: D then judges one picture as it judges a batch.
Loss: genlib/objectives/adversarial.py.  Recipes: "dcgan-mnist" …
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from genlib.models.base import LatentSettings, NormalPrior
from genlib.models.layers import pyramid


@dataclass(frozen=True)
class DCGANConfig(LatentSettings):
    channels: int = 1  # C
    size: int = 28  # H = W, divisible by 2^depth
    latent_dim: int = 64  # Z
    width: int = 32  # channels at the highest resolution
    depth: int = 2  # halvings each way
    norm: bool = True  # BatchNorm in D
    classes: ClassVar[int] = 0
    factors: ClassVar[tuple[int, ...]] = ()


def generator(inputs: int, c: DCGANConfig) -> nn.Sequential:
    """(B, inputs) -> (B, C, H, W) in [−1, 1]."""
    levels = pyramid(c.size, c.width, c.depth, widest=256)[::-1]
    first, side = levels[0]
    layers = [
        nn.Unflatten(1, (inputs, 1, 1)),
        nn.ConvTranspose2d(inputs, first, side, bias=False),
        nn.BatchNorm2d(first),
        nn.ReLU(),
    ]
    for (a, _), (b, _) in zip(levels, levels[1:], strict=False):
        layers += [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(levels[-1][0], c.channels, 4, 2, 1), nn.Tanh())


def discriminator(outputs: int, c: DCGANConfig, norm: bool = True) -> nn.Sequential:
    """(B, C, H, W) in [−1, 1] -> (B, outputs)."""
    levels = pyramid(c.size, c.width, c.depth, widest=256)
    layers: list[nn.Module] = []
    for i, (a, (b, _)) in enumerate(zip([c.channels, *(w for w, _ in levels)], levels, strict=False)):
        normed = [nn.BatchNorm2d(b)] if norm and i else []
        layers += [nn.Conv2d(a, b, 4, 2, 1), *normed, nn.LeakyReLU(0.2)]
    last, side = levels[-1]
    return nn.Sequential(*layers, nn.Conv2d(last, outputs, side), nn.Flatten())


@torch.no_grad()
def init_weights(net: nn.Module) -> None:
    """Weights of convolutions N(0, 0.02), of BatchNorm N(1, 0.02)."""
    for layer in net.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0, 0.02)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1, 0.02)


class DCGAN(NormalPrior):
    Config = DCGANConfig
    config: DCGANConfig

    def __init__(self, config: DCGANConfig):
        super().__init__()
        self.config = config
        self.generator = generator(config.latent_dim, config)
        self.discriminator = discriminator(1, config, config.norm)
        init_weights(self)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G(z), its −1 … 1 as grey: (B, Z) -> (B, C, H, W) in [0, 1]."""
        return (self.generator(z) + 1) / 2

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D's logit of "real": (B, C, H, W) in [0, 1] -> (B,)."""
        return self.discriminator(2 * x - 1).squeeze(1)
