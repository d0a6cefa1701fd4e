"""What a pixel model says of a picture: each pixel's distribution, its entropy, and what it was drawn from.  arXiv:1601.06759."""

import functools

import torch
from torch import Tensor

from genlib.models.pixelrnn import PixelRNN, PixelRNNConfig
from genlib.ops.pixels import PixelNet, guided_logits


@torch.inference_mode()
def distribution(model: PixelNet, x: Tensor, y: Tensor | None, pixel: int, temperature: float = 1.0, guidance: float | None = None) -> Tensor:
    """p(x_i | x_<i, c) of one pixel of one picture (1, 1, H, W), counted row by row, over the grey levels: (L,)."""
    return (guided_logits(model, x, y, guidance)[0].flatten(1)[:, pixel] / temperature).softmax(dim=0)


@torch.inference_mode()
def entropy(model: PixelNet, x: Tensor, y: Tensor | None, temperature: float = 1.0, guidance: float | None = None) -> Tensor:
    """The entropy of what every pixel of images (B, 1, H, W) is drawn from, p(x_i | x_<i, c) without guidance: (B, H, W), nats."""
    log_p = (guided_logits(model, x, y, guidance) / temperature).log_softmax(dim=1)
    return -(log_p.exp() * log_p).sum(dim=1)


def influence(model: PixelNet, x: Tensor, y: Tensor | None, pixel: int, depth: int | None = None, guidance: float | None = None) -> Tensor:
    """|∂ log p(x_i | x_<i, c) / ∂x_j| of one picture (1, 1, H, W), for every j: (H, W), in nats a unit of grey.

    With depth, of ½‖h_i‖² instead, h the features after so many layers.  What pixel i does not see is exactly 0:
    itself, all after it, and what lies outside the receptive field.
    """
    with torch.enable_grad():
        x = x.clone().requires_grad_()
        if depth is None:
            logits = guided_logits(model, x, y, guidance)[0].flatten(1)[:, pixel]
            level = int((x.detach().flatten()[pixel] * (len(logits) - 1)).round())
            said = logits.log_softmax(dim=0)[level]
        else:
            said = 0.5 * model.features(x, y, depth)[0].flatten(1)[:, pixel].square().sum()
        (gradient,) = torch.autograd.grad(said, x)
    return gradient[0, 0].abs()


@functools.cache
def positive_net(kind: str, size: int) -> PixelRNN:
    """A small net of arXiv:1601.06759 with fresh weights, all positive, so that no two ways to a pixel cancel out."""
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False):
        torch.manual_seed(0)
        net = PixelRNN(PixelRNNConfig(size=size, kind=kind, width=4, depth=6)).eval().requires_grad_(False)
        for p in net.parameters():
            p.abs_()
        return net


def receptive_field(kind: str, size: int, pixel: int, depth: int) -> Tensor:
    """Which pixels one pixel can see after 0 ≤ depth ≤ 6 layers of a net of a kind (cnn, row, diagonal): bool (size, size)."""
    return influence(positive_net(kind, size), torch.full((1, 1, size, size), 0.6), None, pixel, depth) > 0
