"""An objective as a small JSON value, {"name", keyword: value …}, so that a checkpoint carries what it was trained for.

Numbers, names and a record of numbers, never code: what is read is checked against the objective's own signature.
"""

import inspect
from collections.abc import Callable
from dataclasses import asdict, replace

from torch import nn

from genlib.errors import Problem
from genlib.objectives.adversarial import RULES, Adversarial
from genlib.objectives.aegan import AEGANObjective
from genlib.objectives.base import Objective
from genlib.objectives.classification import Classification
from genlib.objectives.cvae_gan import CVAEGANObjective, Weights
from genlib.objectives.elbo import ELBO, bernoulli_nll, gaussian_nll
from genlib.objectives.likelihood import Likelihood
from genlib.objectives.reconstruction import Reconstruction
from genlib.objectives.semi_supervised import SemiSupervised
from genlib.objectives.wae import WAE, PixelWAE
from genlib.objectives.wasserstein import WGANGPObjective, WGANObjective

OBJECTIVES: dict[str, Callable[..., Objective]] = {
    "reconstruction": Reconstruction, "elbo": ELBO, "wae": WAE, "pixelwae": PixelWAE, "aegan": AEGANObjective,
    "adversarial": Adversarial, "wasserstein": WGANObjective, "penalised": WGANGPObjective, "cvaegan": CVAEGANObjective,
    "likelihood": Likelihood, "classification": Classification, "semisupervised": SemiSupervised,
}  # fmt: skip
FUNCTIONS = {function.__name__: function for function in (bernoulli_nll, gaussian_nll)}  # that an objective may be given
RENAMED = {"keep": "decay", "leak": "latent_class_mmd", "shape": "foreground_weight"}  # as files of before call them
LIMIT = 1e6  # of a number
SHARES = ("hold", "alone", "first", "confidence", "decay", "swapped", "smoothing", "drop")  # of a whole, which they are less than


class ObjectiveError(Problem, ValueError):
    """What a config says of its objective describes none."""


def defaults(cls: Callable[..., Objective]) -> dict:
    """The keyword arguments of an objective, with their usual values."""
    parameters = list(inspect.signature(cls).parameters.values())[1:]  # the first is the model
    return {p.name: p.default for p in parameters}


def describe(objective: Objective) -> dict:
    """What `build` makes the same objective of.  Every keyword argument is kept under its name by the objective itself."""
    name = next(name for name, cls in OBJECTIVES.items() if cls is type(objective))
    return {"name": name} | {key: to_json(getattr(objective, key)) for key in defaults(OBJECTIVES[name])}


def to_json(value):
    if callable(value):
        return next(name for name, function in FUNCTIONS.items() if function is value)
    return asdict(value) if isinstance(value, Weights) else value


def build(described: dict, model: nn.Module) -> Objective:
    """The objective around a model.  A keyword that is left out has its usual value.  Raises ObjectiveError."""
    name = described.get("name") if isinstance(described, dict) else None
    if not isinstance(name, str) or name not in OBJECTIVES:
        raise ObjectiveError("there is no objective {name}; known are {known}", name=repr(name)[:50], known=", ".join(OBJECTIVES))
    values = {key: value for key, value in described.items() if key != "name"}
    return OBJECTIVES[name](model, **check_values(defaults(OBJECTIVES[name]), values))


def check_values(usual: dict, values: dict) -> dict:
    """The values, each of its usual one's kind and within bounds.  Raises ObjectiveError."""
    values = {RENAMED.get(key, key) if key not in usual else key: value for key, value in values.items()}
    strange = [key for key in values if key not in usual]
    if strange:
        raise ObjectiveError("the objective has no {key}", key=repr(strange[0])[:50])
    return {key: check_value(key, usual[key], value) for key, value in values.items()}


def is_within(key: str, value: object) -> bool:
    """Whether a value is a number, and within the bounds of its key."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return 0 <= value <= LIMIT and (key not in SHARES or value < 1)  # NaN is not


def check_value(key: str, usual, value):
    if isinstance(usual, Weights) and isinstance(value, dict):
        return replace(usual, **check_values(asdict(usual), value))
    if callable(usual) and isinstance(value, str) and value in FUNCTIONS:
        return FUNCTIONS[value]
    if isinstance(usual, bool) and isinstance(value, bool):
        return value
    if isinstance(usual, str) and isinstance(value, str) and value in RULES:
        return value
    number = is_within(key, value)
    if number and isinstance(usual, float):
        return float(value)
    if number and type(usual) is int and isinstance(value, int) and value > 0:
        return value
    raise ObjectiveError("the objective's {key} cannot be {value}", key=key, value=repr(value)[:50])
