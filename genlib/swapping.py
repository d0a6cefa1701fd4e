"""Identity swap against its ground truth: another class under the same attribute (light, pose) was photographed too.

`evaluate` prints these for data sets whose `attribute` is known.  Sources and targets are both held out.
"""

import torch
from torch import Tensor

from genlib import metrics, ops
from genlib.data import Images
from genlib.objectives.base import Batch

MOST = 5000  # pairs; a data set with more is sampled


def pairs(images: Images, seed: int) -> tuple[Tensor, Tensor]:
    """Indices of source and target, (P,) each: the same attribute, another class; at most MOST, drawn by the seed."""
    same = images.attribute[:, None] == images.attribute[None, :]
    source, target = (same & (images.y[:, None] != images.y[None, :])).nonzero(as_tuple=True)
    some = torch.randperm(len(source), generator=torch.Generator().manual_seed(seed))[:MOST]
    return source[some], target[some]


def psnr(truth: Tensor, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio, dB, peak 1: (B, C, H, W) twice, within a bool mask (B, H, W) -> (B,)."""
    error = (truth - x).square().mean(dim=1)
    if mask is None:
        return -10 * error.flatten(1).mean(dim=1).clamp(min=1e-10).log10()
    return -10 * ((error * mask).flatten(1).sum(dim=1) / mask.flatten(1).sum(dim=1)).clamp(min=1e-10).log10()


def sharpness(x: Tensor) -> float:
    """Mean magnitude of the gradient, in grey levels of [0, 1] a pixel."""
    down, right = x.diff(dim=2)[..., :-1], x.diff(dim=3)[..., :-1, :]
    return float((down.square() + right.square()).sqrt().mean())


def attribute_means(train: Images, most: int = 20_000) -> Tensor:
    """The mean training image of each attribute, (A, C, H, W)."""
    some = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:most]
    x, attribute = train.batch(some).x, train.attribute[some]
    total = torch.zeros(len(train.attributes), *x.shape[1:]).index_add_(0, attribute, x)
    return total / attribute.bincount(minlength=len(total)).clamp(min=1)[:, None, None, None]


def swap_figures(model, classifier, train: Images, test: Images, seed: int) -> dict[str, float]:
    """PSNR and SSIM of swaps against the true pictures, their identity and sharpness, and what simpler answers reach."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    source, target = pairs(test, seed)
    given, truth = test.batch(source), test.batch(target)
    swapped = metrics.batched(lambda x, y, c: model.decode(model.encode(x, y).mean, c), given.x, given.y, truth.y)
    return {
        "swap_psnr_db": psnr(truth.x, swapped).mean().item(),
        "swap_ssim": structural_similarity_index_measure(swapped, truth.x, data_range=1.0).item(),
        "swap_identity_acc": metrics.accuracy(classifier, swapped, truth.y),
        "swap_sharpness": sharpness(swapped) / max(sharpness(truth.x), 1e-12),
        "swap_pairs": len(source),
        "copy_psnr_db": psnr(truth.x, given.x).mean().item(),
        "light_mean_psnr_db": psnr(truth.x, attribute_means(train)[test.attribute[target]]).mean().item(),
    }


def holes(n: int, size: int, rng: torch.Generator) -> Tensor:
    """One random square a picture, its side 3/8 to 1/2 of the picture's: bool (n, H, W)."""
    side = torch.randint(size * 3 // 8, size // 2 + 1, (n,), generator=rng)
    top, left = ((torch.rand(n, generator=rng) * (size - side + 1)).long() for _ in range(2))
    at = torch.arange(size)
    rows, columns = ((at >= start[:, None]) & (at < (start + side)[:, None]) for start in (top, left))
    return rows[:, :, None] & columns[:, None, :]


def inpaint_figures(model, test: Batch, seed: int, passes: int = 10, most: int = 500) -> dict:
    """PSNR inside a random hole after each pass, and of filling it with the mean of what is known, dB."""
    rng, size = torch.Generator().manual_seed(seed), test.x.shape[-1]
    x, y, mask = test.x[:most], test.y[:most], holes(len(test.x[:most]), size, rng)
    whole = mask[:, None].expand_as(x)
    mean = (x * ~whole).flatten(2).sum(dim=2) / (~mask).flatten(1).sum(dim=1)[:, None]
    frames = ops.inpaint(model, x, mask[:, None], y, passes=passes, rng=rng)
    return {
        "inpaint_psnr_db": [round(psnr(x, frame, mask).mean().item(), 3) for frame in frames],
        "mean_fill_psnr_db": psnr(x, torch.where(whole, mean[:, :, None, None], x), mask).mean().item(),
    }
