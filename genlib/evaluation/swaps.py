"""Identity swap against its ground truth: another class under the same attribute (light, pose) was photographed too.

`evaluate` prints these for data sets whose `attribute` is known.  Sources and targets are both held out.
"""

import torch
from torch import Tensor

from genlib import ops
from genlib.batch import Batch
from genlib.data import Images
from genlib.evaluation.metrics import accuracy, map_batches, psnr, sharpness, ssim

MAX_PAIRS = 5000  # pairs; a data set with more is sampled


def pairs(test: Images, seed: int) -> tuple[Tensor, Tensor]:
    """Indices of source and target, (P,) each: the same attribute, another class; at most MAX_PAIRS, drawn by the seed."""
    attribute = test.known_attribute()
    same = attribute[:, None] == attribute[None, :]
    source, target = (same & (test.y[:, None] != test.y[None, :])).nonzero(as_tuple=True)
    subset = torch.randperm(len(source), generator=torch.Generator().manual_seed(seed))[:MAX_PAIRS]
    return source[subset], target[subset]


def swap(model, source: Batch, target: Tensor) -> Tensor:
    """G(E(x, c), c') of each image, at the mean of its posterior."""
    return map_batches(lambda x, y, c: model.decode(model.encode(x, y).mean, c), source.x, source.y, target)


def swap_identity(model, classifier, test: Batch, seed: int) -> float:
    """Share of test images, z kept and class changed to another at random, that the classifier reads as changed."""
    classes, rng = model.config.classes, torch.Generator().manual_seed(seed)
    target = (test.y + torch.randint(1, classes, test.y.shape, generator=rng).to(test.y.device)) % classes
    return accuracy(classifier, swap(model, test, target), target)


def attribute_means(train: Images, most: int = 20_000) -> Tensor:
    """The mean training image of each attribute, (A, C, H, W)."""
    subset = torch.randperm(len(train), generator=torch.Generator().manual_seed(0))[:most]
    x, attribute = train.batch(subset).x, train.known_attribute()[subset]
    total = torch.zeros(len(train.attributes), *x.shape[1:]).index_add_(0, attribute, x)
    return total / attribute.bincount(minlength=len(total)).clamp(min=1)[:, None, None, None]


def nearest(train: Images, x: Tensor, target: Tensor) -> Tensor | None:
    """The training picture of each target class that looks most like the source, (P, C, H, W); None if a class has none.

    What a person with an album could answer: the most alike photograph of somebody else, and told no light.
    """
    wanted = target.unique()
    if not torch.isin(wanted.cpu(), train.y).all():
        return None
    nearest = torch.empty_like(x)
    for k in wanted.tolist():
        album, ours = train.batch((train.y == k).nonzero().flatten()).x.to(x.device), (target == k).nonzero().flatten()
        nearest[ours] = album[torch.cdist(x[ours].flatten(1), album.flatten(1)).argmin(dim=1)]
    return nearest


def swap_figures(model, classifier, train: Images, test: Images, seed: int) -> dict[str, float]:
    """PSNR and SSIM of swaps against the true pictures, their identity and sharpness, and what simpler answers reach."""
    source, target = pairs(test, seed)
    device = ops.device_of(model)
    inputs, truth = test.batch(source).to(device), test.batch(target).to(device)
    result, album = swap(model, inputs, truth.y), nearest(train, inputs.x, truth.y)
    figures = {
        "swap_psnr_db": psnr(truth.x, result).mean().item(),
        "swap_ssim": ssim(truth.x, result),
        "swap_identity_acc": accuracy(classifier, result, truth.y),
        "swap_sharpness": sharpness(result) / max(sharpness(truth.x), 1e-12),
        "swap_pairs": len(source),
        "copy_psnr_db": psnr(truth.x, inputs.x).mean().item(),
        "light_mean_psnr_db": psnr(truth.x, attribute_means(train)[test.known_attribute()[target]].to(device)).mean().item(),
    }
    return figures if album is None else figures | {"nearest_psnr_db": psnr(truth.x, album).mean().item()}


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
    x, y, mask = test.x[:most], test.y[:most], holes(len(test.x[:most]), size, rng).to(test.x.device)
    whole = mask[:, None].expand_as(x)
    mean = (x * ~whole).flatten(2).sum(dim=2) / (~mask).flatten(1).sum(dim=1)[:, None]
    frames = ops.inpaint(model, x, mask[:, None], y, passes=passes, rng=rng)
    return {
        "inpaint_psnr_db": [round(psnr(x, frame, mask).mean().item(), 3) for frame in frames],
        "mean_fill_psnr_db": psnr(x, torch.where(whole, mean[:, :, None, None], x), mask).mean().item(),
    }
