"""How real, how various and how rightly classed a model's samples are, in the eyes of classifiers that saw real pictures only."""

from dataclasses import replace
from typing import cast

import torch
from torch import Tensor

from genlib import data, ops, train
from genlib.batch import Batch
from genlib.evaluation import metrics
from genlib.models.base import Decoder, Reader
from genlib.recipes import Recipe

SETS = 3  # sets of samples whose FID is taken
JUDGED = ("fid", "gan_test_acc")  # figures that the second judge gives too


def sample_figures(
    model, judges: dict[str, Reader], test: Batch, known: Tensor, rng: torch.Generator, *, classifier: Recipe, labels: tuple[str, ...],
    gan_train_n: int,
) -> dict[str, float]:  # fmt: skip
    """FID (of three sets), KID, density, coverage of as many samples as test pictures; GAN-test and GAN-train where there is a class, else the classes' entropy.

    `known` are training pictures in the test set's form (N, C, H, W).  `judges` are classifiers: the first gives every figure,
    each other its own FID and GAN-test under the figure's name with its own at the end.
    """
    classes, n = ops.num_classes(model), len(test.x)
    y = torch.arange(gan_train_n if classes else n, device=test.x.device) % (classes or 1)
    first, *others = judges
    x = draw(model, y, rng)
    figures = distances(judges[first].features, test.x, x[:n], known, again(model, y[:n], rng, judges[first].features))
    figures |= (
        class_figures(judges[first], x, y, test, rng, classifier, labels)
        if classes
        else {"class_entropy_nats": metrics.class_entropy(judges[first], x)}
    )
    for name in others:
        judge = judges[name]
        figures[f"fid_{name}"] = metrics.fid(*(metrics.map_batches(judge.features, pictures) for pictures in (test.x, x[:n])))
        figures |= {f"gan_test_acc_{name}": metrics.accuracy(judge, x[:n], y[:n])} if classes else {}
    return figures | unguided_figures(model, judges[first], test, y[:n], rng)


def draw(model, y: Tensor, rng: torch.Generator, **options) -> Tensor:
    """A sample for each of y (N,), (N, C, H, W); y only counts where the model has no class."""
    classes = ops.num_classes(model)
    return metrics.map_batches(lambda y: ops.draw(model, len(y), y if classes else None, rng=rng, **options), y)


def again(model, y: Tensor, rng: torch.Generator, features) -> list[Tensor]:
    """Features of further sets of samples, (N, F) each; of a pixel model none, for they take too long."""
    further = SETS - 1 if isinstance(model, Decoder) else 0
    return [metrics.map_batches(features, draw(model, y, rng)) for _ in range(further)]


def distances(features, test: Tensor, x: Tensor, known: Tensor, further: list[Tensor]) -> dict[str, float]:
    """Figures of samples x against test pictures, and of training pictures against them, the floor."""
    real, fake, floor = (metrics.map_batches(features, pictures) for pictures in (test, x, known))
    density, coverage = metrics.density_coverage(real, fake)
    fids = [metrics.fid(real, features) for features in (fake, *further)]
    spread = {"fid_spread": max(fids) - min(fids)} if further else {}
    return {"fid": sum(fids) / len(fids), **spread, "fid_floor": metrics.fid(real, floor)} | {
        "kid": metrics.kid(real, fake), "density": density, "coverage": coverage,
    }  # fmt: skip


def class_figures(judge: Reader, x: Tensor, y: Tensor, test: Batch, rng, classifier: Recipe, labels: tuple[str, ...]) -> dict[str, float]:
    """Whether samples (N, C, H, W) show the class asked for (N,), and what a classifier learns from them."""
    generated, n = data.Images((x * 255).round().to(torch.uint8).cpu(), y.cpu(), labels), len(test.x)
    return {
        "gan_test_acc": metrics.accuracy(judge, x[:n], y[:n]),
        "gan_train_acc": gan_train(classifier, generated, test),
        "gan_train_n": len(generated),
    }


def unguided_figures(model, judge: Reader, test: Batch, y: Tensor, rng) -> dict[str, float]:
    """The same without guidance, where the model's samples have some."""
    if not ops.guidance_of(model, None):
        return {}
    x = draw(model, y, rng, guidance=0.0)
    real, fake = (metrics.map_batches(judge.features, pictures) for pictures in (test.x, x))
    return {"gan_test_acc_unguided": metrics.accuracy(judge, x, y), "fid_unguided": metrics.fid(real, fake)}


def gan_train(recipe: Recipe, generated: data.Images, test: Batch, seed: int = 1000, epochs: int = 3) -> float:
    """GAN-train (arXiv:1807.09499): a fresh classifier, taught by generated images only, on the real test set.

    It is the evaluation classifier's own recipe with another seed, for `epochs` epochs of the generated images; of a
    few images more, 400 batches at least, and never longer than the recipe.
    """
    recipe = replace(recipe, seed=seed)
    run = train.Run(recipe.build(), **recipe.options())
    batches = data.Batches(generated, recipe.batch, seed, recipe.augment)
    steps = min(recipe.steps, max(400, epochs * len(generated) // recipe.batch))
    for _ in train.train(run, batches, train.Budget(steps=steps)):
        pass
    return metrics.accuracy(cast(Reader, run.model().eval()), *test.to("cpu"))
