"""Gated PixelCNN.  van den Oord et al., 2016, arXiv:1606.05328, figure 2: two stacks, no blind spot.

    p(x|c) = Π_i p(x_i | x_<i, c) in raster order, softmax over the grey levels

    vertical stack    sees every row above            ■ ■ ■
    horizontal stack  sees the pixels to the left     ■ ■ i     and reads the vertical stack

Departures: dilated rows widen the view at no cost (arXiv:1511.07122); the class bias enters both stacks; a pixel
comes with its place, without which a net this small begins a second digit at the foot of the first (arXiv:1807.03247),
and with sines and cosines of its level (arXiv:2006.10739): a picture's greys repeat to the last of 256 levels, and
from one plane of greys a net cannot tell 251 from 253; `place` adds a bias of its own at every place.  Class weights that are all zero leave the class out: p(x).  MNIST, 500 batches: 1.098 bits/dim; without, as many as 9,273: 1.062.
Loss: genlib/objectives/likelihood.py.  Sampler: genlib/ops/pixels.py.  Recipes: "pixelcnn-mnist" …
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.models.base import GreyLevels, LevelSettings, class_weights


@dataclass(frozen=True)
class PixelCNNConfig(LevelSettings):
    channels: int = 1  # C, only 1 is modelled
    size: int = 28  # H = W
    classes: int = 10  # K; 0 for p(x) without a class
    levels: int = 256  # grey levels, L
    width: int = 32  # channels of each stack, S
    dilations: tuple[int, ...] = (1, 2, 4, 8, 4, 2, 1)  # one gated layer each; together a view of 25 rows
    dropout: float = 0.0
    frequencies: int = 0  # F: a level's sines and cosines, beside itself; 8 tell 256 levels apart
    class_map: bool = False  # the class says something of its own at every place
    place: bool = False  # a bias of its own at every place, whatever the class
    guidance: float | None = None  # w of samples unless asked otherwise; None where it never learnt p(x), the class left out
    factors: ClassVar[tuple[int, ...]] = ()


class GatedLayer(nn.Module):
    """One step of both stacks.  Row r of v has seen rows < r; pixel i of h has seen pixels < i.

    Both convolutions read only what lies before: the vertical one two rows up to its own (already shifted)
    row, the horizontal one the pixel `dilation` to the left and its own (already shifted) pixel.
    """

    def __init__(self, c: PixelCNNConfig, dilation: int):
        super().__init__()
        s, self.dilation = c.width, dilation
        self.vertical = nn.Conv2d(s, 2 * s, (2, 3), dilation=dilation)
        self.horizontal = nn.Conv2d(s, 2 * s, (1, 2), dilation=dilation)
        self.across = nn.Conv2d(2 * s, 2 * s, 1)  # vertical -> horizontal, before the gate
        self.out = nn.Conv2d(s, s, 1)
        self.class_bias = nn.Linear(c.classes, 4 * s, bias=False) if c.classes else None
        self.dropout = nn.Dropout(c.dropout)

    def pad_vertical(self, v: Tensor) -> Tensor:
        d = self.dilation
        return F.pad(v, (d, d, d, 0))

    def pad_horizontal(self, h: Tensor) -> Tensor:
        return F.pad(h, (self.dilation, 0, 0, 0))

    def gates(self, y: Tensor | None) -> tuple[Tensor, Tensor]:
        """The class bias of both stacks: (B, K) -> two of (B, 2S, 1, 1); zero where there is no class."""
        if self.class_bias is None:
            zero = self.out.weight.new_zeros(1, 2 * self.out.out_channels, 1, 1)
            return zero, zero
        return self.class_bias(y)[:, :, None, None].chunk(2, dim=1)

    def forward(self, v: Tensor, h: Tensor, y: Tensor | None) -> tuple[Tensor, Tensor]:
        bias_v, bias_h = self.gates(y)
        up = self.vertical(self.pad_vertical(v))
        left = self.horizontal(self.pad_horizontal(h)) + self.across(up)
        return v + gate(up + bias_v), h + self.out(self.dropout(gate(left + bias_h)))


def gate(x: Tensor) -> Tensor:
    """tanh(a) ⊙ σ(b), eq. 2: (B, 2S, H, W) -> (B, S, H, W)."""
    a, b = x.chunk(2, dim=1)
    return a.tanh() * b.sigmoid()


class PixelCNN(GreyLevels):
    Config = PixelCNNConfig
    config: PixelCNNConfig
    fp16_modules = ("class_map",)  # half of all its weights

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.config = c = config
        # Input planes: the pixel, a 1 that lets a layer tell the picture from its padding, its row, its column; its waves.
        self.first_vertical = nn.Conv2d(4 + 2 * c.frequencies, c.width, (3, 5))
        self.first_horizontal = nn.Conv2d(4 + 2 * c.frequencies, c.width, (1, 3))
        self.layers = nn.ModuleList(GatedLayer(c, d) for d in c.dilations)
        self.head = nn.Sequential(nn.ReLU(), nn.Conv2d(c.width, 2 * c.width, 1), nn.ReLU())
        self.output = nn.Conv2d(2 * c.width, c.levels, 1)
        # A class's bias at each place: s = m(h) of section 2.3, and a plan of the whole picture before its first pixel.
        self.class_map = nn.Linear(c.classes, c.width * c.size**2, bias=False) if c.class_map else None
        if self.class_map is not None:
            nn.init.zeros_(self.class_map.weight)
        self.place = nn.Parameter(torch.zeros(c.width, c.size, c.size)) if c.place else None

    def planes(self, x: Tensor) -> Tensor:
        """(B, 1, H, W) in [0, 1] -> (B, 4 + 2F, H, W): grey in [−1, 1], ones, row and column, −1 … 1, and γ(grey).

        γ(x) = sin(π 2ᵏ x), cos(π 2ᵏ x), k = 0 … F − 1: arXiv:2006.10739, section 4.
        """
        along = torch.linspace(-1, 1, self.config.size, device=x.device).expand_as(x)
        angles = math.pi * x * 2.0 ** torch.arange(self.config.frequencies, device=x.device)[:, None, None]
        return torch.cat([2 * x - 1, torch.ones_like(x), along.transpose(2, 3), along, angles.sin(), angles.cos()], dim=1)

    def pad_vertical(self, planes: Tensor) -> Tensor:
        """Three rows above, none of its own: padded by 3 and cut by 1, so row r reads rows r−3 … r−1."""
        return F.pad(planes, (2, 2, 3, 0))[:, :, :-1]

    def pad_horizontal(self, planes: Tensor) -> Tensor:
        """Three pixels to the left, not its own: column c reads c−3 … c−1."""
        return F.pad(planes, (3, 0, 0, 0))[:, :, :, :-1]

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Logits of every pixel's level given its predecessors: (B, 1, H, W), (B,) or (B, K) -> (B, L, H, W)."""
        return self.output(self.head(self.features(x, y)))

    def spatial_bias(self, y: Tensor | None) -> Tensor | float:
        """What is learned of each place, and what the class says there, (B, K) -> (B or 1, S, H, W); zero where nothing is."""
        c = self.config
        bias = 0.0 if self.place is None else self.place[None]
        return bias if self.class_map is None else bias + self.class_map(y).view(-1, c.width, c.size, c.size)

    def features(self, x: Tensor, y: Tensor | None = None, depth: int | None = None) -> Tensor:
        """The horizontal stack after `depth` gated layers (all), 0 being the first convolution: (B, S, H, W)."""
        y = class_weights(y, self.config.classes) if self.config.classes else None
        planes = self.planes(x)
        v = self.first_vertical(self.pad_vertical(planes)) + self.spatial_bias(y)
        h = self.first_horizontal(self.pad_horizontal(planes)) + v
        for layer in self.layers[:depth]:
            v, h = layer(v, h, y)
        return h
