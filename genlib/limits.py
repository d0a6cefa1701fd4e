"""What config.json may say: each value of its kind and within bounds, checked before anything is built of it."""

import math
import re
from dataclasses import fields
from typing import TypeGuard

from genlib.errors import CheckpointError, brief

CLASSES = 2048
LARGEST = 1e300  # of any number: what is larger may not fit a float
LAYERS = 64  # in any list of widths or dilations
DEFAULT = (1, 8192)  # of a whole number
GUIDANCE = 8  # the most of a PixelCNN's w: beyond it samples are all alike
BOUNDS = {  # of those that must be smaller, or may be none
    "channels": (1, 4), "size": (1, 256), "classes": (0, CLASSES), "categories": (0, CLASSES), "labels": (1, CLASSES), "depth": (1, 16), "style_dim": (0, 8192),
    "frequencies": (0, 16), "levels": (2, 1024), "shrink": (1, 64), "dilations": (1, 128), "factors": (1, CLASSES), "guidance": (0, GUIDANCE),
}  # fmt: skip
LINE = re.compile(r"[^\x00-\x1f\x7f]*")  # a text of one line
DIGEST = re.compile(r"[0-9a-f]{64}")


def is_line(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and LINE.fullmatch(value) is not None


def is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -LARGEST < value < LARGEST  # NaN and infinity are not


def is_lines(value: object, count: int, most: int) -> bool:
    return isinstance(value, (list, tuple)) and len(value) <= count and all(is_line(v, most) for v in value)


def is_figures(value: object) -> bool:
    """Names, each with a number or a list of them."""
    if not isinstance(value, dict) or len(value) > 200:
        return False
    rows = [v if isinstance(v, (list, tuple)) else [v] for v in value.values()]
    return all(is_line(k, 100) for k in value) and all(len(row) <= 1000 and all(map(is_number, row)) for row in rows)


def is_plain(value: object, depth: int = 4) -> bool:
    """Texts, numbers and what holds them, nested no deeper than `depth`."""
    if isinstance(value, dict):
        return depth > 0 and all(is_line(k, 100) for k in value) and all(is_plain(v, depth - 1) for v in value.values())
    if isinstance(value, (list, tuple)):
        return depth > 0 and all(is_plain(v, depth - 1) for v in value)
    return value is None or isinstance(value, (str, bool)) or is_number(value)


KINDS = {  # of the fields of Info: what each is, and whether a value is
    "model": ("a model's name", lambda v: is_line(v, 100)),
    "config": ("an object of settings", lambda v: isinstance(v, dict)),
    "name": ("a line of at most 200 characters", lambda v: is_line(v, 200)),
    "dataset": ("a line of at most 200 characters", lambda v: is_line(v, 200)),
    "labels": ("a list of at most 2048 names", lambda v: is_lines(v, CLASSES, 255)),
    "preparation": ("a line of at most 200 characters", lambda v: is_line(v, 200)),
    "objective": ("an object of texts and numbers", lambda v: isinstance(v, dict) and is_plain(v)),
    "training": ("an object of texts and numbers", lambda v: isinstance(v, dict) and is_plain(v)),
    "figures": ("an object of numbers", is_figures),
    "film": ("an object of numbers", is_figures),
    "sha256": ("a list of digests", lambda v: is_lines(v, 4, 64) and all(DIGEST.fullmatch(d) for d in v)),
    "replaces": ("an object", lambda v: isinstance(v, dict)),
}


def check_info(raw: dict, path: object) -> None:
    """The fields of config.json are of their kinds.  Raises CheckpointError."""
    for key, value in raw.items():
        kind, fits = KINDS.get(key, ("an object of texts and numbers", is_plain))
        if not fits(value):
            raise CheckpointError(
                "{path} does not describe a checkpoint: {field} must be {kind}, got {value}",
                path=path, field=brief(key), kind=kind, value=brief(value),
            )  # fmt: skip


def requirement(name: str, kind: object, value: object) -> str:
    """What a setting must be and is not, a template's end; nothing where it is sound."""
    least, most = BOUNDS.get(name, DEFAULT)
    if kind is bool:
        return "" if isinstance(value, bool) else "{name} must be true or false, got {value}"
    if kind is str:
        return "" if is_line(value, 20) else "{name} must be a short text, got {value}"
    if kind is float:
        return "" if is_number(value) and 0 <= value <= 1 else "{name} must be a number from 0 to 1, got {value}"
    if kind == (float | None):
        sound = value is None or (is_number(value) and least <= value <= most)
        return "" if sound else "{name} must be null or a number from {least} to {most}, got {value}"
    if kind is int:
        sound = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if sound else "{name} must be a whole number from {least} to {most}, got {value}"
    sound = isinstance(value, (list, tuple)) and len(value) <= LAYERS and not any(requirement(name, int, v) for v in value)
    return "" if sound else "{name} must be at most {layers} whole numbers from {least} to {most}, got {value}"


def check_config(config: dict, model: str, cls: type, labels: tuple[str, ...]) -> None:
    """The settings are those of this Config class, within bounds and at one with each other.  Raises CheckpointError."""
    about = "the config does not describe a {model}: "
    kinds = {f.name: f.type for f in fields(cls)}
    for name, value in config.items():
        if name not in kinds:
            raise CheckpointError(about + "it has no setting {name}", model=model, name=brief(name))
        if template := requirement(name, kinds[name], value):
            least, most = BOUNDS.get(name, DEFAULT)
            values = {"name": name, "value": brief(value), "least": least, "most": most, "layers": LAYERS}
            raise CheckpointError(about + template, model=model, **values)
    settings = cls(**config)
    classes, factors = settings.classes, settings.factors
    if factors and math.prod(factors) != classes:
        raise CheckpointError(about + "its factors do not multiply to {classes} classes", model=model, classes=classes)
    if classes and labels and len(labels) != classes:
        raise CheckpointError(about + "it has {classes} classes and {labels} labels", model=model, classes=classes, labels=len(labels))
