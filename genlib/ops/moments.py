"""What a picture's ink tells without a network: moments."""

import torch
from torch import Tensor


def lean(x: Tensor) -> Tensor:
    """How far the ink of pictures (B, C, H, W) leans to the right, in pixels a pixel of height: (B,).  0 where there is none.

    The slope of the line that meets the mean of each row best: minus the covariance of column and row over the variance of the row.
    """
    ink = x.mean(dim=1)
    ink = ink / ink.sum(dim=(1, 2), keepdim=True).clamp(min=1e-12)
    row, column = (torch.arange(n, dtype=x.dtype, device=x.device) for n in ink.shape[1:])
    down = row[None, :, None] - (ink.sum(dim=2) @ row)[:, None, None]
    right = column[None, None, :] - (ink.sum(dim=1) @ column)[:, None, None]
    return -(ink * down * right).sum(dim=(1, 2)) / (ink * down.square()).sum(dim=(1, 2)).clamp(min=1e-12)
