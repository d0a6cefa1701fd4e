"""Sampling a PixelCNN or PixelRNN: pixel after pixel in raster order, each layer's past kept instead of computed again.

The vertical stack runs once a row, the horizontal one once a pixel: together the arithmetic of one full forward
pass, where the textbook sampler needs one such pass a pixel.  arXiv:1704.06001 has the idea.  The pixel's share is
NumPy: its products are so small that a library's cost a call decides, and NumPy's is a fraction of PyTorch's.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from genlib.errors import InputError
from genlib.models.base import class_args, class_weights
from genlib.models.pixelcnn import GatedLayer, PixelCNN
from genlib.models.pixelgan import PixelGAN
from genlib.models.pixelrnn import PixelRNN
from genlib.ops.recurrence import Recurrence

PixelNet = PixelCNN | PixelRNN  # what draws, pixel after pixel


def sample_categorical(logits: np.ndarray, u: np.ndarray, temperature: float) -> np.ndarray:
    """The level whose stretch of the cumulative distribution holds u ∈ [0, 1): (B, L), (B,) -> (B,) int."""
    scaled = logits - logits.max(axis=1, keepdims=True)
    scaled /= np.float32(temperature)
    cumulative = np.exp(scaled, scaled).cumsum(axis=1)
    return np.minimum((cumulative < u[:, None] * cumulative[:, -1:]).sum(axis=1), logits.shape[1] - 1)


def taps(weight: Tensor) -> Tensor:
    """A convolution as a matrix: (out, in, h, w) -> (h·w·in, out), for inputs put side by side tap by tap."""
    return weight.permute(2, 3, 1, 0).flatten(0, 2).contiguous()


def affine(conv: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """A convolution as such a matrix and its bias, (h·w·in, out) and (out,)."""
    return taps(conv.weight), torch.zeros(conv.out_channels) if conv.bias is None else conv.bias


class Layer:
    """One gated layer of both stacks as matrices, and its past.  Arrays are (columns, B, channels).

    σ(b) = ½ (1 + tanh ½b), so one tanh serves both halves of the horizontal gate: the second half's weights are
    halved on the way in, all weights on the way out.
    """

    def __init__(self, layer: GatedLayer, size: int, n: int, y: Tensor | None):
        s, d = layer.out.out_channels, layer.dilation
        self.size, self.width, self.dilation = size, s, d
        half = torch.tensor([1.0, 0.5]).repeat_interleave(s)
        bias_v, bias_h = (b[:, :, 0, 0] for b in layer.gates(y))
        (self.vertical, self.vertical_bias), self.class_bias = affine(layer.vertical), bias_v
        (across, across_bias), (horizontal, horizontal_bias), (out, out_bias) = map(affine, (layer.across, layer.horizontal, layer.out))
        self.across, self.across_bias = across * half, (across_bias + horizontal_bias + bias_h) * half
        self.horizontal = (horizontal * half).numpy()
        self.out, self.out_bias = (out / 2).numpy(), out_bias.numpy()
        self.rows = torch.zeros(size + d, size + 2 * d, n, s)  # of the vertical stack: d above, d on either side

    def begin_row(self, r: int, v: Tensor) -> Tensor:
        """The vertical stack's row r, (W, B, S) -> (W, B, S); and what it hands to the horizontal stack."""
        d, n = self.dilation, v.shape[1]
        self.rows[r + d, d : d + self.size] = v
        seen = [self.rows[r + below, right : right + self.size] for below in (0, d) for right in (0, d, 2 * d)]
        up = torch.cat(seen, dim=2) @ self.vertical + self.vertical_bias
        self.handed = (up @ self.across + self.across_bias).numpy()
        self.past = np.zeros((self.size + d, n, self.width), np.float32)  # nothing lies to the left of the row
        a, b = (up + self.class_bias).chunk(2, dim=2)
        return v + a.tanh() * b.sigmoid()

    def pixel(self, c: int, h: np.ndarray) -> np.ndarray:
        """The horizontal stack at column c: (B, S) -> (B, S)."""
        self.past[c + self.dilation] = h
        t = np.concatenate((self.past[c], h), axis=1).dot(self.horizontal)
        t += self.handed[c]  # in place: at this size every array made anew is a tenth of the time
        np.tanh(t, t)
        gated = t[:, self.width :] + 1
        gated *= t[:, : self.width]
        out = gated.dot(self.out)
        out += self.out_bias
        out += h
        return out


class Cache:
    """Both stacks as they stand while a picture grows."""

    def __init__(self, model: PixelCNN, n: int, y: Tensor | None):
        c, m = model.config, model
        self.size, self.place = c.size, np.linspace(-1, 1, c.size)
        self.frequencies = np.float32(np.pi) * 2 ** np.arange(c.frequencies, dtype=np.float32)
        self.planes = torch.zeros(c.size + 3, c.size + 5, n, 4 + 2 * c.frequencies)  # 3 rows above; 3 columns left, 2 right
        self.pixels = self.planes.numpy()  # the same memory
        self.layers = [Layer(layer, c.size, n, y) for layer in m.layers if isinstance(layer, GatedLayer)]
        bias = m.spatial_bias(y)
        self.spatial_bias = bias.permute(2, 3, 0, 1) if isinstance(bias, Tensor) else torch.zeros(c.size, 1, 1, 1)  # (H, W, B, S)
        self.first_vertical, self.first_bias = affine(m.first_vertical)
        first, self.first_horizontal_bias = affine(m.first_horizontal)
        self.first = first.numpy()
        convolutions = [affine(layer) for layer in (*m.head, m.output) if isinstance(layer, nn.Conv2d)]
        self.head = [(weight.numpy(), bias.numpy()) for weight, bias in convolutions]

    def begin_row(self, r: int) -> None:
        """The vertical stack at row r, from the rows above it."""
        seen = [self.planes[r + below, 1 + right : 1 + right + self.size] for below in range(3) for right in range(5)]
        v = torch.cat(seen, dim=2) @ self.first_vertical + self.first_bias + self.spatial_bias[r]
        self.start = (v + self.first_horizontal_bias).numpy()
        for layer in self.layers:
            v = layer.begin_row(r, v)

    def logits(self, r: int, c: int) -> np.ndarray:
        """Logits (B, L) of pixel (r, c), once everything before it is known."""
        h = self.start[c] + np.concatenate(self.pixels[r + 3, c : c + 3], axis=1) @ self.first
        for layer in self.layers:
            h = layer.pixel(c, h)
        for weight, bias in self.head:
            h = np.maximum(h, 0).dot(weight)
            h += bias
        return h

    def put(self, r: int, c: int, x: np.ndarray) -> None:
        """Pixel (r, c) is x (B,) in [0, 1] from now on."""
        pixel = self.pixels[r + 3, c + 3]
        pixel[:, 0], pixel[:, 1:4] = 2 * x - 1, (1, self.place[r], self.place[c])
        if len(self.frequencies):
            angles = x[:, None] * self.frequencies
            np.concatenate((np.sin(angles), np.cos(angles)), axis=1, out=pixel[:, 4:])


class Guided:
    """p(x|c) and p(x) side by side as one batch of 2n, the class left out of the second half: l_∅ + (1 + w)(l_c − l_∅).

    arXiv:2207.12598, eq. 6, with logits in place of scores.
    """

    def __init__(self, model: PixelCNN, n: int, y: Tensor, w: float):
        self.cache, self.w = Cache(model, 2 * n, torch.cat([y, torch.zeros_like(y)])), np.float32(w)
        self.begin_row = self.cache.begin_row

    def logits(self, r: int, c: int) -> np.ndarray:
        told, untold = np.split(self.cache.logits(r, c), 2)
        return untold + (1 + self.w) * (told - untold)

    def put(self, r: int, c: int, x: np.ndarray) -> None:
        self.cache.put(r, c, np.concatenate((x, x)))


def guidance_of(model, guidance: float | None) -> float:
    """w: the model's own where none is asked for.  Raises InputError where the model never learnt p(x)."""
    usual = model.config.guidance if isinstance(model, PixelCNN) else None
    if guidance and usual is None:
        raise InputError("this model takes no guidance, for it was not trained with the class left out: leave it out, or set it to 0")
    return (usual or 0.0) if guidance is None else guidance


def guided_logits(model: PixelNet, x: Tensor, y: Tensor | None, guidance: float | None = None) -> Tensor:
    """The logits a sample is drawn from, of every pixel: (B, 1, H, W), (B,) or (B, K) -> (B, L, H, W).  Raises InputError."""
    told, w = model.logits(x, y), guidance_of(model, guidance)
    if not w:
        return told
    untold = model.logits(x, torch.zeros(len(x), model.config.classes, device=x.device))
    return untold + (1 + w) * (told - untold)


def begin_cache(model: PixelNet, n: int, y: Tensor | None, guidance: float | None):
    """What keeps the past of n pictures while they grow."""
    w = guidance_of(model, guidance)
    if isinstance(model, PixelRNN):
        return Recurrence(model, n, y)
    return Cache(model, n, y) if not w or y is None else Guided(model, n, y, w)


def condition_on_latent(model: PixelGAN, n: int, y: Tensor | None, z: Tensor | None, rng) -> tuple[PixelCNN, Tensor]:
    """The PixelCNN that draws, and what it is told in place of a class, (n, Z + K)."""
    return model.pixelcnn, model.conditioning(model.prior(n, rng) if z is None else z, *class_args(model, y))


def init_sampling(model: PixelNet, n: int, y: Tensor | None, image: Tensor | None, mask: Tensor | None, rng):
    """Class weights (n, K) or None, the start (n, 1, H, W), the hole (H, W) bool, and one u a pixel (n, H, W)."""
    c = model.config
    if c.classes and y is None:
        raise InputError("this model needs a class")
    x = torch.zeros(n, 1, c.size, c.size) if image is None else image.expand(n, 1, c.size, c.size).clone()
    hole = torch.ones(c.size, c.size, dtype=torch.bool) if mask is None else mask
    if not hole.any():
        raise InputError("the mask is empty: paint a hole first")
    weights = class_weights(y, c.classes) if c.classes else None
    return weights, x, hole, torch.rand(n, c.size, c.size, generator=rng)


@torch.inference_mode()
def complete(
    model: PixelNet | PixelGAN, n: int, y: Tensor | None, *, z: Tensor | None = None, image: Tensor | None = None,
    mask: Tensor | None = None, rng: torch.Generator | None = None, temperature: float = 1.0, every: int = 0,
    guidance: float | None = None,
) -> Iterator[Tensor]:  # fmt: skip
    """n samples, drawn pixel after pixel; yields the picture so far (n, 1, H, W) every `every` pixels (0: every row).

    With image (1 or n, 1, H, W) and mask, a bool (H, W) True where to draw, the rest is kept to the bit:
    completion.  A pixel not drawn yet is 0.  y is (n,) or (n, K), or None for a model without classes; z is (n, Z), a
    PixelGAN's alone, drawn from its prior where none is given.  `guidance` w leans samples towards their class, the model's own
    where none is given; 0 draws from p(x|c).  Raises InputError for an empty mask, or guidance of a model that takes none.
    """
    if isinstance(model, PixelGAN):
        model, y = condition_on_latent(model, n, y, z, rng)
    y, x, hole, u = init_sampling(model, n, y, image, mask, rng)
    x[:, :, hole] = 0
    cache = begin_cache(model, n, y, guidance)
    levels, every = model.config.levels, every or model.config.size
    pixels, u = x.numpy()[:, 0], u.numpy()  # the same memory
    for i in range(hole.numel()):
        r, c = divmod(i, model.config.size)
        if c == 0:
            cache.begin_row(r)
        logits = cache.logits(r, c)
        if hole[r, c]:
            pixels[:, r, c] = sample_categorical(logits, u[:, r, c], temperature) / np.float32(levels - 1)
        cache.put(r, c, pixels[:, r, c])
        if (i + 1) % every == 0 or i + 1 == hole.numel():
            yield x.clone()


@torch.inference_mode()
def complete_naively(
    model: PixelNet, n: int, y: Tensor | None, *, image: Tensor | None = None, mask: Tensor | None = None,
    rng: torch.Generator | None = None, temperature: float = 1.0, guidance: float | None = None,
) -> Tensor:  # fmt: skip
    """The same pictures by the textbook: one full forward pass a pixel.  What `complete` is tested against."""
    y, x, hole, u = init_sampling(model, n, y, image, mask, rng)
    x[:, :, hole] = 0
    for r, c in hole.nonzero().tolist():
        level = sample_categorical(guided_logits(model, x, y, guidance)[:, :, r, c].numpy(), u[:, r, c].numpy(), temperature)
        x[:, 0, r, c] = torch.from_numpy(level) / (model.config.levels - 1)
    return x
