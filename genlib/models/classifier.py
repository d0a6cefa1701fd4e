"""Evaluation classifier: reads class and features off images, real or generated.  Never part of a generator's training.

A small VGG (arXiv:1409.1556): pairs of 3×3 convolutions with BatchNorm, then a dense layer whose output is `features`.
Loss: genlib/objectives/classification.py.  Recipes: "classifier-mnist", "classifier-fashion".
"""

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class ClassifierConfig:
    channels: int = 1  # C
    size: int = 28  # H = W, divisible by 4
    classes: int = 10  # K
    width: int = 16  # channels of the first pair; doubled in the second
    features: int = 128  # F
    dropout: float = 0.3


def conv(a: int, b: int) -> list[nn.Module]:
    return [nn.Conv2d(a, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]


class Classifier(nn.Module):
    Config = ClassifierConfig

    def __init__(self, config: ClassifierConfig):
        super().__init__()
        self.config = c = config
        w = c.width
        self.body = nn.Sequential(
            *conv(c.channels, w), *conv(w, w), nn.MaxPool2d(2),
            *conv(w, 2 * w), *conv(2 * w, 2 * w), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(c.dropout), nn.Linear(2 * w * (c.size // 4) ** 2, c.features), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Dropout(c.dropout), nn.Linear(c.features, c.classes))

    def features(self, x: Tensor) -> Tensor:
        """What the last dense layer reads: (B, C, H, W) in [0, 1] -> (B, F), non-negative."""
        return self.body(x)

    def logits(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in [0, 1] -> (B, K)."""
        return self.head(self.features(x))
