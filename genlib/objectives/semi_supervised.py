"""Semi-supervised GAN's losses.  Salimans et al., 2016, arXiv:1606.03498, sections 3.1 and 5.

    L_D   −E log P(c|x) on the labelled, −E log D(x) on the rest, −E_z log(1 − D(G(z)));  D = Z/(Z + 1), Z = Σ_k exp l_k
          − λ E log P(ĉ|x̃), x̃ the picture moved, ĉ what a teacher reads in x where it is sure           arXiv:2001.07685, eq. 4
    L_G   ‖E f(x) − E f(G(z))‖², f the input of D's last layer over the root mean square of both: feature matching

A picture without a label has label −1.  The term with λ is no part of the paper: without it a run of half an hour misreads 300 of
10,000 pictures, and 450 epochs are wanted for the paper's 93.  The teacher is D's moving average (arXiv:1703.01780), read without noise.
Nor is f's scale: under that term D's features grow without bound, L_G with them, and G is lost.
"""

import copy
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.data.augment import jitter
from genlib.models.base import Decoder, Discriminator, Reader
from genlib.objectives.adversarial import discriminator_bce
from genlib.objectives.base import Metrics, Turn
from genlib.objectives.cvae_gan import normalize_features

MOVES = {"rotation": 0.3, "zoom": 0.15, "shear": 0.25}  # of what is moved, at most
DECAY = 0.998  # of the teacher, a batch


class ReadingAdversary(Decoder, Discriminator, Reader, Protocol):
    """G, and a D of two parts that names the class."""

    @property
    def generator(self) -> nn.Module: ...
    @property
    def body(self) -> nn.Module: ...
    @property
    def head(self) -> nn.Module: ...


class SemiSupervised(nn.Module):
    seen: Tensor  # batches the teacher has followed, a buffer

    def __init__(self, model: ReadingAdversary, consistency: float = 0.0, confidence: float = 0.95, hold: float = 0.0):
        super().__init__()
        self.model, self.consistency, self.confidence, self.hold = model, consistency, confidence, hold
        if consistency:
            self.teacher = copy.deepcopy(nn.Sequential(model.body, model.head)).requires_grad_(False).eval()
            self.register_buffer("seen", torch.zeros(()))

    def turns(self) -> list[Turn]:
        m, follow = self.model, self.follow if self.consistency else None
        return [
            Turn("discriminator", nn.ModuleList([m.body, m.head]), self.discriminator_loss, hold=self.hold, post_step=follow),
            Turn("generator", m.generator, self.generator_loss, hold=self.hold),
        ]

    @torch.no_grad()
    def follow(self) -> None:
        """Move the teacher towards D; a young one forgets faster."""
        decay = min(DECAY, (1 + float(self.seen)) / (10 + float(self.seen)))
        for average, current in zip(self.teacher.parameters(), nn.Sequential(self.model.body, self.model.head).parameters(), strict=True):
            average.lerp_(current, 1 - decay)
        self.seen += 1

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        known, m = batch.y >= 0, self.model
        x, y, rest = batch.x[known], batch.y[known], batch.x[~known]
        with torch.no_grad():
            fake = m.decode(m.prior(len(rest), rng).to(batch.x.device))
        labelled = F.cross_entropy(m.logits(jitter(x, rng, **MOVES) if self.consistency else x), y)
        apart = discriminator_bce(m.score(rest), m.score(fake))
        metrics = {"loss": labelled + apart, "labelled": labelled, "apart": apart}
        if self.consistency:
            consistent = self.consistent(rest, rng)
            metrics |= {"loss": metrics["loss"] + self.consistency * consistent, "consistent": consistent}
        return metrics

    def consistent(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """Cross-entropy of what D reads in pictures moved, where the teacher is sure of them; a mean over all."""
        with torch.no_grad():
            p, y = self.teacher.eval()(x).softmax(dim=1).max(dim=1)
        loss = F.cross_entropy(self.model.logits(jitter(x, rng, **MOVES)), y, reduction="none")
        return (loss * (p > self.confidence)).mean()

    def generator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        x, m = batch.x[batch.y < 0], self.model
        with torch.no_grad():
            real = m.features(x)
        real, fake = normalize_features(real, m.features(m.decode(m.prior(len(x), rng).to(x.device))))
        return {"loss": (real.mean(dim=0) - fake.mean(dim=0)).square().sum()}
