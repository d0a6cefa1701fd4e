"""Do generated images help a classifier that has few real ones?  python -m tests.bench.augmentation --data DIR --json

Fashion-MNIST, 100 real images a class, alone or with images of cvaegan-fashion: the same classifier, the same batches'
number, five seeds.  The generator saw all 60,000 images: this is what it can pass on, not what 1,000 images hold.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch

from genlib import data, load, ops, train
from genlib.evaluation import metrics
from genlib.recipes import RECIPES

NAME, REAL, STEPS = "fashion", 100, 600


def few(images: data.Images, seed: int) -> data.Images:
    """REAL images a class, which ones the seed says."""
    known = data.FewLabels(data.Batches(images, 1, seed), REAL).known
    return replace(images, x=images.x[known], y=images.y[known])


def generated(model, n: int, seed: int, labels: tuple[str, ...]) -> data.Images:
    """n images of each class."""
    y = torch.arange(len(labels)).repeat(n)
    rng = torch.Generator().manual_seed(seed)
    x = metrics.map_batches(lambda y: ops.draw(model, len(y), y, rng=rng), y)
    return data.Images((x * 255).round().to(torch.uint8), y, labels)


def together(a: data.Images, b: data.Images, share: float = 0.5):
    """Batches of which `share` is of b, the rest of a."""

    def batches(step: int, rng: torch.Generator):
        size = RECIPES[f"classifier-{NAME}"].batch
        theirs = round(share * size)
        parts = [images.batch(torch.randint(len(images), (k,), generator=rng)) for images, k in ((a, size - theirs), (b, theirs)) if k]
        x, y = (torch.cat(v) for v in zip(*parts, strict=True))
        return type(parts[0])(RECIPES[f"classifier-{NAME}"].augment(x, rng), y)

    return batches


def taught(batches, seed: int, test) -> float:
    """Test accuracy of the evaluation classifier's net after STEPS batches."""
    recipe = replace(RECIPES[f"classifier-{NAME}"], seed=seed)
    run = train.Run(recipe.build(), **recipe.options())
    for _ in train.train(run, batches, train.Budget(steps=STEPS)):
        pass
    return metrics.accuracy(run.model().eval(), test.x, test.y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    whole, test = (data.DATASETS[NAME](args.data, split) for split in ("train", "test"))
    test, model = test.batch(slice(None)), load(f"cvaegan-{NAME}")
    found = {"real": [], "with_generated": []}
    for seed in range(args.seeds):
        real, fake = few(whole, seed), generated(model, 1000, seed, whole.labels)
        found["real"].append(taught(together(real, fake, 0.0), seed, test))
        found["with_generated"].append(taught(together(real, fake), seed, test))
    mean = {key: sum(v) / len(v) for key, v in found.items()}
    print(json.dumps({"accuracy": found, "mean": mean}) if args.json else mean)


if __name__ == "__main__":
    main()
