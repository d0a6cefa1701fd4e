"""z of a picture for a model without an encoder: min_z ‖x − G(z)‖², by gradient descent.  arXiv:1609.03552, section 3.1."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from genlib.models.base import Decoder, LatentModel, class_args
from genlib.ops.latent import decode


class Descent(NamedTuple):
    step: int
    z: Tensor  # (1, Z), the best of all starts so far
    x: Tensor  # (1, C, H, W), G(z)
    error: float  # ‖x − G(z)‖², summed over pixels


def invert(
    model: LatentModel, x: Tensor, y: Tensor | None = None, *, steps: int = 200, starts: int = 4, lr: float = 0.1, pull: float = 0.02,
    every: int = 20, rng: torch.Generator | None = None,
) -> Iterator[Descent]:  # fmt: skip
    """Descend from several draws of the prior towards one picture (1, C, H, W), yielding the best now and then.

    `pull` times ‖z‖² keeps z where the prior has been seen.  Raises ValueError if a class is missing.
    """
    labels = [None if y is None else y.expand(starts, *y.shape[1:])] if class_args(model, y) else []
    z = model.prior(starts, rng).detach().clone()
    first = second = torch.zeros_like(z)
    for step in range(steps + 1):
        z, error, gradient = slope(model, z, x, labels, pull)
        if step % every == 0 or step == steps:
            best = int(error.argmin())
            best_z = z[best : best + 1].clone()
            yield Descent(step, best_z, decode(model, best_z, y), float(error[best]))
        first, second = torch.lerp(gradient, first, 0.9), torch.lerp(gradient.square(), second, 0.99)  # Adam, arXiv:1412.6980
        rate = lr * min(1.0, 2 * (1 - step / (steps + 1)))
        z = z - rate * (first / (1 - 0.9 ** (step + 1))) / ((second / (1 - 0.99 ** (step + 1))).sqrt() + 1e-8)


@torch.inference_mode(False)
def slope(model: Decoder, z: Tensor, x: Tensor, labels: list, pull: float) -> tuple[Tensor, Tensor, Tensor]:
    """z (S, Z) as a leaf, ‖x − G(z)‖² of each (S,), and the gradient of it and of pull·‖z‖², (S, Z)."""
    with torch.enable_grad():
        z = z.detach().clone().requires_grad_()
        error = (model.decode(z, *labels) - x.clone()).square().flatten(1).sum(dim=1)
        (gradient,) = torch.autograd.grad((error + pull * z.square().sum(dim=1)).sum(), z)
    return z.detach(), error.detach(), gradient
