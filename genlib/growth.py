"""More classes for a model: which folder of pictures is which class, and weights for those that are new."""

import unicodedata
from dataclasses import replace

import torch

from genlib.models.base import Network


def classes(labels: tuple[str, ...], folders: tuple[str, ...]) -> tuple[tuple[str, ...], list[int]]:
    """The labels with new ones at the end, and the class of each folder."""
    known, mapping = list(labels), []
    for name in folders:
        match = [k for k, label in enumerate(known) if normalize_name(label) == normalize_name(name)]
        if not match:
            known.append(name)
        mapping.append(match[0] if match else len(known) - 1)
    return tuple(known), mapping


def normalize_name(name: str) -> str:
    """A name as it is compared: any case, and accents however the system writes them."""
    return unicodedata.normalize("NFC", name).casefold()


def widen(old: torch.Tensor, new: torch.Tensor, axis_classes: int) -> torch.Tensor:
    """An old tensor in a new shape: classes were added at the end of one axis; each starts at the old ones' mean."""
    axis = next(i for i in range(old.ndim) if old.shape[i] != new.shape[i])
    known = old.narrow(axis, old.shape[axis] - axis_classes, axis_classes)
    extra = known.mean(dim=axis, keepdim=True).repeat_interleave(new.shape[axis] - old.shape[axis], dim=axis)
    return torch.cat([old, extra], dim=axis)


def grow(model: Network, count: int) -> Network:
    """The same model with `count` classes."""
    bigger = renew(model, count)
    old, new = model.state_dict(), bigger.state_dict()
    bigger.load_state_dict({k: v if v.shape == new[k].shape else widen(v, new[k], model.config.classes) for k, v in old.items()})
    return bigger


def recast(model: Network, count: int) -> Network:
    """A model whose classes are composed with `count` plain ones in their place: to begin with, each of them is the mean of all compositions."""
    plain, factors = renew(model, count), list(model.config.factors)
    old, new = model.state_dict(), plain.state_dict()
    for name, value in old.items():
        if value.shape == new[name].shape:
            new[name] = value
            continue
        axis = next(i for i in range(value.ndim) if value.shape[i] != new[name].shape[i])
        rest, known = value.split([value.shape[axis] - sum(factors), sum(factors)], dim=axis)
        parts = torch.stack([part.mean(dim=axis) for part in known.split(factors, dim=axis)])
        # One choice of each factor goes in together; of what comes out, a class has one number.
        mean = parts.mean(dim=0) if axis == 0 else parts.sum(dim=0)
        new[name] = torch.cat([rest, mean.unsqueeze(axis).repeat_interleave(count, dim=axis)], dim=axis)
    plain.load_state_dict(new)
    return plain


def renew(model: Network, count: int) -> Network:
    """A model like this one with `count` classes, composed of nothing, that has learned nothing."""
    whole = {"factors": ()} if model.config.factors else {}
    return type(model)(replace(model.config, classes=count, **whole))


def fit_classes(model: Network, count: int, seed: int) -> Network:
    """The model, with so many classes; composed ones give way to plain ones."""
    if count == model.config.classes:
        return model
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return (recast if model.config.factors else grow)(model, count)
