"""The plain autoencoder's loss: squared error ‖x − G(E(x))‖², a sum over pixels, mean over images."""

import torch

from genlib.batch import Batch
from genlib.models.base import Autoencoder
from genlib.objectives.base import Metrics, OneTurn


class Reconstruction(OneTurn[Autoencoder]):
    def loss(self, batch: Batch, _rng: torch.Generator) -> Metrics:
        x = self.model.decode(self.model.encode(batch.x).mean)
        return {"loss": (x - batch.x).square().flatten(1).sum(dim=1).mean()}
