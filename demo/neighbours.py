"""Is a sample memorised or new?  Its nearest training pictures, where the training set is on this machine."""

import functools

import torch
from torch import Tensor

from genlib import data

NEEDS = {"mnist": "MNIST/raw", "fashion": "FashionMNIST/raw", "faces": "CroppedYale"}  # sprites would take 400 MB
CANDIDATES = 1000  # the pictures nearest in pixels, whose features are read


@functools.lru_cache(maxsize=2)
def training_set(dataset: str) -> Tensor | None:
    """The training pictures, uint8 (N, C, H, W), if they are in GENLIB_DATA or the cache folder; nothing is downloaded."""
    root = data.cache_folder()
    if dataset not in NEEDS or not (root / NEEDS[dataset]).exists():
        return None
    try:
        return data.DATASETS[dataset](root, "train").x
    except data.DataError:
        return None


@torch.inference_mode()
def nearest(known: Tensor, x: Tensor, classifier, k: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    """The k training pictures nearest to x (1, C, H, W): by pixels, their distances ‖x − x'‖ (k,), and, among the
    nearest thousand, by the classifier's features: (k, C, H, W), (k,), (k, C, H, W)."""
    apart = torch.cat([(some.float() / 255 - x).square().flatten(1).sum(dim=1) for some in known.split(4096)])
    order = apart.topk(min(CANDIDATES, len(known)), largest=False).indices
    near = known[order[:k]].float() / 255
    if classifier is None:
        return near, apart[order[:k]].sqrt(), near[:0]
    candidates = known[order]
    features = torch.cat([classifier.features(some.float() / 255) for some in candidates.split(250)])
    likest = (features - classifier.features(x)).square().sum(dim=1).topk(k, largest=False).indices
    return near, apart[order[:k]].sqrt(), candidates[likest].float() / 255
