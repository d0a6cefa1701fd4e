"""Evaluation classifier: reads class and features off images, real or generated.  Never part of a generator's training.

A small VGG (arXiv:1409.1556): pairs of 3×3 convolutions with BatchNorm, then a dense layer whose output is `features`.
Loss: genlib/objectives/classification.py.  Recipes: "classifier-mnist", "classifier-fashion".
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genlib.models.base import Network, Settings, class_weights, class_width


@dataclass(frozen=True)
class ClassifierConfig(Settings):
    channels: int = 1  # C
    size: int = 28  # H = W, divisible by 4·shrink
    classes: int = 10  # K
    width: int = 16  # channels of the first pair; doubled in the second
    features: int = 128  # F
    dropout: float = 0.3
    factors: tuple[int, ...] = ()  # where a class is a choice in each of several: how many choices each offers
    shrink: int = 1  # pictures are first averaged over squares of this side


def conv(a: int, b: int) -> list[nn.Module]:
    return [nn.Conv2d(a, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]


class Classifier(Network):
    Config = ClassifierConfig
    config: ClassifierConfig
    choices: Tensor | None  # (K, F) of ones and zeros, a buffer

    def __init__(self, config: ClassifierConfig):
        super().__init__()
        self.config = c = config
        w = c.width
        first = [nn.AvgPool2d(c.shrink)] if c.shrink > 1 else []
        self.body = nn.Sequential(
            *first, *conv(c.channels, w), *conv(w, w), nn.MaxPool2d(2),
            *conv(w, 2 * w), *conv(2 * w, 2 * w), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(c.dropout), nn.Linear(2 * w * (c.size // c.shrink // 4) ** 2, c.features), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Dropout(c.dropout), nn.Linear(c.features, class_width(c.classes, c.factors)))
        # log P(c|x) of a class is the sum of its factors', so that arg max and cross-entropy are those of each factor.
        choices = class_weights(torch.arange(c.classes, device="cpu"), c.classes, c.factors).T if c.factors else None
        self.register_buffer("choices", choices, persistent=False)

    def features(self, x: Tensor) -> Tensor:
        """What the last dense layer reads: (B, C, H, W) in [0, 1] -> (B, F), non-negative."""
        return self.body(x)

    def logits(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in [0, 1] -> (B, K)."""
        return self.classify(self.features(x))

    def classify(self, features: Tensor) -> Tensor:
        """The last layer alone: (B, F) -> (B, K)."""
        logits = self.head(features)
        return logits if self.choices is None else logits @ self.choices
