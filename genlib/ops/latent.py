"""Operations on z: draw, decode, encode, reconstruct, interpolate, swap the class."""

import math
from typing import TypeGuard

import torch
from torch import Tensor

from genlib.models.base import Autoencoder, Configured, Decoder, Encoder, EncodingModel, LatentModel, Normal, choices, class_args, class_weights
from genlib.ops.paths import walk
from genlib.ops.pixels import complete

SLICE = 16  # pictures decoded at a time: the layers of more do not stay in a core's cache


def num_classes(model: Configured) -> int:
    """K, the number of classes the model is conditioned on; 0 where it has none."""
    return model.config.classes


def class_rows(model: Configured, y: Tensor) -> Tensor:
    """Labels (B,) as the rows of weights (B, K) that the model reads, to be mixed."""
    return class_weights(y, model.config.classes, model.config.factors)


def is_autoencoder(model: object) -> TypeGuard[Autoencoder]:
    """Whether it both encodes and decodes: what a swap and a repair need."""
    return isinstance(model, Encoder) and isinstance(model, Decoder)


def device_of(model) -> torch.device:
    """Where the model's numbers are; the CPU of a model that has none."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))


@torch.inference_mode()
def decode(model: LatentModel, z: Tensor, y: Tensor | None = None) -> Tensor:
    """(B, Z), (B,) or (B, K) -> (B, C, H, W) in [0, 1], on the model's device."""
    inputs = (tensor.to(device_of(model)) for tensor in (z, *class_args(model, y)))
    slices = zip(*(tensor.split(SLICE) for tensor in inputs), strict=True)
    return torch.cat([model.decode(*batch) for batch in slices])


@torch.inference_mode()
def encode(model: EncodingModel, x: Tensor, y: Tensor | None = None) -> Normal:
    """q(z|x,c) of images (B, C, H, W) in [0, 1]."""
    return model.encode(x, *class_args(model, y))


def draw(model, n: int, y: Tensor | None = None, *, rng: torch.Generator | None = None, temperature=1.0, guidance=None) -> Tensor:
    """n samples of any generative model, (n, C, H, W); temperature scales z, or divides the logits; guidance is a PixelCNN's alone."""
    if isinstance(model, LatentModel):
        return decode(model, temperature * model.prior(n, rng), y)
    *_, x = complete(model, n, y, rng=rng, temperature=temperature, every=model.config.size**2, guidance=guidance)
    return x


def reconstruct(model: Autoencoder, x: Tensor, y: Tensor | None = None) -> Tensor:
    """Decode the posterior mean, not a draw, so the same image always gives the same answer."""
    return decode(model, encode(model, x, y).mean, y)


def swap(model: Autoencoder, z: Tensor, targets: Tensor) -> Tensor:
    """The picture G(z, c') of one z (Z,) for every class c' in targets (T,): (T, C, H, W).  z is not touched."""
    return decode(model, z.expand(len(targets), -1), targets)


def swap_partly(model: Autoencoder, z: Tensor, other: Tensor, y: Tensor, target: Tensor, way: Tensor, mix: Tensor) -> Tensor:
    """G with z on its way to another (1, Z) and the class (1,) on its way to a target (1,), each at shares (N, 1) in [0, 1]: (N, C, H, W)."""
    start, end = class_rows(model, y), class_rows(model, target)
    return decode(model, torch.lerp(z, other, way), torch.lerp(start, end, mix))


def neighbours(factors: tuple[int, ...], label: int) -> Tensor:
    """Every choice of every factor in turn, the others as in label: (Σ factors,) classes, a factor after another."""
    chosen = choices(torch.tensor([label]), factors)[0].tolist()
    digits = [[*chosen[:i], k, *chosen[i + 1 :]] for i, n in enumerate(factors) for k in range(n)]
    return torch.tensor(digits) @ torch.tensor([math.prod(factors[i + 1 :]) for i in range(len(factors))])


def interpolate(model: LatentModel, start: Tensor, end: Tensor, steps: int, y: Tensor | None = None, path="linear") -> Tensor:
    """Decode the way between two latents (Z,), both ends included: (steps, C, H, W).  Raises InputError for a path it does not know."""
    return decode(model, walk(start, end, steps, path), None if y is None else y.expand(steps))
