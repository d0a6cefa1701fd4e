"""PixelRNN and the masked PixelCNN pixel after pixel: what `pixels.Cache` is for the gated PixelCNN, with the same three methods.

Every state is computed once, when its pixel's features are known; one that comes from the right, once its row is done.
Arrays are (rows, columns, B, channels), with a frame of zeros where a layer reads beyond the picture.
"""

import numpy as np
from torch import Tensor, nn

from genlib.models.base import class_weights
from genlib.models.pixelrnn import Diagonal, DiagonalBiLSTM, MaskedConv, MaskedLayer, PixelRNN, RowLSTM


def matrix(conv: nn.Conv1d | nn.Conv2d) -> np.ndarray:
    """A convolution as (taps·in, out), the taps a mask hides left out."""
    weight = conv.weight.flatten(2)  # (out, in, taps)
    if isinstance(conv, MaskedConv):
        weight = weight[..., conv.mask.flatten() > 0]
    return weight.permute(2, 1, 0).flatten(0, 1).contiguous().numpy()


class Affine:
    """x @ weight + bias, of a convolution whose taps lie side by side."""

    def __init__(self, conv: nn.Conv1d | nn.Conv2d):
        self.weight, self.bias = matrix(conv), 0 if conv.bias is None else conv.bias.numpy()

    def __call__(self, *taps: np.ndarray) -> np.ndarray:
        return np.concatenate(taps, axis=-1) @ self.weight + self.bias


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * np.tanh(0.5 * x) + 0.5


def lstm(gates: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One step, as genlib.models.pixelrnn.lstm: gates (…, 4h), cell (…, h) -> state and cell."""
    o, f, i, g = np.split(gates, 4, axis=-1)
    cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(cell), cell


class Masked:
    def __init__(self, layer: MaskedLayer, size: int, n: int):
        self.into, self.masked, self.out = (Affine(conv) for conv in (layer.into, layer.masked, layer.out))
        self.seen = np.zeros((size + 1, size + 2, n, layer.into.out_channels), np.float32)  # a row above, a column each side

    def begin_row(self, r: int) -> None:
        self.above, self.row = self.seen[r], self.seen[r + 1]

    def pixel(self, c: int, x: np.ndarray) -> np.ndarray:
        self.row[c + 1] = np.maximum(self.into(np.maximum(x, 0)), 0)
        hidden = self.masked(*self.above[c : c + 3], self.row[c], self.row[c + 1])
        return x + self.out(np.maximum(hidden, 0))


class Row:
    def __init__(self, layer: RowLSTM, size: int, n: int):
        self.input_to_state, self.state_to_state, self.out = (Affine(conv) for conv in (layer.input_to_state, layer.state_to_state, layer.out))
        self.state = np.zeros((size + 2, n, layer.h), np.float32)  # of the row above, a column each side
        self.cell = np.zeros((size, n, layer.h), np.float32)
        self.next = self.state.copy()

    def begin_row(self, r: int) -> None:
        self.state, self.next = self.next, self.state
        self.handed = self.state_to_state(self.state[:-2], self.state[1:-1], self.state[2:])
        self.left = None

    def pixel(self, c: int, x: np.ndarray) -> np.ndarray:
        left = np.zeros_like(x) if self.left is None else self.left
        state, self.cell[c] = lstm(self.input_to_state(left, x) + self.handed[c], self.cell[c])
        self.next[c + 1], self.left = state, x
        return x + self.out(state)


class Direction:
    """A state that comes from the neighbour it has just left and from the row above."""

    def __init__(self, layer: Diagonal, size: int, n: int):
        self.input_to_state, self.state_to_state = Affine(layer.input_to_state), Affine(layer.state_to_state)
        self.above = np.zeros((size, n, layer.h), np.float32)
        self.row = self.above.copy()

    def begin_row(self) -> None:
        self.above, self.row = self.row, self.above
        self.state = self.cell = np.zeros_like(self.row[0])

    def step(self, c: int, x: np.ndarray) -> np.ndarray:
        gates = self.input_to_state(x) + self.state_to_state(self.above[c], self.state)
        self.state, self.cell = lstm(gates, self.cell)
        self.row[c] = self.state
        return self.state


class BiDiagonal:
    def __init__(self, layer: DiagonalBiLSTM, size: int, n: int):
        self.size, self.out = size, Affine(layer.out)
        self.left, self.right = Direction(layer.left, size, n), Direction(layer.right, size, n)
        self.given = np.zeros((size, n, layer.out.out_channels), np.float32)

    def begin_row(self, r: int) -> None:
        self.left.begin_row()
        if r:  # the row above is done: its state from the right can be known now
            self.right.begin_row()
            for c in reversed(range(self.size)):
                self.right.step(c, self.given[c])

    def pixel(self, c: int, x: np.ndarray) -> np.ndarray:
        self.given[c] = x
        return x + self.out(self.left.step(c, x) + self.right.row[c])


KINDS = {MaskedLayer: Masked, RowLSTM: Row, DiagonalBiLSTM: BiDiagonal}


class Recurrence:
    """A PixelRNN as it stands while a picture grows."""

    def __init__(self, model: PixelRNN, n: int, y: Tensor | None):
        c = model.config
        self.size, self.first = c.size, Affine(model.first)
        bias = model.class_bias
        self.class_bias = 0 if bias is None else bias(class_weights(y, c.classes)).numpy()
        self.place = np.zeros((c.size, c.size, 1), np.float32) if model.place is None else model.place.permute(1, 2, 0).numpy()  # (H, W, 2h)
        self.pixels = np.zeros((c.size + 3, c.size + 6, n, 1), np.float32)  # three rows above, three columns each side
        self.layers = [KINDS[type(layer)](layer, c.size, n) for layer in model.layers]
        self.head = [Affine(layer) for layer in (*model.head, model.output) if isinstance(layer, nn.Conv2d)]

    def begin_row(self, r: int) -> None:
        for layer in self.layers:
            layer.begin_row(r)
        self.rows, self.row, self.bias = self.pixels[r : r + 3], self.pixels[r + 3], self.place[r]

    def logits(self, r: int, c: int) -> np.ndarray:
        """Logits (B, L) of pixel (r, c), once everything before it is known."""
        above = self.rows[:, c : c + 7].reshape(21, -1, 1)
        h = self.first(*above, *self.row[c : c + 3]) + self.bias[c] + self.class_bias
        for layer in self.layers:
            h = layer.pixel(c, h)
        for affine in self.head:
            h = affine(np.maximum(h, 0))
        return h

    def put(self, r: int, c: int, x: np.ndarray) -> None:
        """Pixel (r, c) is x (B,) in [0, 1] from now on."""
        self.row[c + 3, :, 0] = 2 * x - 1
