"""Measures of pictures and of sets of pictures: pure functions of tensors.

FID and KID here are in the features of an evaluation classifier and compare only within this project: they always stand
beside `fid_floor`, the same distance between real training and real test images.  They need the extra `eval`.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

from genlib.models.base import Reader


class IdentityFeatures(nn.Module):
    """A feature extractor for features already extracted, (B, F) -> (B, F)."""

    def __init__(self, num_features: int):
        super().__init__()
        self.num_features = num_features

    def forward(self, x: Tensor) -> Tensor:
        return x


def compare(metric, real: Tensor, fake: Tensor):
    metric.update(real.cpu(), real=True)
    metric.update(fake.cpu(), real=False)
    with torch.random.fork_rng(devices=[]):  # KID draws its subsets from the global state
        torch.manual_seed(0)
        return metric.compute()


def fid(real: Tensor, fake: Tensor) -> float:
    """Fréchet distance between Gaussians fitted to two sets of features (N, F).  arXiv:1706.08500, eq. 6."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    return float(compare(FrechetInceptionDistance(feature=IdentityFeatures(real.shape[1])), real, fake))


def kid(real: Tensor, fake: Tensor) -> float:
    """Kernel distance, cubic polynomial kernel, mean over 100 subsets of at most 1000.  arXiv:1801.01401."""
    from torchmetrics.image.kid import KernelInceptionDistance

    size = min(1000, len(real), len(fake))
    return float(compare(KernelInceptionDistance(feature=IdentityFeatures(real.shape[1]), subset_size=size), real, fake)[0])


def density_coverage(real: Tensor, fake: Tensor, nearest: int = 5) -> tuple[float, float]:
    """Fidelity and variety of features (N, F), (M, F), both about 1 for two halves of one set.  arXiv:2002.09797, eq. 4 and 5.

    Every real point has a ball that reaches its `nearest`-th neighbour.  Density: balls a generated point lies in, over
    `nearest`; coverage: the share of balls with a generated point inside.
    """
    real, fake, k = real.cpu().double(), fake.cpu().double(), min(nearest, len(real) - 1)
    inside, covered = 0, 0
    for points in real.split(1000):  # 1,000 × 10,000 distances at a time
        radius = torch.cdist(points, real).kthvalue(k + 1, dim=1).values  # the nearest of all is the point itself
        hits = torch.cdist(points, fake) < radius[:, None]
        inside, covered = inside + int(hits.sum()), covered + int(hits.any(dim=1).sum())
    return inside / (k * len(fake)), covered / len(real)


@torch.inference_mode()
def map_batches(function: Callable[..., Tensor], *tensors: Tensor, size: int = 500) -> Tensor:
    """function over slices of the tensors, put together: keeps memory small."""
    return torch.cat([function(*(t[i : i + size] for t in tensors)) for i in range(0, len(tensors[0]), size)])


def accuracy(classifier: Reader, x: Tensor, y: Tensor) -> float:
    """Share of images (N, C, H, W) the classifier puts in class y (N,)."""
    return float((map_batches(classifier.logits, x).argmax(dim=1) == y).float().mean())


def class_entropy(classifier: Reader, x: Tensor) -> float:
    """Entropy of the classes that the classifier reads in images (N, C, H, W), in nats: 0 where all are of one, log K where K come alike."""
    p = map_batches(classifier.logits, x).argmax(dim=1).bincount().float() / len(x)
    return float(torch.special.entr(p).sum())


def category_accuracy(category: Tensor, y: Tensor, named_by: tuple[Tensor, Tensor], classes: int) -> float:
    """Share of pictures whose category (N,) is called by their class y (N,); a category's name is the commonest class of
    those (category, class) in `named_by`, and one that none of these falls into has no name, and is wrong."""
    category, y, known, labels = category.cpu(), y.cpu(), *(part.cpu() for part in named_by)
    count = torch.zeros(int(max(known.max(), category.max())) + 1, classes).index_put_((known, labels), torch.ones(len(known)), accumulate=True)
    name = torch.where(count.sum(dim=1) > 0, count.argmax(dim=1), -1)
    return float((name[category] == y).float().mean())


def psnr(truth: Tensor, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio, dB, peak 1: (B, C, H, W) twice, within a bool mask (B, H, W) -> (B,)."""
    error = (truth - x).square().mean(dim=1)
    if mask is None:
        return -10 * error.flatten(1).mean(dim=1).clamp(min=1e-10).log10()
    return -10 * ((error * mask).flatten(1).sum(dim=1) / mask.flatten(1).sum(dim=1)).clamp(min=1e-10).log10()


def ssim(truth: Tensor, x: Tensor) -> float:
    """Structural similarity, mean over pictures (B, C, H, W) in [0, 1].  Wang et al., 2004."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    return float(cast(Tensor, structural_similarity_index_measure(x, truth, data_range=1.0)))  # a pair only where it is asked for more


def sharpness(x: Tensor) -> float:
    """Mean magnitude of the gradient, in grey levels of [0, 1] a pixel."""
    down, right = x.diff(dim=2)[..., :-1], x.diff(dim=3)[..., :-1, :]
    return float((down.square() + right.square()).sqrt().mean())
