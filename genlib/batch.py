"""What a training step is given."""

from typing import NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    x: Tensor  # (B, C, H, W) in [0, 1]
    y: Tensor  # (B,) int64

    def to(self, device: torch.device | str) -> "Batch":
        return Batch(self.x.to(device), self.y.to(device))
