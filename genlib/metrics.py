"""Measures of generated images, in the features of an evaluation classifier.  Libraries do the statistics.

FID and KID here compare only within this project: they are always given with `fid_floor`, the same distance
between real training and real test images.  Needs requirements-dev.txt.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genlib import data, train
from genlib.objectives.base import Batch


class Given(nn.Module):
    """A feature extractor for features already extracted, (B, F) -> (B, F)."""

    def __init__(self, features: int):
        super().__init__()
        self.num_features = features

    def forward(self, x: Tensor) -> Tensor:
        return x


def compare(metric, real: Tensor, fake: Tensor):
    metric.update(real, real=True)
    metric.update(fake, real=False)
    with torch.random.fork_rng(devices=[]):  # KID draws its subsets from the global state
        torch.manual_seed(0)
        return metric.compute()


def fid(real: Tensor, fake: Tensor) -> float:
    """Fréchet distance between Gaussians fitted to two sets of features (N, F).  arXiv:1706.08500."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    return float(compare(FrechetInceptionDistance(feature=Given(real.shape[1])), real, fake))


def kid(real: Tensor, fake: Tensor) -> float:
    """Kernel distance, cubic polynomial kernel, mean over 100 subsets of at most 1000.  arXiv:1801.01401."""
    from torchmetrics.image.kid import KernelInceptionDistance

    size = min(1000, len(real), len(fake))
    return float(compare(KernelInceptionDistance(feature=Given(real.shape[1]), subset_size=size), real, fake)[0])


def density_coverage(real: Tensor, fake: Tensor, nearest: int = 5) -> tuple[float, float]:
    """Fidelity and variety, both about 1 for two halves of one set.  arXiv:2002.09797."""
    import contextlib
    import io

    from prdc import compute_prdc

    with contextlib.redirect_stdout(io.StringIO()):  # the library prints its sizes
        found = compute_prdc(real.numpy(), fake.numpy(), nearest_k=min(nearest, len(real) - 1))
    return float(found["density"]), float(found["coverage"])


@torch.inference_mode()
def batched(function: Callable[..., Tensor], *tensors: Tensor, size: int = 500) -> Tensor:
    """function over slices of the tensors, put together: keeps memory small."""
    return torch.cat([function(*(t[i : i + size] for t in tensors)) for i in range(0, len(tensors[0]), size)])


def accuracy(classifier, x: Tensor, y: Tensor) -> float:
    """Share of images (N, C, H, W) the classifier puts in class y (N,)."""
    return float((batched(classifier.logits, x).argmax(dim=1) == y).float().mean())


def gan_train(recipe, generated: data.Images, test: Batch, seed: int = 1000, epochs: int = 3) -> float:
    """GAN-train (arXiv:1807.09499): a fresh classifier, taught by generated images only, on the real test set.

    It is the evaluation classifier's own recipe with another seed, for `epochs` epochs of the generated images; of a
    few images more, 400 batches at least, and never longer than the recipe.
    """
    from dataclasses import replace

    recipe = replace(recipe, seed=seed)
    run = train.Run(recipe.build(), **recipe.options())
    batches = data.Batches(generated, recipe.batch, seed, recipe.augment)
    steps = min(recipe.steps, max(400, epochs * len(generated) // recipe.batch))
    for _ in train.train(run, batches, train.Budget(steps=steps)):
        pass
    return accuracy(run.model().eval(), test.x, test.y)
