"""Every figure of a model, by what it can do: (model, data, seed) -> numbers.  Nothing is written here."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from genlib import checkpoint, data, hub, ops
from genlib.batch import Batch
from genlib.checkpoint import Info
from genlib.evaluation import swaps
from genlib.evaluation.likelihood import likelihood_figures
from genlib.evaluation.metrics import accuracy, category_accuracy, fid, map_batches
from genlib.evaluation.samples import draw, sample_figures
from genlib.families import FAMILIES
from genlib.models.base import Encoder, Network, PixelModel, Prior, Reader
from genlib.models.wgan import WGAN, WGANConfig
from genlib.recipes import RECIPES

JUDGES = ("classifier", "lenet")  # families of those who read samples; the first gives every figure


def measure(model: Network, info: Info, root: Path | None, n: int, seed: int, split: str = "test") -> dict:
    """Every figure of a model on the first n pictures of a split, worked out where the model is.  Raises CheckpointError, DataError."""
    if info.dataset not in data.DATASETS:
        raise checkpoint.CheckpointError("this model was trained on {dataset}, which has no test set here", dataset=info.dataset)
    train_set, test_set = (data.load(info.dataset, part, root) for part in ("train", split))
    test = test_set.batch(slice(0, n)).to(ops.device_of(model))
    figures = likelihood_figures(model, test, torch.Generator().manual_seed(seed)) | reading_figures(model, train_set, test)
    if FAMILIES[info.model].draws:
        figures |= measure_samples(model, info, train_set, test, seed, whole=len(test.x) == len(test_set))
    if ops.is_autoencoder(model) and ops.num_classes(model):
        figures |= measure_swaps(model, info, train_set, test_set, test, seed)
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in figures.items()}


def reading_figures(model: Network, train_set: data.Images, test: Batch) -> dict[str, float]:
    """What a model says of test pictures themselves, or its weights of their clipping."""
    figures = {}
    if isinstance(model, Reader) and not isinstance(model, PixelModel):  # whose logits are of greys, not of classes
        figures["accuracy"] = accuracy(model, test.x, test.y)
    if isinstance(model, WGAN):
        figures["clipped_share"] = clipped_share(model)
    if isinstance(model, Encoder) and isinstance(model, Prior) and getattr(model.config, "categories", 0):
        figures["category_acc"] = measure_categories(model, train_set, test)
    return figures


def measure_categories(model, train_set: data.Images, test: Batch) -> float:
    """How often a picture's category, named by the first 10,000 training pictures in it, is its class."""
    k, named = model.config.categories, train_set.batch(slice(0, 10_000)).to(test.x.device)

    def category(x: Tensor) -> Tensor:
        return model.encode(x).mean[:, :k].argmax(dim=1)

    return category_accuracy(map_batches(category, test.x), test.y, (map_batches(category, named.x), named.y), len(train_set.labels))


def clipped_share(model: WGAN) -> float:
    """Share of the critic's weights within 1 % of ±c, where clipping piles them up (arXiv:1704.00028, figure 1b); of one that is not clipped of WGAN's c."""
    bound = getattr(model.config, "bound", WGANConfig.bound)
    weights = torch.cat([p.flatten() for p in model.critic.parameters()]).abs()
    return float(((weights - bound).abs() <= 0.01 * bound).float().mean())


def judges_of(dataset: str, device: torch.device | str = "cpu") -> dict[str, Reader]:
    """The classifiers that read a data set's samples, by family.  Raises CheckpointError where the first is not there."""
    source = data.VARIANT_OF.get(dataset, dataset)
    further = [family for family in JUDGES[1:] if f"{family}-{source}" in hub.bundled_checkpoints()]
    return {family: cast(Reader, checkpoint.load(hub.resolve(f"{family}-{source}")).to(device)) for family in (JUDGES[0], *further)}


def film_judge(dataset: str, root: Path | None, n: int = 2000) -> Callable[[Network], float]:
    """What tells the FID of n samples of a model that is still learning, against the validation pictures.  Raises CheckpointError, DataError."""
    judge = judges_of(dataset)[JUDGES[0]]
    real = map_batches(judge.features, data.load(dataset, "validation", root).batch(slice(None)).x)

    def judge_fid(model: Network) -> float:
        x = draw(model, torch.arange(n) % (ops.num_classes(model) or 1), torch.Generator().manual_seed(0))
        return fid(real, map_batches(judge.features, x.cpu()))

    return judge_fid


def training_pictures(info: Info, train_set: data.Images, n: int, seed: int) -> Tensor:
    """n training pictures at random, in the form of the test set's: (n, C, H, W)."""
    rng = torch.Generator().manual_seed(seed)
    x = train_set.batch(torch.randperm(len(train_set), generator=rng)[:n]).x
    return data.TEST_FORM[info.dataset](x, rng) if info.dataset in data.TEST_FORM else x


def measure_samples(model, info: Info, train_set: data.Images, test: Batch, seed: int, whole: bool) -> dict:
    """Figures of samples; with a part of the test set, of twice as many for GAN-train."""
    n = len(test.x)
    return sample_figures(
        model, judges_of(info.dataset, test.x.device), test, training_pictures(info, train_set, n, seed).to(test.x.device), torch.Generator().manual_seed(seed),
        classifier=RECIPES[f"{JUDGES[0]}-{data.VARIANT_OF.get(info.dataset, info.dataset)}"], labels=info.labels,
        gan_train_n=(FAMILIES[info.model].gan_train_n or len(train_set)) if whole else 2 * n,
    )  # fmt: skip


def measure_swaps(model, info: Info, train_set: data.Images, test_set: data.Images, test: Batch, seed: int) -> dict:
    """Whether the class acts while z stays; where the true answer is known, how near the swap comes and holes are repaired."""
    classifier = judges_of(info.dataset, test.x.device)[JUDGES[0]]
    if test_set.attribute is None:
        return {"swap_identity_acc": swaps.swap_identity(model, classifier, test, seed)}
    order = torch.randperm(len(test_set), generator=torch.Generator().manual_seed(seed))
    repaired = swaps.inpaint_figures(model, test_set.batch(order[:500]).to(test.x.device), seed)
    return swaps.swap_figures(model, classifier, train_set, test_set, seed) | repaired
