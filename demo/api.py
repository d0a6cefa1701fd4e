"""The HTTP API: eight public endpoints, thin over the library.  Pictures are PNG sheets at native resolution.

An endpoint is a function of a Server and of what it is sent; its docstring is its documentation.  All raise InputError, PictureError or
CheckpointError, one sentence, for what cannot be answered.
"""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr
import torch

from demo import events, validation
from demo.answers import Answers
from demo.arguments import MAX_PICTURES, Number, Text, Upload, chosen_targets, class_number, hole, picture, resolve_label
from demo.registry import ModelRegistry
from demo.validation import GUESS
from genlib import images, ops
from genlib.errors import InputError
from genlib.limits import GUIDANCE
from genlib.models.base import Decoder, Encoder, LatentModel, Prior
from genlib.models.pixelgan import PixelGAN
from genlib.ops.paths import PATHS
from genlib.ops.pixels import PixelNet


class Server(NamedTuple):
    """What the endpoints share."""

    registry: ModelRegistry
    answers: Answers

    def sheet(self, x: torch.Tensor, **about) -> str:
        """A file of one row of pictures, its text chunk saying what made it."""
        return self.answers.file(images.png(x, **about))

    def decoder(self, name: str) -> LatentModel:
        """A model that draws from z.  Raises InputError for another."""
        model = self.registry.model(name)
        if not isinstance(model, Decoder):
            raise InputError("{model} has no latent: use /sample", model=name)
        return model

    def verdicts(self, name: str, x: torch.Tensor) -> list[dict] | None:
        """What the classifier of a model's data set reads in each picture."""
        dataset = self.registry.info(name).dataset
        classifier = self.registry.classifier(dataset)
        if classifier is None or x.shape[-1] != classifier.config.size:
            return None
        p, k = (torch.cat(v) for v in zip(*(self.registry.guess(dataset, part).max(dim=1) for part in x.split(MAX_PICTURES)), strict=True))
        return [{"label": int(i), "probability": round(float(v), 6)} for v, i in zip(p, k, strict=True)]


def models(server: Server) -> list[dict]:
    """Every model: name, family, data set, labels, latent_dim, figures."""
    return [
        {"name": name, "family": i.model, "dataset": i.dataset, "labels": list(i.labels), "latent_dim": i.config.get("latent_dim"), "figures": i.figures}
        for name, i in server.registry.offers().items()
    ]  # fmt: skip


def decode(server: Server, model: str, z: list[float], label: int) -> tuple[str, dict]:
    """One z and a class to a picture."""
    m = server.registry.model(model)
    code, k = validation.latent(m, z), class_number(m, label)
    done = {"model": model, "z": code[0].tolist(), "label": k}
    return server.sheet(ops.decode(server.decoder(model), code, validation.label_tensor(m, k)), **done), done


def encode(server: Server, model: str, image: str, label: int) -> dict:
    """A picture to q(z|x,c); label −1 lets the classifier guess."""
    m, info = server.registry.model(model), server.registry.info(model)
    if not isinstance(m, Encoder):
        raise InputError("{model} has no encoder: choose an autoencoder", model=model)
    k, x = class_number(m, label, GUESS), picture(image, info, m)
    y, k, p = resolve_label(server.registry, info, m, x, k)
    q = ops.encode(m, x, y)
    logvar = [v if v > -1e9 else None for v in q.logvar[0].tolist()]
    return {"mean": q.mean[0].tolist(), "logvar": logvar, "label": k, "probabilities": p}


def generate(server: Server, model: str, label: int, n: int, seed: int, temperature: float) -> tuple[str, dict]:
    """n samples of a class."""
    m = server.registry.model(model)
    n, temperature = validation.whole(n, "n", 1, MAX_PICTURES), validation.real(temperature, "temperature", 0, 3)
    k, seed = class_number(m, label), validation.whole(seed, "seed", 0, validation.SEEDS)
    decoder = server.decoder(model)
    z = temperature * decoder.prior(n, validation.rng(seed))
    x = ops.decode(decoder, z, validation.label_tensor(m, k, n))
    done = {"model": model, "label": k, "n": n, "seed": seed, "temperature": temperature}
    return server.sheet(x, **done), done | {"z": z.tolist(), "verdicts": server.verdicts(model, x)}


def interpolate(server: Server, model: str, start: list[float], end: list[float], label: int, steps: int, path: str) -> tuple[str, dict]:
    """The way between two latents, both ends included."""
    m, steps = server.registry.model(model), validation.whole(steps, "steps", 2, MAX_PICTURES)
    a, b = validation.latent(m, start, "start"), validation.latent(m, end, "end")
    k, path = class_number(m, label), validation.one_of(path, "path", PATHS)
    x = ops.interpolate(server.decoder(model), a[0], b[0], steps, validation.label_tensor(m, k), path)
    done = {"model": model, "start": a[0].tolist(), "end": b[0].tolist(), "label": k, "steps": steps}
    done |= {"interpolation": path}  # a key "path" would be taken for a file
    return server.sheet(x, **done), done


def swap(server: Server, model: str, image: str, label: int, targets: list[int]) -> tuple[str, dict]:
    """Keep z of a picture, change its class to each target; none means all."""
    m, info = server.registry.model(model), server.registry.info(model)
    classes = ops.num_classes(m)
    if not classes or not ops.is_autoencoder(m):
        raise InputError("{model} cannot swap: choose a CVAE or a CVAE-GAN", model=model)
    to, k = torch.tensor(chosen_targets(targets, classes)), class_number(m, label, GUESS)
    x = picture(image, info, m)
    y, k, _ = resolve_label(server.registry, info, m, x, k)
    z = ops.encode(m, x, y).mean[0]
    out = torch.cat([ops.swap(m, z, part) for part in to.split(MAX_PICTURES)])  # all characters are 1,296
    done = {"model": model, "label": k, "z": z.tolist(), "targets": to.tolist()}
    return server.sheet(out, **done), done | {"verdicts": server.verdicts(model, out)}


def inpaint(server: Server, model: str, image: str, mask: str, label: int, passes: int, seed: int) -> tuple[str, dict]:
    """Repair the white part of the mask, pass by pass; known pixels stay."""
    m, info = server.registry.model(model), server.registry.info(model)
    if not ops.is_autoencoder(m):
        raise InputError("{model} has no encoder and decoder: choose an autoencoder, or /sample for a PixelCNN", model=model)
    passes, seed = validation.whole(passes, "passes", 1, 100), validation.whole(seed, "seed", 0, validation.SEEDS)
    k, x, gap = class_number(m, label, GUESS), picture(image, info, m), hole(mask, m.config.size)
    y, k, _ = resolve_label(server.registry, info, m, x, k)
    frames = torch.cat(list(ops.inpaint(m, x, gap, y, passes=passes, rng=validation.rng(seed))))
    done = {"model": model, "label": k, "passes": passes, "seed": seed}
    return server.sheet(frames, **done), done | {"change": ops.change_per_pass(m, frames, gap, y, validation.rng(seed))}


def sample(
    server: Server, model: str, label: int, n: int, seed: int, temperature: float,
    image: str | None = None, mask: str | None = None, guidance: float | None = None,
) -> Iterator[tuple[str, dict]]:  # fmt: skip
    """Draw n pictures, a PixelCNN's row by row; with image and mask, complete the white part."""
    m, info = server.registry.model(model), server.registry.info(model)
    n, temperature = validation.whole(n, "n", 1, MAX_PICTURES), validation.real(temperature, "temperature", 0.05, 3)
    k, seed = class_number(m, label), validation.whole(seed, "seed", 0, validation.SEEDS)
    done = {"model": model, "label": k, "n": n, "seed": seed, "temperature": temperature}
    y = validation.label_tensor(m, k, n)
    w = ops.guidance_of(m, None if guidance is None else validation.real(guidance, "guidance", 0, GUIDANCE))
    done |= {"guidance": w} if w else {}
    if isinstance(m, Decoder):
        if image is not None or mask is not None:
            raise InputError("{model} completes nothing: use /inpaint", model=model)
        x = ops.draw(m, n, y, rng=validation.rng(seed), temperature=temperature)
        yield server.sheet(x, **done), done | {"done": 1.0, "final": True}
        return
    if not isinstance(m, PixelNet | PixelGAN):
        raise InputError("{model} draws no pictures: choose a generative model", model=model)
    if (image is None) != (mask is None):
        raise InputError("completion needs both an image and a mask")
    x, gap = (None, None) if image is None else (m.quantize(picture(image, info, m)), hole(mask, m.config.size))
    rng, size = validation.rng(seed), m.config.size
    z = m.prior(n, rng) if isinstance(m, Prior) else None
    done |= {"z": z.tolist()} if z is not None else {}
    drawing = ops.complete(m, n, y, z=z, image=x, mask=gap, rng=rng, temperature=temperature, guidance=w)
    for row, drawn in enumerate(drawing, start=1):
        yield server.sheet(drawn, **done, rows=row), done | {"done": row / size, "final": row == size}


ENDPOINTS = (models, decode, encode, generate, interpolate, swap, inpaint, sample)


def bind(server: Server, function):
    """An endpoint of that server, by its own name."""
    bound: Any = functools.partial(function, server)
    bound.__name__ = function.__name__  # no more of it: Gradio counts by the signature
    return bound


def build(registry) -> None:
    """Register the endpoints.  Their components are never shown; they give the API its types."""
    server = Server(registry, Answers())
    with gr.Row(visible=False):
        model, label = Text(label="model"), Number(0, precision=0, label="label")
        z, start, end, targets = (gr.JSON(label=name) for name in ("z", "start", "end", "targets"))
        image, mask = (Upload(label=name) for name in ("image", "mask"))
        n, seed, passes, steps = (Number(v, label=k) for k, v in (("n", 8), ("seed", 0), ("passes", 10), ("steps", 8)))
        temperature, guidance, path = Number(1.0, label="temperature"), Number(label="guidance"), Text("linear", label="path")
        png, result = gr.Image(label="sheet", type="filepath", format="png"), gr.JSON(label="result")
        button = gr.Button()
    shapes = {
        models: ([], result), decode: ([model, z, label], [png, result]), encode: ([model, image, label], result),
        generate: ([model, label, n, seed, temperature], [png, result]),
        interpolate: ([model, start, end, label, steps, path], [png, result]),
        swap: ([model, image, label, targets], [png, result]),
        inpaint: ([model, image, mask, label, passes, seed], [png, result]),
        sample: ([model, label, n, seed, temperature, image, mask, guidance], [png, result]),
    }  # fmt: skip
    for function, (inputs, outputs) in shapes.items():
        streams = function is sample
        button.click(
            events.guard(bind(server, function)), inputs, outputs, api_name=function.__name__, api_description=function.__doc__, queue=streams,
            concurrency_id="sampling" if streams else None, concurrency_limit=2 if streams else "default", show_progress="hidden",
        )  # fmt: skip
