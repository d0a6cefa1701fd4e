"""What own pictures can go on from: the models of their kind that take more classes, or nothing."""

from demo import captions, validation
from genlib import preparation

NEW = "new"  # in place of a base: from nothing


def recipe(dataset: str) -> str:
    """What draws that kind of picture from nothing."""
    return f"cvaegan-{dataset}"


def models_for(registry, dataset: str) -> list[str]:
    """What own pictures of a kind can go on from; NEW too, where the kind has a model."""
    names = registry.names(dataset, lambda family: family.finetunes and family.decodes and family.is_conditional)
    return [*names, NEW] if recipe(dataset) in registry.offers() else names


def base_of(registry, dataset: str, model: str) -> str:
    """The model whose kind of pictures is learned.  Raises InputError."""
    validation.one_of(model, "the beginning", tuple(models_for(registry, dataset)))
    return recipe(dataset) if model == NEW else model


def form_of(registry, dataset: str, model: str) -> tuple[str, int, int]:
    """How pictures are prepared: kind, size, channels.  Raises InputError."""
    name = base_of(registry, dataset, model)
    config = registry.model(name).config
    return preparation.kind_of(registry.info(name)), config.size, config.channels


def model_choices(t, registry, names: list[str]) -> list[tuple[str, str]]:
    """What to begin with, as people call it."""
    return [(t("train.nothing"), NEW) if name == NEW else captions.model_choices(t, registry, [name])[0] for name in names]
