"""How well a model explains test pictures: the ELBO's parts, or the exact likelihood, in nats a picture."""

import torch
from torch import Tensor

from genlib.batch import Batch
from genlib.evaluation.metrics import map_batches
from genlib.models.base import Configured, Encoder, LogitAutoencoder, PixelModel, TractableModel, class_args
from genlib.objectives.elbo import bernoulli_nll, kl_to_standard_normal
from genlib.objectives.likelihood import bits_per_dim, level_nll


def likelihood_figures(model: Configured, test: Batch, rng: torch.Generator) -> dict[str, float]:
    """Figures of a model that has a likelihood or a bound of it; none of one that has neither."""
    if isinstance(model, PixelModel):
        return exact_figures(model, test)
    return bound_figures(model, test, rng) if isinstance(model, LogitAutoencoder) else {}


def exact_figures(model: TractableModel, test: Batch) -> dict[str, float]:
    """−log p(x) in nats, and in bits a pixel; of a model told z only −log p(x|E(x)), for p(x) would need every z."""

    def nll(x: Tensor, y: Tensor) -> Tensor:
        x = model.quantize(x)
        return level_nll(model.logits(x, *class_args(model, y)), x)

    nats = map_batches(nll, test.x, test.y, size=100).mean().item()
    if isinstance(model, Encoder):
        return {"reconstruction_nats": nats}
    return {"nll_nats": nats, "bits_per_dim": bits_per_dim(nats, test.x[0].numel())}


@torch.inference_mode()
def picture_nats(model: TractableModel, x: Tensor, y: Tensor | None = None) -> float:
    """−log p(x|c) of one picture (1, C, H, W) of class (1,), in nats; of a PixelGAN at the picture's own z."""
    x = model.quantize(x)
    return level_nll(model.logits(x, *class_args(model, y)), x).item()


def class_nats(model: TractableModel, x: Tensor) -> Tensor:
    """The same for each of the model's classes, (K,); a class at a time, for 256 levels of all are much memory."""
    return torch.tensor([picture_nats(model, x, y) for y in torch.arange(model.config.classes).split(1)])


def bound_figures(model: LogitAutoencoder, test: Batch, rng: torch.Generator) -> dict[str, float]:
    """−ELBO and its two parts with one draw of z, and the squared error at the mean of q(z|x)."""

    def terms(x: Tensor, y: Tensor) -> Tensor:
        labels = class_args(model, y)
        q = model.encode(x, *labels)
        reconstruction = bernoulli_nll(model.decode_logits(q.sample(rng), *labels), x)
        error = (model.decode(q.mean, *labels) - x).square().flatten(1).sum(dim=1)
        return torch.stack([reconstruction, kl_to_standard_normal(q), error], dim=1)

    reconstruction, kl, error = map_batches(terms, test.x, test.y).mean(dim=0).tolist()
    figures = {"reconstruction_nats": reconstruction, "reconstruction_mse": error}
    if kl == float("inf"):  # a point has no KL
        return figures
    return {"neg_elbo_nats": reconstruction + kl, **figures, "kl_nats": kl}
