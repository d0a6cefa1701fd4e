"""What own pictures can go on from: the models of their kind that take more classes, the VAE's plane, or nothing."""

from demo import captions, validation
from genlib import preparation

NEW = "new"  # in place of a base: from nothing


def recipe(dataset: str) -> str:
    """What draws that kind of picture from nothing."""
    return f"cvaegan-{dataset}"


def models_for(registry, dataset: str) -> list[str]:
    """What own pictures of a kind can go on from; NEW too, where the kind has a model."""
    names = registry.names(dataset, lambda family: family.finetunes and family.decodes and family.is_conditional)
    names += [
        name for name in registry.names(dataset, lambda family: family.is_variational and not family.is_conditional) if is_plane(registry, name)
    ]
    return [*names, NEW] if recipe(dataset) in registry.offers() else names


def has_classes(registry, model: str) -> bool:
    """Whether a beginning knows classes, which it then keeps."""
    return model != NEW and bool(registry.info(model).config.get("classes"))


def is_plane(registry, name: str) -> bool:
    """Whether a model's latent has two dimensions, and no class is told."""
    return registry.info(name).config.get("latent_dim") == 2 and not has_classes(registry, name)


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
