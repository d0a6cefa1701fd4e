"""A checkpoint is a folder that is also a Hub repository: config.json, model.safetensors, README.md.

Nothing is ever unpickled, and loading is strict.  Every file is written beside its place and renamed into it,
and config.json names the sha256 of its weights, so a killed process leaves the last complete checkpoint.
"""

import json
import os
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from genlib.models import MODELS

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
CURVES = "curves.json"  # of the run that made it, see genlib/curves.py
CODES = "codes.safetensors"  # of a model with a 2-D latent: the test set's codes (N, 2) and labels (N,)


class CheckpointError(Exception):
    """The folder does not hold a model this version of genlib can build; the message says why."""


@dataclass(frozen=True)
class Info:
    """What config.json says of a checkpoint."""

    model: str  # family: a key of MODELS
    config: dict  # the model's Config
    name: str = ""
    dataset: str = ""
    labels: tuple[str, ...] = ()
    training: dict = field(default_factory=dict)  # command, steps, minutes, seed
    figures: dict = field(default_factory=dict)  # what `evaluate` measured
    sha256: tuple[str, ...] = ()  # of model.safetensors; two while it is being replaced


def write(path: Path, data: bytes) -> None:
    """Put a file in its place whole or not at all.  Raises OSError, a full disk among them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_info(folder: Path, info: Info) -> None:
    write(Path(folder) / CONFIG, json.dumps(asdict(info), indent=2, ensure_ascii=False).encode() + b"\n")


def stored(model: nn.Module, key: str, value: Tensor) -> Tensor:
    """A tensor as it is written: of the networks in `model.halved`, in half precision."""
    half = key.split(".")[0] in getattr(model, "halved", ())
    return (value.half() if half and value.is_floating_point() else value).contiguous()


def save(model: nn.Module, folder: str | Path, **about) -> Info:
    """Write model and config; `about` is Info's name, dataset, labels, training, figures."""
    folder = Path(folder)
    family = next(name for name, cls in MODELS.items() if cls is type(model))
    weights = save_tensors({key: stored(model, key, value) for key, value in model.state_dict().items()})
    digest = sha256(weights).hexdigest()
    info = Info(model=family, config=asdict(model.config), sha256=(digest,), **about)
    try:
        before = read_info(folder).sha256[-1:]
    except CheckpointError:
        before = ()
    write_info(folder, replace(info, sha256=(*before, digest)))  # whichever file a kill leaves is then a known one
    write(folder / WEIGHTS, weights)
    write_info(folder, info)
    return info


def read_info(folder: str | Path) -> Info:
    """config.json of a checkpoint folder.  Raises CheckpointError."""
    path = Path(folder) / CONFIG
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(Info)}
        info = Info(**{key: tuple(v) if isinstance(v, list) else v for key, v in raw.items() if key in known})
    except FileNotFoundError as error:
        raise CheckpointError(f"{folder} is not a checkpoint: it has no {CONFIG}") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path} is not a checkpoint's config: {error}") from error
    if info.model not in MODELS:
        raise CheckpointError(f"{path} names the model {info.model!r}; known are {', '.join(MODELS)}")
    return info


def read_weights(folder: Path, info: Info) -> dict[str, Tensor]:
    path = Path(folder) / WEIGHTS
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{folder} has no readable {WEIGHTS}: {error.strerror}") from error
    if info.sha256 and sha256(raw).hexdigest() not in info.sha256:
        raise CheckpointError(f"{path} is truncated or changed: its sha256 is not the one {CONFIG} names")
    try:
        return load_tensors(raw)
    except (SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path} is not a safetensors file: {error}") from error


def build(info: Info) -> nn.Module:
    """The model config.json describes, with fresh weights.  Raises CheckpointError."""
    cls = MODELS[info.model]
    try:
        config = {key: tuple(v) if isinstance(v, list) else v for key, v in info.config.items()}
        with torch.random.fork_rng(devices=[]):
            return cls(cls.Config(**config))
    except (TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise CheckpointError(f"the config does not describe a {info.model}: {error}") from error


def load(folder: str | Path) -> nn.Module:
    """The model of a checkpoint folder, on the CPU, in eval mode and frozen.  Raises CheckpointError."""
    info = read_info(folder)
    model = build(info)
    try:
        model.load_state_dict(read_weights(Path(folder), info))
    except RuntimeError as error:
        first = str(error).split("\n\t")[1:2] or [str(error)]
        raise CheckpointError(f"{folder}: the weights do not fit the config: {first[0].strip()}") from error
    if not all(value.isfinite().all() for value in model.state_dict().values()):
        raise CheckpointError(f"{folder}: the weights hold NaN or infinite numbers")
    return model.eval().requires_grad_(False)
