"""Blocks that at least two models use, nothing else."""

from collections.abc import Callable

from torch import Tensor, nn

from genlib.models.base import class_weights


def dense(*widths: int, activation: Callable[[], nn.Module] = nn.SiLU) -> nn.Sequential:
    """Linear layers of these widths with an activation between them, none after the last."""
    layers: list[nn.Module] = []
    for i, (a, b) in enumerate(zip(widths, widths[1:], strict=False)):
        layers += [activation()] * (i > 0) + [nn.Linear(a, b)]
    return nn.Sequential(*layers)


def pyramid(size: int, width: int, depth: int, widest: int = 128) -> list[tuple[int, int]]:
    """(channels, side) after each of `depth` halvings: width, 2·width, 4·width … but no more than `widest`."""
    if size % 2**depth:
        raise ValueError(f"size must be divisible by {2**depth}, got {size}")
    return [(min(width * 2**i, widest), size >> (i + 1)) for i in range(depth)]


class Downsampler(nn.Module):
    """Strided convolutions, then one dense layer: (B, C, H, W) -> features (B, F).

    With `classes` the class enters as a bias a channel after each convolution: what a one-hot plane
    a class beside the image would add away from the border, at a fraction of its cost.
    """

    def __init__(self, channels: int, size: int, width: int, depth: int, features: int, *, classes=0, norm=False):
        super().__init__()
        self.classes = classes
        levels = pyramid(size, width, depth)
        inputs = [channels] + [c for c, _ in levels[:-1]]
        self.convs = nn.ModuleList(nn.Conv2d(i, c, 4, 2, 1) for i, (c, _) in zip(inputs, levels, strict=True))
        # DCGAN: no BatchNorm at the input layer (arXiv:1511.06434, section 3)
        norms = [nn.BatchNorm2d(c) if norm and i else nn.Identity() for i, (c, _) in enumerate(levels)]
        self.norms = nn.ModuleList(norms)
        self.class_bias = nn.ModuleList(nn.Linear(classes, c, bias=False) for c, _ in levels if classes)
        channels, side = levels[-1]
        self.dense = nn.Linear(channels * side**2, features)
        self.act = nn.LeakyReLU(0.2)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            x = norm(conv(x))
            if self.classes:
                x = x + self.class_bias[i](class_weights(y, self.classes))[:, :, None, None]
            x = self.act(x)
        return self.act(self.dense(x.flatten(1)))


class Upsampler(nn.Module):
    """A dense layer, then transposed convolutions with BatchNorm and ReLU (arXiv:1511.06434): (B, Z) -> logits."""

    def __init__(self, inputs: int, channels: int, size: int, width: int, depth: int):
        super().__init__()
        levels = pyramid(size, width, depth)[::-1]
        first, side = levels[0]
        self.net = nn.Sequential(
            nn.Linear(inputs, first * side**2), nn.Unflatten(1, (first, side, side)), nn.BatchNorm2d(first), nn.ReLU()
        )  # fmt: skip
        for (a, _), (b, _) in zip(levels, levels[1:], strict=False):
            self.net.extend([nn.ConvTranspose2d(a, b, 4, 2, 1), nn.BatchNorm2d(b), nn.ReLU()])
        full = max(width // 2, 4)
        self.net.extend([nn.ConvTranspose2d(levels[-1][0], full, 4, 2, 1), nn.BatchNorm2d(full), nn.ReLU()])
        # A plain convolution last: a transposed one shows its checkerboard in thin strokes.
        self.net.append(nn.Conv2d(full, channels, 3, padding=1))

    def forward(self, z: Tensor) -> Tensor:
        return self.net(z)
