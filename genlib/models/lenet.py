"""LeNet-5.  LeCun, Bottou, Bengio, Haffner, Proceedings of the IEEE 86, 1998, figure 2: the second judge of samples.

Another architecture than the evaluation classifier's, whose body the CVAE-GAN's own C shares: what pleases only that
one does not please this one.  ReLU and maximum in place of the squashing and averaging of its day.
Loss: genlib/objectives/classification.py.  Recipes: "lenet-mnist", "lenet-fashion".
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from genlib.models.base import Network, Settings


@dataclass(frozen=True)
class LeNetConfig(Settings):
    channels: int = 1  # C
    size: int = 28  # H = W, divisible by 4
    kernel: int = 5  # side of both convolutions
    classes: int = 10  # K
    factors: ClassVar[tuple[int, ...]] = ()


class LeNet(Network):
    Config = LeNetConfig
    config: LeNetConfig

    def __init__(self, config: LeNetConfig):
        super().__init__()
        self.config = c = config
        k, side = c.kernel, (c.size // 2 - c.kernel + 1) // 2
        self.body = nn.Sequential(
            nn.Conv2d(c.channels, 6, k, padding=k // 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, k), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(16 * side**2, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(84, c.classes)

    def features(self, x: Tensor) -> Tensor:
        """What the last layer reads: (B, C, H, W) in [0, 1] -> (B, 84), non-negative."""
        return self.body(x)

    def logits(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in [0, 1] -> (B, K)."""
        return self.head(self.features(x))
