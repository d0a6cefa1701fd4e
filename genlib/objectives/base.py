"""An objective is an ordered list of turns; a turn updates one set of parameters on one loss.

    AE, VAE, PixelCNN, classifier   one turn      (model)
    CVAE-GAN                        three turns   (discriminator, classifier, encoder + generator)

A network that serves in k turns runs k times a batch; at 28 to 64 pixels that is the cheaper bargain.
An objective is a module when it keeps something of its own between batches (moving averages): its buffers
then travel with the training state.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

import torch
from torch import Tensor, nn

from genlib.batch import Batch

Metrics = dict[str, Tensor]  # named scalars; "loss" is differentiated, the rest is for people


class Trainable(Protocol):
    """What a turn asks of a torch module."""

    def parameters(self) -> Iterator[nn.Parameter]: ...


@dataclass(frozen=True)
class Turn:
    name: str
    net: Trainable  # its parameters move, no others
    loss: Callable[[Batch, torch.Generator], Metrics]
    every: int = 1  # moves on every n-th batch
    lr: float = 1.0  # times the run's learning rate
    post_step: Callable[[], None] | None = None  # what is to hold of the parameters after each move is seen to here
    start: float = 0.0  # the share of the run after which it moves
    end: float = 1.0  # and before which: what has moved until then is held
    hold: float = 0.0  # the share of start … end with the whole learning rate, which then falls linearly to zero
    betas: tuple[float, float] | None = None  # Adam's, where not the run's
    averaged: bool = True  # whether the moving average of its net is what is released, where one is kept

    def rate(self, progress: float) -> float:
        """The factor of the run's learning rate at a share of the run, 0 to 1; 0 where it is not this turn's time."""
        if not self.start <= progress < self.end:
            return 0.0
        gone = (progress - self.start) / (self.end - self.start)
        return self.lr * min(1.0, (1 - gone) / (1 - self.hold))


class Objective(Protocol):
    """A torch module around a model."""

    model: Any  # a torch module that can do what the objective asks, for which Python has no one type

    def turns(self) -> list[Turn]: ...
    def to(self, device: torch.device | str) -> Self: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> object: ...


Model = TypeVar("Model")  # what a loss asks of the model: a protocol


class OneTurn(nn.Module, Generic[Model]):
    """The commonest shape: every parameter of the model, one loss, every batch."""

    def __init__(self, model: Model):
        super().__init__()
        self.model = model

    def turns(self) -> list[Turn]:
        return [Turn("model", self.get_submodule("model"), self.loss)]

    def loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        """Subclasses give it."""
        raise NotImplementedError
