"""Cross-entropy −log P(c|x), in nats per image, with smoothed labels (arXiv:1512.00567, section 7)."""

import torch
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.models.base import Reader
from genlib.objectives.base import Metrics, OneTurn


class Classification(OneTurn[Reader]):
    def __init__(self, model: Reader, smoothing: float = 0.0):
        super().__init__(model)
        self.smoothing = smoothing

    def loss(self, batch: Batch, _rng: torch.Generator) -> Metrics:
        logits = self.model.logits(batch.x)
        loss = F.cross_entropy(logits, batch.y, label_smoothing=self.smoothing)
        return {"loss": loss, "accuracy": (logits.argmax(dim=1) == batch.y).float().mean()}
