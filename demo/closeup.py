"""One drawn picture looked at closely: its nearest training pictures, and how real each D takes it to be."""

from typing import Protocol, cast

import torch
from torch import Tensor

from demo import captions, neighbours, validation
from demo.neighbours import Neighbours, TrainingPictures
from demo.registry import ModelRegistry, Own
from demo.samples import Samples
from demo.widgets.base import pixels
from demo.widgets.pixel_canvas import section
from genlib.families import FAMILIES
from genlib.models.base import Configured, Discriminator, class_args

NEAREST = 5  # pictures a row: with the sample itself as many as a phone shows at twice their size


class Judge(Configured, Discriminator, Protocol):
    """A model with a D that tells of its classes."""


@torch.inference_mode()
def realness(model: Judge, x: Tensor, real: Samples, label: int = 0) -> float:
    """The share of real pictures that a model's D takes for less real than x (1, C, H, W), of class `label` where D reads one.

    All are judged alike, by the averages that BatchNorm kept of training: D's own probability is of batches, and means
    nothing of one picture.
    """
    y = class_args(model, torch.cat([torch.tensor([label]), real.y]))
    score, others = model.score(torch.cat([x, real.x]), *y).split([1, len(real.x)])
    return float((others < score).float().mean())


def judges(registry: ModelRegistry, names: list[str], first: str) -> list[str]:
    """The models that have a D of pictures, one of them first."""
    return [name for name in sorted(names, key=lambda name: name != first) if FAMILIES[registry.info(name).model].discriminates]


def can_judge(registry: ModelRegistry, judge: str, name: str, label: int) -> bool:
    """Whether a D knows the class of another model's picture, or asks for none."""
    classes = registry.num_classes(judge)
    return not classes or (label < classes and registry.shares(name, label))


def real_for(registry: ModelRegistry, dataset: str, judge: str) -> Samples:
    """The real pictures that a D judges: a visitor's model's of what it has learned."""
    own = registry.own.get(judge)
    return Samples(*own.examples()) if own else registry.samples(dataset)


def has_batchnorm(model: torch.nn.Module) -> bool:
    """Whether its D was taught on batches by statistics of batches."""
    part = getattr(model, "discriminator", model)
    return any(isinstance(layer, torch.nn.modules.batchnorm._BatchNorm) for layer in part.modules())


def verdict_lines(registry: ModelRegistry, t, dataset: str, names: list[str], name: str, x: Tensor, label: int) -> list[str]:
    """What every D makes of a picture, the one taught beside its own G first, and what that means."""
    known = [judge for judge in judges(registry, names, name) if judge == name or can_judge(registry, judge, name, label)]
    real = {judge: real_for(registry, dataset, judge) for judge in known}
    shares = {judge: round(100 * realness(cast(Judge, registry.model(judge)), x, real[judge], label)) for judge in known}
    lines = [t("compare.d_own", p=shares.pop(name))] if name in shares else []
    lines += [t("compare.d_none", model=captions.model_title(t, registry, name))] if known and not lines else []
    if shares:
        lines.append(t("compare.d_others", list=", ".join(f"{captions.model_title(t, registry, judge)} {p}\u202f%" for judge, p in shares.items())))
    if name in known and has_batchnorm(registry.model(name)):
        lines.append(t("compare.d_batch"))
    return lines


def nearest(registry: ModelRegistry, dataset: str, x: Tensor, name: str = "") -> dict[str, Neighbours]:
    """Rows of training pictures by what they are nearest in, of a visitor's model its own; none where none are here."""
    if own := registry.own.get(name):
        return {"own": neighbours.nearest_in_pixels(learned_pictures(own), x, NEAREST)}
    known, classifier = neighbours.training_pictures(dataset), registry.classifier(dataset)
    if known is None:
        return {}
    nearest = {"pixels": neighbours.nearest_in_pixels(known, x, NEAREST)}
    if classifier is not None:
        reference = registry.reference(dataset)
        features = reference.features if reference and len(reference.features) == len(known.x) else None
        nearest["features"] = neighbours.nearest_in_features(known, x, classifier, features, NEAREST)
    return nearest


def usual_line(registry: ModelRegistry, t, dataset: str, name: str) -> str:
    """How far real pictures lie from the training set, by which a distance is judged."""
    if own := registry.own.get(name):
        return own_line(t, own)
    known, usual = neighbours.training_pictures(dataset), neighbours.usual_distances(registry, dataset)
    if known is None or usual is None:
        return t("compare.no_data", folder=neighbours.NEEDS[dataset]) if dataset in neighbours.NEEDS else t("compare.too_many")
    line = t("compare.nearest", n=f"{len(known.x):,}", total=f"{known.total:,}", p=f"{usual[0]:.1f}")
    return line + ("" if usual[1] is None else t("compare.nearest_features", f=f"{usual[1]:.1f}")) + t("compare.end")


def learned_pictures(own: Own) -> TrainingPictures:
    """What a visitor's model has learned from."""
    return TrainingPictures(own.learned.x, own.learned.y, len(own.learned))


def own_line(t, own: Own) -> str:
    """The same of a visitor's pictures: how far those held out lie from those learned, the median."""
    if not len(own.held_out):
        return t("compare.nearest_mine_few") + t("compare.end")
    usual = neighbours.pixel_distances(learned_pictures(own), own.held_out.batch(slice(None)).x).min(dim=1).values.median()
    return t("compare.nearest_mine", n=len(own.learned), p=f"{usual:.1f}", held=len(own.held_out)) + t("compare.end")


@torch.inference_mode()
def closeup(registry: ModelRegistry, t, dataset: str, names: list[str], name: str, x: Tensor, label: int | None) -> dict:
    """A canvas's value: a model's sample of a class, where it was asked for one, beside its nearest training pictures."""
    read = int(registry.guess(dataset, x, name)[0].argmax()) if registry.classifier(dataset) is not None else 0
    words = captions.verdicts(t, registry, dataset, x, model=name)[0]
    labels = captions.class_names(t, registry, dataset, name if name in registry.own else None)
    rows, usual = nearest(registry, dataset, x, name), neighbours.usual_distances(registry, dataset)
    cells = [part for row in rows.values() for part in (x, row.x)] or [x]
    lines = [word for row in rows.values() for word in (t("compare.itself", read=words[0]), *beside(labels, row))] or words
    done = ["compare.nearest"] if rows else []
    done += ["compare.close"] if usual and name not in registry.own and rows and is_close(rows, usual) else []
    return {"about": {"model": name, "image": validation.as_argument(x)}, "done": done, "sections": [
        section(t("compare.sample", model=captions.model_title(t, registry, name)), pixels(torch.cat(cells)), 1 + NEAREST if rows else 1, scale=2 if x.shape[-1] < 64 else 1,
            rows=[t(f"compare.{key}") for key in rows], captions=lines, name="nearest", close=True,
            lines=[usual_line(registry, t, dataset, name), *verdict_lines(registry, t, dataset, names, name, x, read if label is None else label)])
    ]}  # fmt: skip


def is_close(rows: dict[str, Neighbours], usual: tuple[float, float | None]) -> bool:
    """Whether a training picture is nearer than half of real pictures have one, in pixels and in features."""
    limits = {"pixels": usual[0], "features": usual[1]}
    return all(float(row.distance[0]) < limit for key, row in rows.items() if (limit := limits[key]) is not None)


def beside(labels: list[str], row: Neighbours) -> list[str]:
    """The class of each and its distance."""
    return [f"{labels[k]} · {v:.1f}" for k, v in zip(row.y.tolist(), row.distance.tolist(), strict=True)]
