"""An objective is an ordered list of turns; a turn updates one set of parameters on one loss.

    AE, VAE, PixelCNN, classifier   one turn      (model)
    CVAE-GAN                        three turns   (discriminator, classifier, encoder + generator)

A network that serves in k turns runs k times a batch; at 28 to 64 pixels that is the cheaper bargain.
An objective is a module when it keeps something of its own between batches (moving averages): its buffers
then travel with the training state.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn


class Batch(NamedTuple):
    x: Tensor  # (B, C, H, W) in [0, 1]
    y: Tensor  # (B,) int64


Metrics = dict[str, Tensor]  # named scalars; "loss" is differentiated, the rest is for people


@dataclass(frozen=True)
class Turn:
    name: str
    net: nn.Module  # its parameters move, no others
    loss: Callable[[Batch, torch.Generator], Metrics]
    every: int = 1  # moves on every n-th batch
    lr: float = 1.0  # times the run's learning rate
    after: Callable[[], None] | None = None  # what is to hold of the parameters after each move is seen to here


class Objective(Protocol):
    model: nn.Module

    def turns(self) -> list[Turn]: ...


class OneTurn(nn.Module):
    """The commonest shape: every parameter of the model, one loss, every batch.  Subclasses give `loss`."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def turns(self) -> list[Turn]:
        return [Turn("model", self.model, self.loss)]
