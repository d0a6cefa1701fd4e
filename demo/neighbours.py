"""Is a sample memorised or new?  The training pictures nearest to it, in pixels and in the classifier's features."""

import functools
from typing import NamedTuple

import torch
from torch import Tensor

from demo import samples
from genlib import data
from genlib.models.base import Reader

NEEDS = {"faces": "CroppedYale"}  # looked through where it is in GENLIB_DATA; sprites would take 400 MB
SIZES = {"mnist": 60_000, "fashion": 60_000}  # of the training sets of which a part lies beside the samples
CANDIDATES = 1000  # the pictures nearest in pixels, whose features are read where none are kept
SLICE = 2048  # pictures compared at a time


class TrainingPictures(NamedTuple):
    x: Tensor  # uint8 (N, C, H, W)
    y: Tensor  # (N,)
    total: int  # pictures of the training set, of which these are N


class Neighbours(NamedTuple):
    x: Tensor  # (k, C, H, W), the nearest first
    y: Tensor  # (k,)
    distance: Tensor  # (k,)


@functools.lru_cache(maxsize=2)
def training_pictures(dataset: str) -> TrainingPictures | None:
    """Those beside the samples, or a whole training set that is in GENLIB_DATA or the cache folder; nothing is downloaded."""
    if bundled := samples.load_training(dataset):
        return TrainingPictures(*bundled, SIZES[dataset])
    root = data.cache_folder()
    if dataset not in NEEDS or not (root / NEEDS[dataset]).exists():
        return None
    try:
        whole = data.DATASETS[dataset](root, "train")
    except data.DataError:
        return None
    return TrainingPictures(whole.x, whole.y, len(whole.x))


def take(known: TrainingPictures, rows: Tensor, distance: Tensor, k: int) -> Neighbours:
    """The k of these rows at the least of their distances."""
    distance, order = distance.topk(min(k, len(rows)), largest=False)
    return Neighbours(known.x[rows[order]].float() / 255, known.y[rows[order]], distance)


def pixel_distances(known: TrainingPictures, x: Tensor) -> Tensor:
    """‖x − x'‖ of pictures (B, C, H, W) to all that are known, (B, N)."""
    return torch.cat([torch.cdist(x.flatten(1), part.flatten(1).float() / 255) for part in known.x.split(SLICE)], dim=1)


def nearest_in_pixels(known: TrainingPictures, x: Tensor, k: int) -> Neighbours:
    """By ‖x − x'‖, to one picture (1, C, H, W)."""
    return take(known, torch.arange(len(known.x)), pixel_distances(known, x)[0], k)


@torch.inference_mode()
def nearest_in_features(known: TrainingPictures, x: Tensor, classifier: Reader, features: Tensor | None, k: int) -> Neighbours:
    """By ‖f(x) − f(x')‖, f being the classifier's features; those of all that are known (N, F), or else read of the nearest thousand in pixels."""
    rows = torch.arange(len(known.x))
    if features is None:
        rows = pixel_distances(known, x)[0].topk(min(CANDIDATES, len(rows)), largest=False).indices
        features = torch.cat([classifier.features(known.x[part].float() / 255) for part in rows.split(250)])
    return take(known, rows, torch.cdist(classifier.features(x), features)[0], k)


@functools.lru_cache(maxsize=4)
def usual_distances(registry, dataset: str) -> tuple[float, float | None] | None:
    """How far held-out pictures lie from their nearest training picture, the median: in pixels and, where features are kept, in features."""
    known, reference = training_pictures(dataset), registry.reference(dataset)
    if known is None:
        return None
    x = registry.samples(dataset).x
    in_pixels = float(pixel_distances(known, x).min(dim=1).values.median())
    if reference is None or len(reference.features) != len(known.x):
        return in_pixels, None
    with torch.inference_mode():
        f = registry.classifier(dataset).features(x)
    return in_pixels, float(torch.cdist(f, reference.features).min(dim=1).values.median())
