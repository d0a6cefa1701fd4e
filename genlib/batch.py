"""What a training step is given."""

from typing import NamedTuple

from torch import Tensor


class Batch(NamedTuple):
    x: Tensor  # (B, C, H, W) in [0, 1]
    y: Tensor  # (B,) int64
