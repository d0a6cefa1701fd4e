"""The vocabulary all models share: what a latent model, an encoder, a pixel model, a classifier can do."""

from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.errors import InputError


class Settings:
    """What every model's Config, a frozen dataclass, tells: in a field or, where there is no choice, in a constant of the class.

    No dataclass itself: its fields would come before the Config's own.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    channels: int  # C
    size: int  # H = W, in pixels
    classes: int  # K; 0 for a model that is told no class
    factors: tuple[int, ...]  # where a class is a choice in each of several: how many choices each offers


class Network(nn.Module):
    """What every model is: a module that keeps the settings it was made of."""

    Config: ClassVar[type[Settings]]
    config: Settings
    fp16_modules: ClassVar[tuple[str, ...]] = ()  # parts that are stored in half precision

    @property
    def int8_modules(self) -> tuple[str, ...]:
        """Parts whose large matrices are stored as multiples of a step a row, see `genlib.weights.row_steps`."""
        return ()


class Normal(NamedTuple):
    """A diagonal Gaussian over the last axis.  A deterministic code is one with logvar = −∞."""

    mean: Tensor  # (B, Z)
    logvar: Tensor  # (B, Z), natural log of the variance

    def sample(self, rng: torch.Generator | None = None) -> Tensor:
        """Reparameterised draw, mean + σ⊙ε: gradients reach mean and logvar.  arXiv:1312.6114, section 2.4."""
        return self.mean + (0.5 * self.logvar).exp() * normal(self.mean.shape, rng, self.mean.device)


WIDEST = 5.0  # log σ² of a posterior, at most: σ = 12 beside a prior of 1 says "anywhere", and exp of a stranger's picture's overflows


def read_posterior(parameters: Tensor) -> Normal:
    """Mean and log-variance side by side (B, 2Z) -> q(z|x), no wider than WIDEST."""
    mean, logvar = parameters.chunk(2, dim=1)
    return Normal(mean, logvar.clamp(max=WIDEST))


def normal(shape, rng: torch.Generator | None = None, device: torch.device | str = "cpu") -> Tensor:
    """ε ~ N(0, I).  Drawn on the CPU and moved: a seed then means the same picture on every machine."""
    return torch.randn(shape, generator=rng).to(device)


def class_width(classes: int, factors: tuple[int, ...] = ()) -> int:
    """K, the width of a row of class weights."""
    return sum(factors) or classes


def choices(y: Tensor, factors: tuple[int, ...]) -> Tensor:
    """Labels (B,) as what is chosen in each factor (B, F): a label's digits, the first the highest."""
    parts = []
    for n in reversed(factors):
        parts.append(y % n)
        y = y // n
    return torch.stack(parts[::-1], dim=1)


def class_weights(y: Tensor | None, classes: int, factors: tuple[int, ...] = ()) -> Tensor:
    """Labels (B,) as one-hot rows (B, K); float rows (B, K), a soft mix of classes, pass as they are.

    With factors, a class is a choice in each of them, its number having them as digits, the first the highest:
    one one-hot row a factor, side by side, and K is their sum.
    Raises InputError for no labels at all, for a label outside 0..classes−1, or a mix of another width.
    """
    if y is None:
        raise InputError("this model needs a class")
    width = class_width(classes, factors)
    if y.is_floating_point():
        if y.ndim != 2 or y.shape[1] != width:
            raise InputError("a class mix has {width} weights a row, got shape {shape}", width=width, shape=tuple(y.shape))
        return y
    if y.numel() and not 0 <= int(y.min()) <= int(y.max()) < classes:
        least, most = int(y.min()), int(y.max())
        raise InputError("class must be 0 to {last}, got {least} to {most}", last=classes - 1, least=least, most=most)
    factors = factors or (classes,)
    return torch.cat([F.one_hot(k, n).float() for k, n in zip(choices(y, factors).T, factors, strict=True)], dim=1)


class Configured(Protocol):
    """A model whose settings tell whether it has classes."""

    @property
    def config(self) -> Settings: ...


def class_args(model: Configured, y: Tensor | None) -> tuple[Tensor, ...]:
    """y as the last arguments of encode, decode or logits, none where the model has no class.  Raises InputError if it is missing."""
    if not model.config.classes:
        return ()
    if y is None:
        raise InputError("this model needs a class")
    return (y,)


class LatentSettings(Settings):
    """Of a model with a z."""

    latent_dim: int  # Z


class FeatureSettings(LatentSettings):
    """Of one whose networks all have a last hidden layer of one width."""

    features: int  # F


class NormalPrior(Network):
    """z ~ N(0, I): what every model with latent_dim numbers of z draws from, unless it says otherwise."""

    config: LatentSettings

    def prior(self, n: int, rng: torch.Generator | None = None) -> Tensor:
        """n draws of z ~ N(0, I), (n, Z)."""
        return normal((n, self.config.latent_dim), rng)


class LevelSettings(Settings):
    """Of a model of grey levels."""

    levels: int  # L


class GreyLevels(Network):
    """Pictures of L grey levels, whose pixels are drawn one by one."""

    config: LevelSettings

    def quantize(self, x: Tensor) -> Tensor:
        """Each grey in [0, 1] moved to the nearest of the model's levels, (B, 1, H, W)."""
        top = self.config.levels - 1
        return (x * top).round() / top

    def dither(self, x: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """Each grey at one of the two nearest levels, drawn so that the mean is the grey: another picture each time."""
        step = 1 / (self.config.levels - 1)
        return self.quantize((x + step * (torch.rand(x.shape, generator=rng).to(x.device) - 0.5)).clamp(0, 1))


@runtime_checkable
class Decoder(Protocol):
    """Latent model.  Images are always (B, C, H, W) in [0, 1]; y is left out where there is no class."""

    def prior(self, n: int, rng: torch.Generator | None = None) -> Tensor: ...
    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor: ...


@runtime_checkable
class Encoder(Protocol):
    def encode(self, x: Tensor, y: Tensor | None = None) -> Normal: ...


class EncodingModel(Configured, Encoder, Protocol):
    """An encoder that tells of its classes."""


@runtime_checkable
class LatentModel(Configured, Decoder, Protocol):
    """A decoder that tells of its classes: what one can draw from."""


class Autoencoder(EncodingModel, LatentModel, Protocol):
    """Both."""

    @property
    def config(self) -> LatentSettings: ...


@runtime_checkable
class LogitAutoencoder(Autoencoder, Protocol):
    """One whose pictures are pixel means of p(x|z), logits before: what a bound of the likelihood is made of."""

    def decode_logits(self, z: Tensor, y: Tensor | None = None) -> Tensor: ...


@runtime_checkable
class Prior(Protocol):
    """A model that is told z, whatever draws its pictures."""

    def prior(self, n: int, rng: torch.Generator | None = None) -> Tensor: ...


@runtime_checkable
class PixelModel(Protocol):
    """Autoregressive model: logits of each pixel's level given those before it in raster order."""

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor: ...
    def quantize(self, x: Tensor) -> Tensor: ...


class TractableModel(Configured, PixelModel, Protocol):
    """One that tells of its classes: whose likelihood one can take."""


@runtime_checkable
class Discriminator(Protocol):
    """How real a picture is: a logit, or a critic's value."""

    def score(self, x: Tensor, y: Tensor | None = None) -> Tensor: ...


@runtime_checkable
class Reader(Protocol):
    """Names the class of a picture."""

    def logits(self, x: Tensor) -> Tensor: ...
    def features(self, x: Tensor) -> Tensor: ...
