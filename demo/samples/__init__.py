"""The sample pictures beside this file, and what a swap of one of them should give where that is known."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from genlib.data import characters

HERE = Path(__file__).parent
DATASETS = ("mnist", "fashion", "sprites", "faces")
# Front, left and right, and one that the other actions do not have.
POSES = tuple(p for p in characters.POSES if p[0] in ("walk 0 front", "walk 3 left", "slash 2 right", "cast 4 front"))


@dataclass(frozen=True)
class Samples:
    """Held-out pictures (N, C, H, W) in [0, 1], their classes (N,), and what z is to carry of each: an index into attributes."""

    x: Tensor
    y: Tensor
    attribute: Tensor | None = None
    attributes: tuple[str, ...] = ()
    layers: Tensor | None = None  # sprites': every character can be put together in these poses
    own: int | None = None  # from where on they are a visitor's own

    def garments(self) -> list[Tensor]:
        """What each factor offers, on a body as faint as a mannequin: four of (6, 3, 48, 48), cut close."""
        if self.layers is None:
            return []
        front = self.layers[:24, self.attributes.index("walk 0 front")].float() / 255
        body = front[0, :3] * front[0, 3:] * 0.25
        worn = torch.lerp(body.expand(24, -1, -1, -1), front[:, :3], front[:, 3:])
        return list(worn[:, :, 8:56, 8:56].split(6))

    def truth(self, attribute: int | None, y: Tensor) -> tuple[Tensor, Tensor]:
        """The real pictures of classes (K,) under one light or in one pose, (K, C, H, W), and which exist, bool (K,)."""
        known = torch.zeros(len(y), dtype=torch.bool)
        x = self.x.new_zeros(len(y), *self.x.shape[1:])
        if attribute is None or self.attribute is None:
            return x, known
        if self.layers is not None:
            every = characters.Sprites(self.layers, y, characters.LABELS, torch.full_like(y, attribute), self.attributes)
            return every.batch(slice(None)).x, ~known
        for k, label in enumerate(y.tolist()):
            matches = ((self.y == label) & (self.attribute == attribute)).nonzero()
            if len(matches):
                x[k], known[k] = self.x[matches[0, 0]], True
        return x, known


def cut(name: str, mode: str, size: int) -> Tensor:
    """A sheet's cells, uint8 (rows, columns, C, size, size)."""
    sheet = torch.from_numpy(np.array(Image.open(HERE / f"{name}.png").convert(mode)))
    sheet = sheet[..., None] if sheet.ndim == 2 else sheet
    return sheet.unfold(0, size, size).unfold(1, size, size).contiguous()


def load_training(dataset: str) -> tuple[Tensor, Tensor] | None:
    """Ten thousand training pictures, uint8 (N, 1, 28, 28), and their classes (N,), in the order of the classifier's reference (genlib/ood.py);
    None of a data set that has none beside it."""
    path = HERE / f"{dataset}-training.png"
    if not path.exists():
        return None
    with Image.open(path) as sheet:
        y = torch.tensor([int(k) for k in json.loads(sheet.info["latent-atelier"])["labels"]])
    x = cut(path.stem, "L", 28).flatten(0, 1)
    return torch.empty_like(x).index_copy_(0, y.argsort(stable=True), x), y


def load(dataset: str) -> Samples:
    """The samples of a data set.  Raises KeyError for one that has none."""
    if dataset == "sprites":
        layers = cut(dataset, "RGBA", 64).transpose(0, 1)
        held = characters.make_poses(layers, POSES, "test")
        people = torch.linspace(0, len(held) / len(POSES) - 1, 25).round().long()
        subset = (people[:, None] * len(POSES) + torch.arange(len(POSES))).flatten()  # everyone's poses side by side
        return Samples(*held.batch(subset), held.known_attribute()[subset], held.attributes, layers)
    if dataset == "faces":
        about = json.loads((HERE / "faces.json").read_text())
        x = cut(dataset, "L", 64).flatten(0, 1)[: len(about["labels"])].float() / 255
        attributes = tuple(sorted(set(about["attributes"])))
        where = torch.tensor([attributes.index(name) for name in about["attributes"]])
        return Samples(x, torch.tensor(about["labels"]), where, attributes)
    x = cut(dataset, "L", 28).flatten(0, 1).float() / 255
    return Samples(x, torch.arange(len(x)) % 10)
