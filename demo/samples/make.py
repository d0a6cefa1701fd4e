"""Make the sample pictures from the data sets: `python -m demo.samples.make DATA`.  About a hundred a set, none trained on, and of two sets
ten thousand that were, to look for the nearest among them.

mnist, fashion  ten test pictures a class.
faces           a hundred held-out photographs under the lights of which most are held out, so that many swaps have a true answer.
sprites         the 25 layers of four poses: together they are all 1,296 characters, held out or not.
training        of mnist and fashion those training pictures whose features the classifier's reference has (genlib/ood.py, seed 0).
"""

import json
import sys
from pathlib import Path

import torch

from demo.samples import HERE, POSES
from genlib import checkpoint, data, images, ood
from genlib.data.characters import cells, layers


def tenths(root: Path, dataset: str) -> None:
    test = data.DATASETS[dataset](root, "test")
    rows = torch.stack([(test.y == k).nonzero().flatten()[:10] for k in range(10)], dim=1).flatten()
    checkpoint.write(HERE / f"{dataset}.png", images.png(test.batch(rows).x, 10))


def training(root: Path, dataset: str) -> None:
    """A sheet of a hundred columns, class by class, which takes less room; the classes in the reference's order beside it."""
    train = data.DATASETS[dataset](root, "train")
    rows, _ = ood.reference_rows(len(train), seed=0)
    y = train.y[rows]
    sheet = images.png(train.batch(rows[y.argsort(stable=True)]).x, 100, labels="".join(map(str, y.tolist())))
    checkpoint.write(HERE / f"{dataset}-training.png", sheet)


def faces(root: Path, most: int = 100) -> None:
    test = data.DATASETS["faces"](root, "test")
    attribute = test.known_attribute()
    count = attribute.bincount(minlength=len(test.attributes))
    order = sorted(range(len(test)), key=lambda i: (-int(count[attribute[i]]), int(attribute[i]), int(test.y[i])))
    kept = torch.tensor(sorted(order[:most], key=lambda i: (int(attribute[i]), int(test.y[i]))))
    about = {"labels": test.y[kept].tolist(), "attributes": [test.attributes[a] for a in attribute[kept].tolist()]}
    checkpoint.write(HERE / "faces.png", images.png(test.batch(kept).x, 10))
    checkpoint.write(HERE / "faces.json", json.dumps(about).encode())


def sprites(root: Path) -> None:
    drawn = torch.stack([cells(path, POSES) for path in layers(root)]).transpose(0, 1).flatten(0, 1)
    checkpoint.write(HERE / "sprites.png", images.png(drawn.float() / 255, 25))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name in ("mnist", "fashion"):
        tenths(folder, name)
        training(folder, name)
    faces(folder)
    sprites(folder)
