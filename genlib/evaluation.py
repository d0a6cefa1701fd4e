"""`evaluate`: every figure of a checkpoint on the whole test set, its model card, and the codes its map shows."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from genlib import card, checkpoint, data, hub, metrics, ood, ops, output, swapping
from genlib.objectives.base import Batch
from genlib.objectives.elbo import bernoulli_nll, kl_to_standard_normal
from genlib.objectives.likelihood import bits_per_dim, level_nll
from genlib.reading import hub_repository
from genlib.recipes import RECIPES

# Data sets whose classifiers keep what they tell unlike pictures by, and the share of held-out pictures beyond the threshold: the
# classifier has learnt them too, so that of test pictures it is more.
REFERENCES = {"mnist": 0.035, "fashion": 0.046}
SETS = 3  # sets of samples whose FID is taken
GAN_TRAIN = {
    "pixelcnn": 20_000,
    "pixelrnn": 20_000,
    "pixelgan": 20_000,
}  # generated images for gan_train_acc where 60,000, the real set's size, take too long


def evaluate(source: str, root: Path | None, *, n: int = 10_000, seed: int = 0, command: str = "") -> dict:
    """The report of DESIGN section 3; figures and card are written into the checkpoint's folder, but not into the Hub's cache.

    Raises CheckpointError, DataError.
    """
    folder = hub.resolve(source)
    own = not hub_repository(folder)  # what came from the Hub stays as it came
    with output.open_output(folder, overwrite=True) if own else nullcontext():
        info, model = checkpoint.read(folder)
        figures, test = measure(model, info, folder, root, n, seed)
        if own and hasattr(model, "encode") and model.config.latent_dim == 2:
            codes = {"mean": metrics.batched(lambda x: model.encode(x).mean, test.x), "label": test.y.to(torch.uint8)}
            checkpoint.write(folder / checkpoint.CODES, save_tensors(codes))
        if own and info.model == "classifier" and info.dataset in REFERENCES:
            ood.save_reference(reference(model, data.load(info.dataset, "train", root), REFERENCES[info.dataset], seed), folder)
        if own:
            card.write(folder, replace(info, figures=figures), {"command": command, "n": len(test.x), "seed": seed})
    report = {"model": info.name or str(source), "dataset": info.dataset, "split": "test", "n": len(test.x), "seed": seed}
    return report | {"metrics": figures}


def reference(classifier, train_set: data.Images, share: float, seed: int) -> ood.Reference:
    """What a classifier tells unlike pictures by, its threshold chosen on the last of the training set."""
    held = len(train_set) - ood.HELD_OUT
    rng = torch.Generator().manual_seed(seed)
    some = torch.randperm(held, generator=rng)[: ood.SIZE]

    def features(index: Tensor) -> Tensor:
        return metrics.batched(lambda i: classifier.features(train_set.batch(i).x), index)

    return ood.make_reference(features(some), features(torch.arange(held, len(train_set))), share)


def measure(model, info, folder: Path, root: Path | None, n: int, seed: int) -> tuple[dict, Batch]:
    """Every figure of a model, and the test images they were measured on.  Raises CheckpointError, DataError."""
    if info.dataset not in data.DATASETS:
        raise checkpoint.CheckpointError(
            "{folder} was trained on {dataset}, which has no test set here", folder=folder, dataset=info.dataset
        )
    train_set, test_set = (data.load(info.dataset, split, root) for split in ("train", "test"))
    test = test_set.batch(slice(0, n))
    figures = likelihood_figures(model, info, test, seed)
    if info.model in ("classifier", "ssgan"):
        figures["accuracy"] = metrics.accuracy(model, test.x, test.y)
    if hasattr(model, "critic"):
        figures["clipped_share"] = clipped_share(model)
    if info.model != "classifier":
        figures |= sample_figures(model, info, train_set, test, seed, whole=len(test.x) == len(test_set))
    if ops.redraws(model) and ops.classes_of(model):
        figures |= swap_figures(model, info, train_set, test_set, test, seed)
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in figures.items()}, test


def training_pictures(info, train_set: data.Images, n: int, seed: int) -> Tensor:
    """n training pictures at random, in the form of the test set's: (n, C, H, W)."""
    rng = torch.Generator().manual_seed(seed)
    x = train_set.batch(torch.randperm(len(train_set), generator=rng)[:n]).x
    return data.TEST_FORM[info.dataset](x, rng) if info.dataset in data.TEST_FORM else x


def likelihood_figures(model, info, test: Batch, seed: int) -> dict[str, float]:
    """Nats an image: the ELBO's parts with one draw of z, or the exact likelihood."""
    rng = torch.Generator().manual_seed(seed)
    if hasattr(model.config, "levels"):
        own = bool(ops.classes_of(model))
        nats = metrics.batched(lambda x, y: level_nll(model.logits(x, *[y] * own), x), test.x, test.y, size=100).mean().item()
        if hasattr(model, "encode"):  # −log p(x|E(x)); p(x) would need every z
            return {"reconstruction_nats": nats}
        return {"nll_nats": nats, "bits_per_dim": bits_per_dim(nats, test.x[0].numel())}
    if not hasattr(model, "encode"):
        return {}
    classes = bool(ops.classes_of(model))

    def terms(x: Tensor, y: Tensor) -> Tensor:
        q = model.encode(x, *[y] * classes)
        reconstruction = bernoulli_nll(model.decode_logits(q.sample(rng), *[y] * classes), x)
        error = (model.decode(q.mean, *[y] * classes) - x).square().flatten(1).sum(dim=1)
        return torch.stack([reconstruction, kl_to_standard_normal(q), error], dim=1)

    reconstruction, kl, error = metrics.batched(terms, test.x, test.y).mean(dim=0).tolist()
    figures = {"reconstruction_nats": reconstruction, "reconstruction_mse": error}
    if kl == float("inf"):  # a point has no KL
        return figures
    return {"neg_elbo_nats": reconstruction + kl, **figures, "kl_nats": kl}


def clipped_share(model) -> float:
    """Share of the critic's weights within 1 % of ±0.01, where WGAN's clipping piles them up (arXiv:1704.00028, figure 1b)."""
    weights = torch.cat([p.flatten() for p in model.critic.parameters()]).abs()
    return float(((weights - 0.01).abs() <= 0.01 * 0.01).float().mean())


def sample_figures(model, info, train_set: data.Images, test: Batch, seed: int, whole: bool) -> dict:
    """FID, of three sets of samples; KID, density, coverage of as many samples as test images; GAN-test and GAN-train where there is a class."""
    classifier = checkpoint.load(hub.resolve(f"classifier-{data.VARIANT_OF.get(info.dataset, info.dataset)}"))
    classes, rng = ops.classes_of(model), torch.Generator().manual_seed(seed)
    n = len(test.x)
    more = GAN_TRAIN.get(info.model, len(train_set)) if whole else 2 * n
    y = torch.arange(more if classes else n) % (classes or 1)

    def drawn(y: Tensor, **how) -> Tensor:
        return metrics.batched(lambda y: ops.draw(model, len(y), y if classes else None, rng=rng, **how), y)

    x = drawn(y)
    pictures = (test.x, x[:n], training_pictures(info, train_set, n, seed))
    real, fake, known = (metrics.batched(classifier.features, images) for images in pictures)
    density, coverage = metrics.density_coverage(real, fake)
    again = SETS - 1 if hasattr(model, "decode") else 0  # a pixel model's samples take too long
    fids = [
        metrics.fid(real, fake),
        *(metrics.fid(real, metrics.batched(classifier.features, drawn(y[:n]))) for _ in range(again)),
    ]
    figures = {"fid": sum(fids) / len(fids)} | ({"fid_spread": max(fids) - min(fids)} if again else {})
    figures |= {
        "fid_floor": metrics.fid(real, known), "kid": metrics.kid(real, fake), "density": density, "coverage": coverage,
    }  # fmt: skip
    if classes:
        generated = data.Images((x * 255).round().to(torch.uint8), y, info.labels)
        figures["gan_test_acc"] = metrics.accuracy(classifier, x[:n], y[:n])
        figures["gan_train_acc"] = metrics.gan_train(RECIPES[f"classifier-{info.dataset}"], generated, test)
        figures["gan_train_n"] = len(generated)
    if ops.guidance_of(model, None):
        plain = drawn(y[:n], guidance=0.0)
        figures["gan_test_acc_unguided"] = metrics.accuracy(classifier, plain, y[:n])
        figures["fid_unguided"] = metrics.fid(real, metrics.batched(classifier.features, plain))
    return figures


def swap_figures(model, info, train_set: data.Images, test_set: data.Images, test: Batch, seed: int) -> dict:
    """Whether the class acts while z stays; where the true answer is known, how near the swap comes and holes are repaired."""
    classifier = checkpoint.load(hub.resolve(f"classifier-{info.dataset}"))
    if test_set.attribute is None:
        return {"swap_identity_acc": swapping.swap_identity(model, classifier, test, seed)}
    some = torch.randperm(len(test_set), generator=torch.Generator().manual_seed(seed))
    repaired = swapping.inpaint_figures(model, test_set.batch(some[:500]), seed)
    return swapping.swap_figures(model, classifier, train_set, test_set, seed) | repaired
