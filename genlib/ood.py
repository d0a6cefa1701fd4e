"""Is a picture like any a classifier was taught on?  Distance to the k-th nearest training picture in its features.

Sun, Ming, Zhu, Li, ICML 2022, arXiv:2204.06507.  A checkpoint of a classifier carries the features of some training
pictures and the distance that few held-out real ones exceed.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from genlib import checkpoint, weights
from genlib.errors import CheckpointError
from genlib.reading import read_file

NEAREST = 10  # k
SIZE = 10_000  # training pictures kept
HELD_OUT = 5_000  # the last of a training set, by which the threshold is chosen
SHARE = 0.05  # of them that lie beyond it


@dataclass(frozen=True)
class Reference:
    features: Tensor  # (N, F) of training pictures
    threshold: float  # in units of the features

    def distance(self, features: Tensor) -> Tensor:
        """To the k-th nearest of the reference, (B, F) -> (B,)."""
        k = min(NEAREST, len(self.features))
        return torch.cdist(features, self.features).kthvalue(k, dim=1).values

    def is_unlike(self, features: Tensor) -> Tensor:
        """Which pictures lie farther from all training pictures than real ones do, (B, F) -> (B,) bool."""
        return self.distance(features) > self.threshold


def reference_rows(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Which of n training pictures a reference keeps, in its order, and by which its threshold is chosen: the last of the set.

    Of a small set that is a random sixth: its last pictures may be all there are of a class.
    """
    rng = torch.Generator().manual_seed(seed)
    order, held = (torch.arange(n), HELD_OUT) if n > 2 * HELD_OUT else (torch.randperm(n, generator=rng), n // 6)
    return order[:-held][torch.randperm(n - held, generator=rng)[:SIZE]], order[-held:]


def make_reference(features: Tensor, held_out: Tensor, share: float = SHARE) -> Reference:
    """features (N, F) of training pictures, held_out (M, F) of real ones that are none of these; a share of them lies beyond."""
    reference = Reference(features.half().float(), 0.0)
    distance = torch.cat([reference.distance(part) for part in held_out.split(500)])
    return Reference(reference.features, float(distance.quantile(1 - share)))


def save_reference(reference: Reference, folder: Path) -> None:
    """Write it beside its classifier's weights, features in half precision."""
    tensors = {"features": reference.features.half(), "threshold": torch.tensor([reference.threshold])}
    checkpoint.write(Path(folder) / checkpoint.REFERENCE, save_tensors(tensors))


def load_reference(folder: Path) -> Reference | None:
    """What lies beside a classifier, or None.  Raises CheckpointError for what is no reference."""
    path = Path(folder) / checkpoint.REFERENCE
    try:
        raw = read_file(folder, checkpoint.REFERENCE)
    except FileNotFoundError:
        return None
    kinds = {key: (about.get("dtype"), len(about.get("shape", ()))) for key, about in weights.header_of(raw, path).items()}
    if kinds != {"features": ("F16", 2), "threshold": ("F32", 1)}:
        raise CheckpointError("{path} is not what unlike pictures are told by: evaluate the classifier again", path=path)
    tensors = weights.decode(raw, path)
    return Reference(tensors["features"].float(), float(tensors["threshold"][0]))
