"""Sampling a PixelCNN: pixel after pixel in raster order, each layer's past kept instead of computed again.

The vertical stack runs once a row, the horizontal one once a pixel: together the arithmetic of one full forward
pass, where the textbook sampler needs one such pass a pixel.  arXiv:1704.06001 has the idea.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from genlib.models.base import class_weights
from genlib.models.pixelcnn import PixelCNN, gate


def choose(logits: Tensor, u: Tensor, temperature: float) -> Tensor:
    """The level whose stretch of the cumulative distribution holds u ∈ [0, 1): (B, L), (B,) -> (B,) int64."""
    cumulative = (logits / temperature).softmax(dim=1).cumsum(dim=1)
    return (cumulative < u[:, None]).sum(dim=1).clamp(max=logits.shape[1] - 1)


class Cache:
    """What the layers remember of the rows above (vertical) and of the current row (horizontal)."""

    def __init__(self, model: PixelCNN, y: Tensor):
        c, self.model, n = model.config, model, len(y)
        self.size, self.place = c.size, torch.linspace(-1, 1, c.size)
        self.planes = torch.zeros(n, 4, c.size + 3, c.size + 5)  # padded: 3 rows above; columns 3 left, 2 right
        self.rows = [torch.zeros(n, c.width, c.size + d, c.size + 2 * d) for d in c.dilations]
        self.bias = [layer.gates(y) for layer in model.layers]
        # Convolutions of the horizontal stack as matrices, (in, out), for addmm
        far_and_own = [layer.horizontal.weight[:, :, 0].permute(2, 1, 0) for layer in model.layers]
        self.taps = [tuple(w.contiguous()) for w in far_and_own]
        self.out = [layer.out.weight[:, :, 0, 0].T.contiguous() for layer in model.layers]
        self.first = model.first_horizontal.weight[:, :, 0].flatten(1).T.contiguous()
        self.head = [(conv.weight[:, :, 0, 0].T.contiguous(), conv.bias) for conv in (model.head[1], model.output)]

    def begin_row(self, r: int) -> None:
        """The vertical stack at row r, from the rows above it, and what it hands to the horizontal stack."""
        m = self.model
        v = m.first_vertical(self.planes[:, :, r : r + 3, 1:])  # (B, S, 1, W)
        self.start = v[:, :, 0].permute(2, 0, 1) + m.first_horizontal.bias  # (W, B, S)
        self.across, self.past = [], []
        for layer, rows, (bias_v, bias_h) in zip(m.layers, self.rows, self.bias, strict=True):
            d = layer.dilation
            rows[:, :, r + d, d : d + self.size] = v[:, :, 0]
            up = layer.vertical(rows[:, :, r : r + d + 1])
            across = layer.across(up) + bias_h + layer.horizontal.bias[:, None, None]
            self.across.append(across[:, :, 0].permute(2, 0, 1).contiguous())  # (W, B, 2S)
            self.past.append(torch.zeros(self.size + d, len(v), v.shape[1]))
            v = v + gate(up + bias_v)

    def logits(self, r: int, c: int) -> Tensor:
        """Logits (B, L) of pixel (r, c), once everything before it is known."""
        h = torch.addmm(self.start[c], self.planes[:, :, r + 3, c : c + 3].flatten(1), self.first)
        stack = zip(self.model.layers, self.taps, self.out, self.across, self.past, strict=True)
        for layer, (far, own), out, across, past in stack:
            past[c + layer.dilation] = h
            gates = torch.addmm(torch.addmm(across[c], past[c], far), h, own)
            h = torch.addmm(h + layer.out.bias, gate(gates), out)
        for weight, bias in self.head:
            h = torch.addmm(bias, h.relu(), weight)
        return h

    def put(self, r: int, c: int, x: Tensor) -> None:
        """Pixel (r, c) is x (B,) in [0, 1] from now on."""
        self.planes[:, 0, r + 3, c + 3] = 2 * x - 1
        self.planes[:, 1, r + 3, c + 3] = 1
        self.planes[:, 2, r + 3, c + 3] = self.place[r]
        self.planes[:, 3, r + 3, c + 3] = self.place[c]


def prepared(model: PixelCNN, n: int, y: Tensor | None, image: Tensor | None, mask: Tensor | None, rng):
    """Class weights (n, K), the start (n, 1, H, W), the hole (H, W) bool, and one u a pixel (n, H, W)."""
    c = model.config
    if y is None:
        raise ValueError("this model needs a class")
    x = torch.zeros(n, 1, c.size, c.size) if image is None else image.expand(n, 1, c.size, c.size).clone()
    hole = torch.ones(c.size, c.size, dtype=torch.bool) if mask is None else mask
    if not hole.any():
        raise ValueError("the mask is empty: paint a hole first")
    return class_weights(y, c.classes), x, hole, torch.rand(n, c.size, c.size, generator=rng)


@torch.inference_mode()
def complete(
    model: PixelCNN, n: int, y: Tensor | None, *, image: Tensor | None = None, mask: Tensor | None = None,
    rng: torch.Generator | None = None, temperature: float = 1.0, every: int = 0,
) -> Iterator[Tensor]:  # fmt: skip
    """n samples, drawn pixel after pixel; yields the picture so far (n, 1, H, W) every `every` pixels (0: every row).

    With image (1 or n, 1, H, W) and mask, a bool (H, W) True where to draw, the rest is kept to the bit:
    completion.  A pixel not drawn yet is 0.  y is (n,) or (n, K).  Raises ValueError for an empty mask.
    """
    y, x, hole, u = prepared(model, n, y, image, mask, rng)
    x[:, :, hole] = 0
    cache, levels, every = Cache(model, y), model.config.levels, every or model.config.size
    for i in range(hole.numel()):
        r, c = divmod(i, model.config.size)
        if c == 0:
            cache.begin_row(r)
        logits = cache.logits(r, c)
        if hole[r, c]:
            x[:, 0, r, c] = choose(logits, u[:, r, c], temperature).float() / (levels - 1)
        cache.put(r, c, x[:, 0, r, c])
        if (i + 1) % every == 0 or i + 1 == hole.numel():
            yield x.clone()


@torch.inference_mode()
def complete_naively(
    model: PixelCNN, n: int, y: Tensor | None, *, image: Tensor | None = None, mask: Tensor | None = None,
    rng: torch.Generator | None = None, temperature: float = 1.0,
) -> Tensor:  # fmt: skip
    """The same pictures by the textbook: one full forward pass a pixel.  What `complete` is tested against."""
    y, x, hole, u = prepared(model, n, y, image, mask, rng)
    x[:, :, hole] = 0
    for r, c in hole.nonzero().tolist():
        level = choose(model.logits(x, y)[:, :, r, c], u[:, r, c], temperature)
        x[:, 0, r, c] = level.float() / (model.config.levels - 1)
    return x
