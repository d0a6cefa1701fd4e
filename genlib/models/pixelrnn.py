"""PixelRNN and PixelCNN.  van den Oord, Kalchbrenner, Kavukcuoglu, 2016, arXiv:1601.06759: three ways to read what came before.

    p(x) = Π_i p(x_i | x_<i) in raster order.  Layer after layer a pixel's features gather

    cnn       3×3 masked convolutions: quick, but what lies up and to the right stays hidden (the blind spot)
    row       Row LSTM: the state falls from row to row, widening by one pixel each way: a triangle above the pixel
    diagonal  Diagonal BiLSTM: two states run down the diagonals, from the left and from the right: everything before

The first convolution is masked A (not the pixel itself), all others B.  Layers are residual (section 3.5, figure 5).
Departure: `place` adds what is learned of each place to it, for a net this small cannot count its steps (arXiv:1807.03247).
Loss: genlib/objectives/likelihood.py.  Recipes: "pixelrnn-row-mnistbin" …
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genlib.models.base import GreyLevels, LevelSettings, class_weights


@dataclass(frozen=True)
class PixelRNNConfig(LevelSettings):
    channels: int = 1  # C, only 1 is modelled
    size: int = 28  # H = W
    classes: int = 0  # K; 0 for p(x) without a class
    levels: int = 2  # grey levels, L
    kind: str = "row"  # "cnn", "row" or "diagonal"
    width: int = 16  # h; between layers 2h channels travel
    depth: int = 7  # layers
    place: bool = False  # a bias of its own at every place
    factors: ClassVar[tuple[int, ...]] = ()


class MaskedConv(nn.Conv2d):
    """A convolution that reads what comes before its centre; of kind B, its centre too.  Figure 4."""

    mask: Tensor  # (h, w), a buffer

    def __init__(self, a: int, b: int, kernel: tuple[int, int], kind: str):
        super().__init__(a, b, kernel, padding=(kernel[0] // 2, kernel[1] // 2))
        row, column = kernel[0] // 2, kernel[1] // 2
        mask = torch.ones(kernel)
        mask[row, column + (kind == "B") :] = 0
        mask[row + 1 :] = 0
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


def lstm(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """One step of eq. 3: gates (…, 4h), cell (…, h) -> state and cell, (…, h) each."""
    h = cell.shape[-1]
    o, f, i = gates[..., : 3 * h].sigmoid().chunk(3, dim=-1)
    cell = f * cell + i * gates[..., 3 * h :].tanh()
    return o * cell.tanh(), cell


def scan(gates: Tensor, state_to_state: nn.Conv1d, pad: tuple[int, int]) -> Tensor:
    """The states of an LSTM that moves as one line: gates (B, 4h, N, T) of T steps -> states (B, h, N, T).

    A step reads the line of states before it through a convolution along the line, framed by `pad` zeros.  Lines
    are (B, N, channels) and the convolution a product: four times faster, on a CPU, than a convolution a step.
    """
    weight = state_to_state.weight.permute(2, 1, 0)  # (taps, h, 4h)
    steps = gates.permute(3, 0, 2, 1).contiguous().unbind()  # not by index: each would fill gradients of all T
    state = cell = gates.new_zeros(len(gates), gates.shape[2], weight.shape[1])
    states = []
    for step in steps:
        line = F.pad(state, (0, 0, *pad))
        taps = torch.cat([line[:, k : k + state.shape[1]] for k in range(len(weight))], dim=2)
        state, cell = lstm(step + taps @ weight.flatten(0, 1), cell)
        states.append(state)
    return torch.stack(states, dim=3).transpose(1, 2)


class MaskedLayer(nn.Module):
    """2h → h → h → 2h, the middle one a 3×3 masked convolution; added to its input."""

    def __init__(self, h: int):
        super().__init__()
        self.into, self.out = nn.Conv2d(2 * h, h, 1), nn.Conv2d(h, 2 * h, 1)
        self.masked = MaskedConv(h, h, (3, 3), "B")

    def forward(self, x: Tensor) -> Tensor:
        return x + self.out(self.masked(self.into(x.relu()).relu()).relu())


class RowLSTM(nn.Module):
    """Rows from the top: the state of a row comes from the one above through a convolution of three.  Section 3.1."""

    def __init__(self, h: int):
        super().__init__()
        self.h = h
        self.input_to_state = MaskedConv(2 * h, 4 * h, (1, 3), "B")
        self.state_to_state = nn.Conv1d(h, 4 * h, 3, bias=False)
        self.out = nn.Conv2d(h, 2 * h, 1)

    def forward(self, x: Tensor) -> Tensor:
        gates = self.input_to_state(x).transpose(2, 3)
        return x + self.out(scan(gates, self.state_to_state, (1, 1)).transpose(2, 3))


def skew(x: Tensor) -> Tensor:
    """Each row moved one further to the right, so that diagonals become columns: (B, C, H, W) -> (B, C, H, W + H − 1)."""
    h, w = x.shape[2:]
    return F.pad(x, (0, h)).flatten(2)[..., : h * (w + h - 1)].unflatten(2, (h, w + h - 1))


def unskew(x: Tensor) -> Tensor:
    """What `skew` did, undone: (B, C, H, W + H − 1) -> (B, C, H, W)."""
    h, wide = x.shape[2:]
    return F.pad(x.flatten(2), (0, h)).unflatten(2, (h, wide + 1))[..., : wide + 1 - h]


class Diagonal(nn.Module):
    """One direction of the Diagonal BiLSTM: a state comes from those to its left and above it.  Section 3.2."""

    def __init__(self, h: int):
        super().__init__()
        self.h = h
        self.input_to_state = nn.Conv2d(2 * h, 4 * h, 1)
        self.state_to_state = nn.Conv1d(h, 4 * h, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return unskew(scan(skew(self.input_to_state(x)), self.state_to_state, (1, 0)))


class DiagonalBiLSTM(nn.Module):
    """Down the diagonals from both sides.  What comes from the right is taken a row later: beside it lies the future."""

    def __init__(self, h: int):
        super().__init__()
        self.left, self.right, self.out = Diagonal(h), Diagonal(h), nn.Conv2d(h, 2 * h, 1)

    def forward(self, x: Tensor) -> Tensor:
        right = self.right(x.flip(3)).flip(3)
        return x + self.out(self.left(x) + F.pad(right, (0, 0, 1, 0))[:, :, :-1])


LAYERS = {"cnn": MaskedLayer, "row": RowLSTM, "diagonal": DiagonalBiLSTM}


class PixelRNN(GreyLevels):
    Config = PixelRNNConfig
    config: PixelRNNConfig

    def __init__(self, config: PixelRNNConfig):
        super().__init__()
        self.config = c = config
        if c.kind not in LAYERS:
            raise ValueError(f"kind must be cnn, row or diagonal, got {c.kind!r}")
        self.first = MaskedConv(1, 2 * c.width, (7, 7), "A")
        self.class_bias = nn.Linear(c.classes, 2 * c.width, bias=False) if c.classes else None
        self.place = nn.Parameter(torch.zeros(2 * c.width, c.size, c.size)) if c.place else None
        self.layers = nn.ModuleList(LAYERS[c.kind](c.width) for _ in range(c.depth))
        self.head = nn.Sequential(nn.ReLU(), nn.Conv2d(2 * c.width, 2 * c.width, 1), nn.ReLU())
        self.output = nn.Conv2d(2 * c.width, c.levels, 1)

    def features(self, x: Tensor, y: Tensor | None = None, depth: int | None = None) -> Tensor:
        """What has been gathered after `depth` layers (all), 0 being the first convolution: (B, 2h, H, W)."""
        h = self.first(2 * x - 1)
        if self.place is not None:
            h = h + self.place
        if self.class_bias is not None:
            h = h + self.class_bias(class_weights(y, self.config.classes))[:, :, None, None]
        for layer in self.layers[:depth]:
            h = layer(h)
        return h

    def logits(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Logits of every pixel's level given its predecessors: (B, 1, H, W), (B,) or (B, K) -> (B, L, H, W)."""
        return self.output(self.head(self.features(x, y)))
