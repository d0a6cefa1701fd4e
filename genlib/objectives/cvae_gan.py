"""CVAE-GAN's losses.  Bao et al., 2017, arXiv:1703.10155, algorithm 1.

    L_D   −E log D(x) − E log(1 − D(G(z,c)))                                   eq. 1
    L_C   −E log P(c|x), on real images                                        eq. 4
    L_GD  ½ ‖E f_D(x) − E f_D(G(z,c))‖²                                        eq. 3
    L_GC  ½ Σ_c ‖E f_C(x) − E f_C(G(z,c))‖², a centre a class                  eq. 5
    L_G   ½ (‖x − x'‖² + ‖f_D(x) − f_D(x')‖² + ‖f_C(x) − f_C(x')‖²)            eq. 7
    L_KL  KL(q(z|x,c) ‖ N(0, I))                                               eq. 6

G never sees L_D: matching centres does not vanish when D wins.  Departures, each for small images:
- one scale for real and generated features, so that a weight means the same early and late;
- centres are taken of f and of random Fourier features of f, which makes L_GD and L_GC kernel mean discrepancies:
  a centre of f alone forgives broken pictures and a class that lost its variety;
- centres are moving averages whose gradient flows whole through the current batch;
- D and C read through a little noise, which hides the exact zeros no generator prints (arXiv:1610.04490), and with
  the picture moved by up to two pixels, real and generated alike, which keeps D from learning by heart (arXiv:2006.10738);
- a small cross-entropy of C on G(z, c) states outright that a picture must be of its class, a large one where C is held;
- where a swap is to keep z's meaning from class to class, every class's q(z|c) is drawn to the same distribution: the
  centres, as in L_GC, of z and of its Fourier features.  L_KL alone lets each class use its own part of the prior.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.batch import Batch
from genlib.models.base import Autoencoder, FeatureSettings, Reader, class_width, normal
from genlib.objectives.base import Metrics, Turn
from genlib.objectives.elbo import kl_to_standard_normal


@dataclass(frozen=True)
class Weights:
    """λ1 … λ4 of eq. 8, and the weight of C's cross-entropy on generated images."""

    kl: float = 0.3
    pairwise: float = 1.0
    features: float = 0.02  # of the two feature terms inside L_G, relative to the pixels'
    discriminator: float = 1.0  # L_GD
    classifier: float = 1.0  # L_GC
    label: float = 5.0
    held_label: float = 400.0  # in its place where C is held: G cannot make a C that does not learn forgive it
    discriminator_lr: float = 0.5  # D's learning rate over G's
    noise: float = 0.1  # standard deviation of the noise D and C read through
    swapped: float = 0.0  # share of G(z, c) whose z is another picture's, not the prior's
    latent_class_mmd: float = 0.0  # what z tells of c: the distance of each class's centre of z from the common one


class RandomFourierFeatures(nn.Module):
    """f and `num_features` (F) random Fourier features of f: (B, F) -> (B, F + num_features).  Rahimi and Recht, 2007, at three bandwidths.

    Their centres are a kernel mean embedding: two sets agree there only if they are alike as distributions
    (maximum mean discrepancy), where a centre of f alone forgives broken and averaged pictures.
    """

    frequency: Tensor  # (F, num_features), buffers
    phase: Tensor  # (num_features,)

    def __init__(self, features: int, num_features: int | None = None):
        super().__init__()
        num_features = num_features or features
        bandwidth = torch.tensor([0.5, 1.0, 2.0]).repeat(num_features)[:num_features]
        self.register_buffer("frequency", torch.randn(features, num_features) * bandwidth / features**0.5)
        self.register_buffer("phase", torch.rand(num_features) * 2 * math.pi)

    def forward(self, f: Tensor) -> Tensor:
        return torch.cat([f, 2**0.5 * (f @ self.frequency + self.phase).cos()], dim=1)


def class_centres(features: Tensor, member: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of each class, and which classes the batch holds: (B, F), membership 0 or 1 (B, K) -> (K, F), (K,) bool."""
    count = member.sum(dim=0)
    return member.T @ features / count.clamp(min=1)[:, None], count > 0


def normalize_features(*features: Tensor) -> list[Tensor]:
    """All divided by their common root mean square: their scale no longer drifts as D and C train, and a D
    that answers every generated picture with large features cannot make a loss of them without bound."""
    scale = torch.cat(features).detach().square().mean().sqrt() + 1e-6
    return [f / scale for f in features]


Z_FEATURES = 64  # Fourier features of a narrow z


class MovingAverage(nn.Module):
    """Moving average of a statistic, row by row; a row starts at its first value."""

    value: Tensor  # buffers
    seen: Tensor  # (rows,) bool

    def __init__(self, shape: tuple[int, ...], decay: float):
        super().__init__()
        self.decay = decay
        self.register_buffer("value", torch.zeros(shape))
        self.register_buffer("seen", torch.zeros(shape[0], dtype=torch.bool))

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """Take x in where present; returns the average, with x's own gradient, undiminished."""
        present = torch.ones_like(self.seen) if present is None else present
        old = torch.where(self.seen[:, None], self.value, x.detach())
        self.value = torch.where(present[:, None], torch.lerp(x.detach(), old, self.decay), self.value)
        self.seen = self.seen | present
        return self.value + torch.where(present[:, None], x - x.detach(), torch.zeros_like(x))


def half_square(a: Tensor, b: Tensor) -> Tensor:
    """½‖a − b‖² an image: (B, …) twice -> mean over the batch."""
    return 0.5 * (a - b).square().flatten(1).sum(dim=1).mean()


class Judge(Reader, Protocol):
    """D."""

    def parameters(self) -> Iterator[nn.Parameter]: ...


class ClassJudge(Judge, Protocol):
    """C."""

    def train(self) -> Self: ...
    def eval(self) -> Self: ...
    def classify(self, features: Tensor) -> Tensor: ...


class JudgedAutoencoder(Autoencoder, Protocol):
    """E and G, and the two that teach them."""

    @property
    def config(self) -> FeatureSettings: ...
    @property
    def encoder(self) -> nn.Module: ...
    @property
    def posterior(self) -> nn.Module: ...
    @property
    def generator(self) -> nn.Module: ...
    @property
    def discriminator(self) -> Judge: ...
    @property
    def classifier(self) -> ClassJudge: ...
    def condition(self, y: Tensor | None) -> Tensor: ...


class CVAEGANObjective(nn.Module):
    def __init__(self, model: JudgedAutoencoder, weights: Weights = Weights(), decay: float = 0.9):  # noqa: B008, frozen
        super().__init__()
        self.model, self.weights, self.decay = model, weights, decay
        features, classes = model.config.features, class_width(model.config.classes, model.config.factors)
        self.embed = RandomFourierFeatures(features)
        self.real_d, self.fake_d = (MovingAverage((1, 2 * features), decay) for _ in range(2))
        self.real_c, self.fake_c = (MovingAverage((classes, 2 * features), decay) for _ in range(2))
        if weights.latent_class_mmd:
            self.embed_z = RandomFourierFeatures(model.config.latent_dim, Z_FEATURES)
            self.each_z = MovingAverage((classes, model.config.latent_dim + Z_FEATURES), decay)

    def turns(self) -> list[Turn]:
        m, w = self.model, self.weights
        encoder_generator = nn.ModuleList([m.encoder, m.posterior, m.generator])
        return [
            Turn("discriminator", m.discriminator, self.discriminator_loss, lr=w.discriminator_lr),
            Turn("classifier", m.classifier, self.classifier_loss),
            Turn("generator", encoder_generator, self.generator_loss),
        ]

    def augment(self, rng: torch.Generator) -> Callable[[Tensor], Tensor]:
        """What stands between a picture and D or C this turn: one small shift for all, and noise for each."""
        shift = torch.randint(-2, 3, (2,), generator=rng).tolist()
        return lambda x: x.roll(shift, dims=(2, 3)) + self.weights.noise * normal(x.shape, rng, x.device)

    def latents(self, batch: Batch, rng: torch.Generator, z: Tensor | None = None) -> Tensor:
        """z of G(z, c): draws of the prior and, for their share, the neighbours' z in a shuffled batch, (B, Z)."""
        n = round(self.weights.swapped * len(batch.x))
        prior = self.model.prior(len(batch.x) - n, rng).to(batch.x.device)
        if not n:
            return prior
        z = self.model.encode(batch.x, batch.y).sample(rng) if z is None else z
        return torch.cat([z.roll(1, dims=0)[:n], prior])

    def discriminator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        with torch.no_grad():
            fake = self.model.decode(self.latents(batch, rng), batch.y)
        augment = self.augment(rng)
        real, fake = (self.model.discriminator.logits(augment(x)) for x in (batch.x, fake))
        loss = F.softplus(-real).mean() + F.softplus(fake).mean()
        return {"loss": loss, "real": real.sigmoid().mean(), "fake": fake.sigmoid().mean()}

    def classifier_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        logits = self.model.classifier.train().logits(self.augment(rng)(batch.x))
        accuracy = (logits.argmax(dim=1) == batch.y).float().mean()
        return {"loss": F.cross_entropy(logits, batch.y), "accuracy": accuracy}

    def generator_loss(self, batch: Batch, rng: torch.Generator) -> Metrics:
        x, y, m, w = batch.x, batch.y, self.model, self.weights
        q = m.encode(x, y)
        z = q.sample(rng)
        # x' = G(E(x, c), c) and G(z, c) in one batch: G's BatchNorm averages both, as it will be asked for both
        pair, fake = m.decode(torch.cat([z, self.latents(batch, rng, z)]), torch.cat([y, y])).chunk(2)
        judges, augment = (m.discriminator, m.classifier.eval()), self.augment(rng)  # C as it will be asked: its averages stand
        with torch.no_grad():
            real_d, real_c = (net.features(augment(x)) for net in judges)
        pair_d, pair_c = (net.features(augment(pair)) for net in judges)
        fake_d, fake_c = (net.features(augment(fake)) for net in judges)
        label = F.cross_entropy(m.classifier.classify(fake_c), y)
        real_d, pair_d, fake_d = normalize_features(real_d, pair_d, fake_d)
        real_c, pair_c, fake_c = normalize_features(real_c, pair_c, fake_c)
        terms = {
            "kl": kl_to_standard_normal(q).mean(),
            "pixels": half_square(x, pair),
            "features": half_square(real_d, pair_d) + half_square(real_c, pair_c),
            "feature_matching": self.feature_matching(real_d, fake_d),
            "class_feature_matching": self.class_feature_matching(real_c, fake_c, y),
            "label": label,
            "latent_class_mmd": self.latent_class_mmd(q.mean, y) if w.latent_class_mmd else label.new_zeros(()),
        }
        pairwise = terms["pixels"] + w.features * terms["features"]
        label_weight = w.label if any(p.requires_grad for p in m.classifier.parameters()) else w.held_label
        loss = w.kl * terms["kl"] + w.pairwise * pairwise + label_weight * terms["label"]
        loss = (
            loss
            + w.discriminator * terms["feature_matching"]
            + w.classifier * terms["class_feature_matching"]
            + w.latent_class_mmd * terms["latent_class_mmd"]
        )
        return {"loss": loss, **terms}

    def feature_matching(self, real: Tensor, fake: Tensor) -> Tensor:
        """L_GD: ½ the squared distance of the centres of f_D."""
        real, fake = (self.embed(f).mean(dim=0, keepdim=True) for f in (real, fake))
        return 0.5 * (self.real_d(real) - self.fake_d(fake)).square().sum()

    def class_feature_matching(self, real: Tensor, fake: Tensor, y: Tensor) -> Tensor:
        """L_GC, as a mean over the classes seen: ½ the squared distance of the centres of f_C, class by class."""
        member = self.model.condition(y)
        real, present = class_centres(self.embed(real), member)
        fake, _ = class_centres(self.embed(fake), member)
        difference = self.real_c(real, present) - self.fake_c(fake, present)
        return 0.5 * difference.square().sum(dim=1)[self.real_c.seen].mean()

    def latent_class_mmd(self, z: Tensor, y: Tensor) -> Tensor:
        """½ the squared distance of each class's centre of z from the mean of the centres seen, as a mean over the classes present."""
        centres, present = class_centres(self.embed_z(z), self.model.condition(y))
        each = self.each_z(centres, present)
        common = each.detach()[self.each_z.seen].mean(dim=0)
        return 0.5 * (each - common).square().sum(dim=1)[present].mean()
