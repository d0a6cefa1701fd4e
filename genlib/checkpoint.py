"""A checkpoint is a folder that is also a Hub repository: config.json, model.safetensors, README.md.

Nothing is ever unpickled, and loading is strict: what a stranger wrote is bounded and compared before memory is taken.
Every file is written beside its place and renamed into it, and config.json names the sha256 of its weights, so a killed
process leaves the last complete checkpoint, and a reader beside a writer finds the old one or the new one.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from genlib import weights
from genlib.errors import CheckpointError, brief
from genlib.families import FAMILIES, family_of
from genlib.limits import check_config, check_info
from genlib.models.base import Network
from genlib.reading import hub_repository, parse_json, read_file
from genlib.weights import to_storage

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
CURVES = "curves.json"  # of the run that made it, see genlib/curves.py
PLOT = "curves.png"  # the same drawn, see genlib/drawing.py
FILM = "film.png"  # of the run that made it, see genlib/film.py
REFERENCE = "reference.safetensors"  # of a classifier: features of training pictures, see genlib/ood.py
CODES = "codes.safetensors"  # of a model with a 2-D latent, see Codes
RENAMED = {"style": "style_dim", "level": "normalize_brightness"}  # settings, as config.json of before calls them
TRIES = 50  # of a reader beside a writer that never rests


@dataclass(frozen=True)
class Info:
    """What config.json says of a checkpoint."""

    model: str  # family: a key of FAMILIES
    config: dict  # the model's Config
    name: str = ""
    dataset: str = ""
    labels: tuple[str, ...] = ()
    preparation: str = ""  # how own pictures become this model's: a kind of genlib/preparation
    objective: dict = field(default_factory=dict)  # what it was trained for, see genlib/objectives/registry.py
    training: dict = field(default_factory=dict)  # command, steps, minutes, seed
    figures: dict = field(default_factory=dict)  # what `evaluate` measured
    film: dict = field(default_factory=dict)  # of each moment of film.png, from left to right: steps, minutes, fid
    sha256: tuple[str, ...] = ()  # of model.safetensors
    replaces: dict = field(default_factory=dict)  # while a checkpoint takes another's place: that one's Info


class Codes(NamedTuple):
    """Where the test set lies on a plane: q(z|x) = N(mean, exp(logvar)) of each picture; logvar is none where a code is a point."""

    mean: Tensor  # (N, 2)
    logvar: Tensor | None  # (N, 2)
    label: Tensor  # (N,), uint8


def write(path: Path, data: bytes) -> None:
    """Put a file in its place whole or not at all.  Raises OSError, a full disk among them; CheckpointError in the Hub's cache."""
    with stage(path, data) as put:
        put()


@contextmanager
def stage(path: Path, data: bytes) -> Iterator[Callable[[], None]]:
    """A file written beside its place, which needs room, and what puts it there, which needs none.  Raises as `write` does."""
    if hub_repository(path.parent):
        raise CheckpointError("{folder} is the Hub's cache, which only the Hub changes: name another folder", folder=path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield lambda: os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def info_bytes(info: Info) -> bytes:
    said = {key: value for key, value in asdict(info).items() if key != "replaces" or value}
    return json.dumps(said, indent=2, ensure_ascii=False).encode() + b"\n"


def write_info(folder: Path, info: Info) -> None:
    """Write config.json.  Raises CheckpointError for what could not be read again: a NaN among the figures, a label of two lines."""
    raw, path = info_bytes(info), Path(folder) / CONFIG
    parse_info(raw, path)
    write(path, raw)


def save(model: Network, folder: str | Path, **about) -> Info:
    """Write model and config; `about` is Info's name, dataset, labels, training and so on.

    Raises OSError, and the checkpoint that was there is then whole: nothing takes its place before all is written.
    """
    raw = save_tensors({key: to_storage(model, key, value) for key, value in model.state_dict().items()})
    info = Info(model=family_of(model).name, config=asdict(model.config), sha256=(sha256(raw).hexdigest(),), **about)
    replace_checkpoint(Path(folder), info, raw)
    return info


def replace_checkpoint(folder: Path, info: Info, raw: bytes) -> None:
    """Put config and weights in the place of those that lie there; whatever a reader meets or a kill leaves, it is one pair or the other."""
    try:
        before, _ = read_pair(folder, read_file(folder, CONFIG))
    except (CheckpointError, FileNotFoundError):
        before = None
    with stage(folder / WEIGHTS, raw) as put_weights:
        if before:
            write_info(folder, replace(info, replaces=asdict(before)))  # the weights tell which of the two it is
        put_weights()
    write_info(folder, info)


def read_info(folder: str | Path) -> Info:
    """config.json of a checkpoint folder.  Raises CheckpointError."""
    try:
        return parse_info(read_file(folder, CONFIG), Path(folder) / CONFIG)
    except FileNotFoundError as error:
        raise CheckpointError("{folder} is not a checkpoint: it has no {name}", folder=folder, name=CONFIG) from error


def parse_info(raw: bytes, path: Path) -> Info:
    """What the bytes of config.json say.  Raises CheckpointError."""
    try:
        said = parse_json(raw)
    except ValueError as error:
        raise CheckpointError("{path} is not a checkpoint's config: {reason}", path=path, reason=str(error)) from error
    return build_info(said, path)


def build_info(said: object, path: Path) -> Info:
    """An Info of what JSON said, every value checked.  Raises CheckpointError."""
    if not isinstance(said, dict) or not {"model", "config"} <= said.keys():
        raise CheckpointError("{path} is not a checkpoint's config: it names no model and config", path=path)
    check_info(said, path)
    if said["model"] not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise CheckpointError("{path} names the model {model}; known are {known}", path=path, model=brief(said["model"]), known=known)
    known = {f.name for f in fields(Info)}
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in said.items() if key in known}
    info = Info(**values)
    info = replace(info, config={RENAMED.get(key, key): tuple(v) if isinstance(v, list) else v for key, v in info.config.items()})
    check_config(info.config, info.model, FAMILIES[info.model].network.Config, info.labels)
    return info


def read_pair(folder: Path, config: bytes) -> tuple[Info, bytes]:
    """The weights that lie in a folder, and what config.json says of them.  Raises CheckpointError."""
    info, path = parse_info(config, folder / CONFIG), folder / WEIGHTS
    try:
        raw = read_file(folder, WEIGHTS)
    except FileNotFoundError as error:
        raise CheckpointError("{folder} has no readable {name}: it is missing", folder=folder, name=WEIGHTS) from error
    if not info.sha256:
        return info, raw
    digest = sha256(raw).hexdigest()
    if digest not in info.sha256 and info.replaces:
        info = build_info(info.replaces, folder / CONFIG)
    if digest not in info.sha256:
        raise CheckpointError("{path} is truncated or changed: its sha256 is not the one {config} names", path=path, config=CONFIG)
    return replace(info, replaces={}), raw


def assemble(info: Info, raw: bytes, folder: Path) -> Network:
    """The model of a config and its weights, frozen.  Raises CheckpointError, before it takes memory."""
    cls, path = FAMILIES[info.model].network, folder / WEIGHTS
    try:
        shapes = weights.make(cls, cls.Config(**info.config), device="meta")
    except (TypeError, ValueError, AttributeError, RuntimeError, LookupError, ArithmeticError) as error:
        reason = brief(str(error), 200)
        raise CheckpointError("the config does not describe a {model}: {reason}", model=info.model, reason=reason) from error
    weights.check_fit(weights.header_of(raw, path), shapes, folder)
    tensors = weights.decode(raw, path)
    model = weights.make(cls, shapes.config)
    model.load_state_dict(tensors)
    return model.eval().requires_grad_(False)


def read(folder: str | Path) -> tuple[Info, Network]:
    """Config and model of a folder at one moment; beside a writer, both old or both new.  Raises CheckpointError."""
    folder = Path(folder)
    read_info(folder)  # says what is wrong where there is none at all
    for _ in range(TRIES):
        config = read_file(folder, CONFIG)
        try:
            info, raw = read_pair(folder, config)
            return info, assemble(info, raw, folder)
        except CheckpointError:
            if read_file(folder, CONFIG) == config:  # nobody was writing: it is the checkpoint's fault
                raise
    raise CheckpointError("{folder} is being written again and again: try later", folder=folder)


def load(folder: str | Path) -> Network:
    """The model of a checkpoint folder, on the CPU, in eval mode and frozen.  Raises CheckpointError."""
    return read(folder)[1]


def read_codes(folder: str | Path) -> Codes:
    """A plane's codes, none where none are kept.  Raises CheckpointError."""
    path = Path(folder) / CODES
    try:
        raw = read_file(folder, CODES)
    except FileNotFoundError:
        return Codes(torch.zeros(0, 2), None, torch.zeros(0, dtype=torch.uint8))
    header = weights.header_of(raw, path)
    kinds = {key: (about.get("dtype"), about.get("shape")) for key, about in header.items()}
    _, shape = kinds.get("mean", (None, [0]))
    pairs = ("F32", [*shape[:1], 2]) if isinstance(shape, list) else None
    if pairs is None or {"logvar": pairs} | kinds != {"mean": pairs, "logvar": pairs, "label": ("U8", shape[:1])}:
        raise CheckpointError("{path} does not hold the codes of a plane: evaluate the checkpoint again", path=path)
    tensors = weights.decode(raw, path)
    return Codes(tensors["mean"], tensors.get("logvar"), tensors["label"])
