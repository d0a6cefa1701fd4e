"""Own pictures, measured: how well those held out are known, whether draws are copies, whether they are read as asked, what was forgotten."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from genlib import data, ops, train
from genlib.batch import Batch
from genlib.evaluation import metrics
from genlib.evaluation.likelihood import exact_figures
from genlib.evaluation.samples import draw
from genlib.models.base import Decoder, Network, PixelModel, Reader
from genlib.models.classifier import Classifier, ClassifierConfig
from genlib.objectives.classification import Classification

DRAWN = 200  # pictures drawn for a figure
READER_BATCHES = 300


def held_out_error(model: Network, held_out: Batch, seed: int = 0) -> float:
    """How badly a model knows pictures (N, C, H, W) it has not learned: the less the better, comparable within a family only.

    Of a pixel model bits a pixel, of an autoencoder the squared error of the reconstruction, of a classifier the share misread,
    of what only draws the squared distance to the nearest of DRAWN pictures, of the same class where there is one.
    """
    if isinstance(model, PixelModel):
        return (
            exact_figures(model, held_out)["bits_per_dim"]
            if not isinstance(model, Decoder)
            else exact_figures(model, held_out)["reconstruction_nats"]
        )
    if isinstance(model, Reader) and not isinstance(model, Decoder):
        return 1 - metrics.accuracy(model, held_out.x, held_out.y)
    if ops.is_autoencoder(model):
        x = metrics.map_batches(lambda x, y: ops.reconstruct(model, x, y), *held_out)
        return float((x - held_out.x).square().flatten(1).sum(dim=1).mean())
    return nearest_draw(model, held_out, seed)


def nearest_draw(model, held_out: Batch, seed: int) -> float:
    """Mean squared distance of pictures to the nearest of DRAWN draws of their class."""
    classes = held_out.y.unique() if ops.num_classes(model) else held_out.y[:1]
    distances = []
    for k in classes:
        mine = held_out.x[held_out.y == k] if ops.num_classes(model) else held_out.x
        x = draw(model, k.repeat(DRAWN), torch.Generator().manual_seed(seed))
        distances.append(torch.cdist(mine.flatten(1), x.flatten(1)).min(dim=1).values.square())
    return float(torch.cat(distances).mean())


def copy_ratio(x: Tensor, learned: Tensor, held_out: Tensor) -> float:
    """Mean distance of draws (N, C, H, W) to the nearest learned picture over that to the nearest held out, from as many of either.

    About 1 where a model draws what is new; copies are far below.
    """
    n = min(len(learned), len(held_out))
    mine, theirs = (torch.cdist(x.flatten(1), pictures[:n].flatten(1)).min(dim=1).values.mean() for pictures in (learned, held_out))
    return float(mine / theirs)


def teach_reader(
    pictures: data.Images, augment: Callable[[Tensor, torch.Generator], Tensor], rehearsed: data.Images | None = None, seed: int = 9
) -> Reader:
    """A small classifier of own pictures and, in the other half of each batch, of those a model drew of the classes it had."""
    c, size = pictures.x.shape[1:3]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Classifier(ClassifierConfig(channels=c, size=size, classes=len(pictures.labels), shrink=max(1, size // 28)))
    run = train.Run(Classification(model, smoothing=0.05), lr=3e-3, weight_decay=0.02, ema=0.98, seed=seed)
    batches = data.Batches(pictures, min(32 if rehearsed else 64, len(pictures)), seed, augment)
    if rehearsed:
        batches = data.Rehearsal(batches, data.Batches(rehearsed, batches.size, seed + 1, augment))
    for _ in train.train(run, batches, train.Budget(steps=READER_BATCHES)):
        pass
    return cast(Reader, run.model().eval().requires_grad_(False))


def own_figures(model: Network, learned: data.Images, held_out: data.Images, reader: Reader | None, seed: int = 0) -> dict[str, float]:
    """Figures of a model that has learned own pictures.  `reader` tells their classes apart, where there are several."""
    if not len(held_out):
        return {}
    batch = held_out.batch(slice(None))
    figures = {"held_out_error": held_out_error(model, batch, seed), "held_out_n": len(held_out)}
    if isinstance(model, Reader) and not isinstance(model, (Decoder, PixelModel)):
        return figures
    classes = held_out.y.unique()
    y = classes.repeat_interleave(max(1, DRAWN // len(classes)))
    x = draw(model, y, torch.Generator().manual_seed(seed))
    figures |= {"copy_ratio": copy_ratio(x, shuffled(learned, seed), batch.x)}
    if reader and ops.num_classes(model):
        figures |= {"own_read_acc": metrics.accuracy(reader, x, y), "own_reader_acc": metrics.accuracy(reader, *batch)}
    return figures


def shuffled(pictures: data.Images, seed: int) -> Tensor:
    """All pictures in an order by the seed, (N, C, H, W)."""
    return pictures.batch(torch.randperm(len(pictures), generator=torch.Generator().manual_seed(seed))).x


def kept_accuracy(model: Network, judge: Reader, classes: int, seed: int = 0) -> float:
    """Share of draws of the classes a model had before that are read as asked by a classifier of theirs."""
    y = torch.arange(classes).repeat_interleave(max(1, DRAWN // classes))
    return metrics.accuracy(judge, draw(model, y, torch.Generator().manual_seed(seed)), y)
