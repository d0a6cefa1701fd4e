"""What a person or a program sends, as what a model can take, or a sentence that says what it must be."""

import base64
import json

import torch

from demo.registry import ModelRegistry
from demo.widgets.base import from_pixels
from genlib import images
from genlib.errors import InputError, brief
from genlib.models.base import Prior
from genlib.ops import num_classes

GUESS = -1  # as a class: let the classifier read it off the picture
SEEDS = 2**53 - 1  # what a number is exact to in a page


def picture_for(model, value: dict | None) -> torch.Tensor:
    """A widget's picture, (1, C, H, W).  Raises InputError if the model knows pictures of another shape."""
    x, c = from_pixels((value or {}).get("pixels"), most=1), model.config
    wanted = (c.channels, c.size, c.size)
    if tuple(x.shape[1:]) != wanted:
        kind = "colour" if wanted[0] == 3 else "grey"
        raise InputError("this model knows {kind} pictures of {size}×{size}: choose one of its own data set", kind=kind, size=c.size)
    return x


def as_argument(x: torch.Tensor) -> str:
    """A picture (1, C, H, W) or a mask (H, W) as the base64 of a PNG: what a download's text chunk gives back to the API."""
    x = x.float()[None, None] if x.ndim == 2 else x
    return base64.b64encode(images.png(x)).decode()


def rng(seed) -> torch.Generator:
    return torch.Generator().manual_seed(whole(seed, "the seed", 0, SEEDS))


def whole(value, what: str, least: int, most: int) -> int:
    """value as an integer within bounds.  Raises InputError with a sentence that names them."""
    try:
        number = int(value)
        if least <= number <= most and number == float(value) and not isinstance(value, bool):
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    if value is None:
        raise InputError("{what} is missing: type a whole number from {least} to {most}", what=what, least=least, most=most)
    raise InputError("{what} must be a whole number from {least} to {most}, got {got}", what=what, least=least, most=most, got=brief(value))


def real(value, what: str, least: float, most: float) -> float:
    """value as a finite float within bounds.  Raises InputError with a sentence that names them."""
    try:
        number = float(value)
        if least <= number <= most and not isinstance(value, bool):  # false for NaN too
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError("{what} must be from {least:g} to {most:g}, got {got}", what=what, least=least, most=most, got=brief(value))


def one_of(value, what: str, known: tuple[str, ...]) -> str:
    """value, if it is one of those known.  Raises InputError with a sentence that names them."""
    if value not in known:
        raise InputError("{what} must be {known}, got {got}", what=what, known=" or ".join(known), got=brief(value))
    return value


def parse_list(value, what: str) -> list:
    """A list, or the JSON of one.  Raises InputError."""
    try:
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list):
        raise InputError("{what} must be a JSON list of numbers", what=what)
    return value


def label_tensor(model, label, n: int = 1, what: str = "the class") -> torch.Tensor | None:
    """The label n times, or None for a model without classes.  Raises InputError if it is out of range."""
    classes = num_classes(model)
    return torch.full((n,), whole(label, what, 0, classes - 1)) if classes else None


def latent(model, z, what: str = "z") -> torch.Tensor:
    """A JSON list as (1, Z).  Raises ValueError for another length or numbers that are not finite."""
    z, config = parse_list(z, what), model.config
    if not isinstance(model, Prior):
        raise InputError("this model has no latent: choose an autoencoder or a GAN")
    size = config.latent_dim
    if len(z) != size or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in z):
        raise InputError("{what} must be a list of {size} numbers, got {got}", what=what, size=size, got=brief(z))
    if not all(abs(v) <= 1e6 for v in z):  # false for NaN too
        raise InputError("{what} holds NaN, infinity or a number beyond a million", what=what)
    return torch.tensor([z], dtype=torch.float32)


def next_class(config, label: int, k: int = 1) -> int:
    """The k-th next class, round and round; of several factors the last one's, the others kept."""
    last = (config.factors or (config.classes,))[-1]
    return label - label % last + (label % last + k) % last


def resolve_label(registry: ModelRegistry, dataset: str, x: torch.Tensor, label: int, model: str = "") -> int:
    """The class to encode a picture with: the one given, or the classifier's reading for GUESS, among a visitor's model's own classes too."""
    return int(registry.guess(dataset, x, model)[0].argmax()) if label == GUESS else label
