"""The HTTP API: eight public endpoints, thin over the library.  Pictures are PNG sheets at native resolution."""

import threading
from pathlib import Path

import gradio as gr
import torch
from gradio.data_classes import FileData

from demo import events, validation
from demo.answers import Answers
from demo.limits import UPLOAD
from demo.registry import ModelRegistry
from demo.tabs.inpainting import changes
from demo.validation import GUESS
from genlib import images, ops, preparation
from genlib.errors import InputError
from genlib.limits import GUIDANCE
from genlib.models.base import Decoder, Encoder, Prior
from genlib.models.pixelgan import PixelGAN
from genlib.ops.latent import PATHS
from genlib.ops.pixels import PixelNet

MOST = 64  # pictures in one answer
READING = threading.BoundedSemaphore(2)  # uploads in memory at once, whoever waits for his turn to be decoded


class Text(gr.Textbox):
    """An argument as it came: the endpoint judges it, in a sentence that names the argument."""

    is_template = True

    def preprocess(self, payload):
        return payload


class Number(gr.Number):
    """The same; gr.Number would make 2 of 1.5, and a TypeError of "x"."""

    is_template = True

    def preprocess(self, payload):
        return payload


class Upload(gr.File):
    """The path of a file that was uploaded: its bytes are read when their turn comes."""

    is_template = True

    def preprocess(self, payload: FileData | None) -> str | None:
        return None if payload is None else payload.path


def read(path: str) -> bytes:
    """The bytes of an upload.  Raises PictureError for more than UPLOAD."""
    if Path(path).stat().st_size > UPLOAD:
        raise images.PictureError("The file is over {size} MB: choose a smaller one.", size=UPLOAD // 10**6)
    return Path(path).read_bytes()


def picture(path: str | None, info, model) -> torch.Tensor:
    """An upload as the model knows pictures, (1, C, H, W).  Raises PictureError."""
    if path is None:
        raise images.PictureError("Send a picture.")
    with READING:
        return preparation.prepare(read(path), preparation.kind_of(info), model.config.size, model.config.channels).x


def hole(path: str | None, size: int) -> torch.Tensor:
    """A mask upload as a bool (H, W), True where it is white.  Raises InputError for another size."""
    if path is None:
        raise images.PictureError("Send a mask, white in the hole.")
    with READING:
        mask = images.open_picture(read(path))
    if mask.size != (size, size):
        raise InputError(
            "the mask is {width}×{height}, the picture {size}×{size}: send one of that size", width=mask.width, height=mask.height, size=size
        )
    return images.to_tensor(images.square(mask, size, 1))[0, 0] > 0.5


def resolve_label(registry, info, model, x: torch.Tensor, k: int | None) -> tuple[torch.Tensor | None, int, list | None]:
    """The class to encode with, given or (−1) guessed: as a tensor, a number, and P(c|x)."""
    p = registry.guess(info.dataset, x)[0] if registry.classifier(info.dataset) is not None else None
    if not ops.num_classes(model):
        return None, int(p.argmax()) if p is not None else GUESS, p.tolist() if p is not None else None
    if k is None or k == GUESS:
        k = int((registry.guess(info.dataset, x)[0] if p is None else p).argmax())  # without a classifier, its refusal
    return torch.tensor([k]), k, p.tolist() if p is not None else None


def verdict(registry, info, x: torch.Tensor) -> list[dict] | None:
    """What the classifier reads in each picture."""
    if registry.classifier(info.dataset) is None or x.shape[-1] != registry.classifier(info.dataset).config.size:
        return None
    p, k = (torch.cat(v) for v in zip(*(registry.guess(info.dataset, some).max(dim=1) for some in x.split(MOST)), strict=True))
    return [{"label": int(i), "probability": round(float(v), 6)} for v, i in zip(p, k, strict=True)]


def class_number(model, label, least: int = 0) -> int | None:
    """A label as the model's class; any whole number, or none, for a model that knows no classes.  Raises InputError."""
    classes = ops.num_classes(model)
    if not classes and label is None:
        return None
    return validation.whole(label, "label", least, classes - 1 if classes else validation.SEEDS)


def chosen_targets(targets, classes: int) -> list[int]:
    """The classes to swap to: those of a list or its JSON, all where there are none.  Raises InputError."""
    targets = validation.parse_list([] if targets in (None, "") else targets, "targets")
    if len(targets) > MOST:
        raise InputError("targets must be a list of at most {most} classes", most=MOST)
    return [validation.whole(k, "a target", 0, classes - 1) for k in targets] or list(range(classes))


def endpoints(registry: ModelRegistry, answers: Answers) -> dict:
    """The functions by name; the docstrings are the documentation."""

    def sheet(x: torch.Tensor, **about) -> str:
        """A file of one row of pictures, its text chunk saying what made it."""
        return answers.file(images.png(x, **about))

    def models():
        """Every model: name, family, data set, labels, latent_dim, figures."""
        return [
            {"name": name, "family": i.model, "dataset": i.dataset, "labels": list(i.labels), "latent_dim": i.config.get("latent_dim"), "figures": i.figures}
            for name, i in registry.offers().items()
        ]  # fmt: skip

    def decode(model, z, label):
        """One z and a class to a picture."""
        m = registry.model(model)
        z, label = validation.latent(m, z), class_number(m, label)
        if not isinstance(m, Decoder):
            raise InputError("{model} has no latent: use /sample", model=model)
        x = ops.decode(m, z, validation.label_tensor(m, label))
        return sheet(x, model=model, z=z[0].tolist(), label=label), {"model": model, "z": z[0].tolist(), "label": label}

    def encode(model, image, label):
        """A picture to q(z|x,c); label −1 lets the classifier guess."""
        m, info = registry.model(model), registry.info(model)
        if not isinstance(m, Encoder):
            raise InputError("{model} has no encoder: choose an autoencoder", model=model)
        label, x = class_number(m, label, GUESS), picture(image, info, m)
        y, k, p = resolve_label(registry, info, m, x, label)
        q = ops.encode(m, x, y)
        logvar = [v if v > -1e9 else None for v in q.logvar[0].tolist()]
        return {"mean": q.mean[0].tolist(), "logvar": logvar, "label": k, "probabilities": p}

    def generate(model, label, n, seed, temperature):
        """n samples of a class."""
        m, info = registry.model(model), registry.info(model)
        n, temperature = validation.whole(n, "n", 1, MOST), validation.real(temperature, "temperature", 0, 3)
        label, seed = class_number(m, label), validation.whole(seed, "seed", 0, validation.SEEDS)
        if not isinstance(m, Decoder):
            raise InputError("{model} has no latent: use /sample", model=model)
        z = temperature * m.prior(n, validation.rng(seed))
        x = ops.decode(m, z, validation.label_tensor(m, label, n))
        done = {"model": model, "label": label, "n": n, "seed": seed, "temperature": temperature}
        return sheet(x, **done), done | {"z": z.tolist(), "verdicts": verdict(registry, info, x)}

    def interpolate(model, start, end, label, steps, path):
        """The way between two latents, both ends included."""
        m, steps = registry.model(model), validation.whole(steps, "steps", 2, MOST)
        a, b = validation.latent(m, start, "start"), validation.latent(m, end, "end")
        label, path = class_number(m, label), validation.one_of(path, "path", PATHS)
        if not isinstance(m, Decoder):
            raise InputError("{model} has no latent: use /sample", model=model)
        x = ops.interpolate(m, a[0], b[0], steps, validation.label_tensor(m, label), path)
        done = {
            "model": model,
            "start": a[0].tolist(),
            "end": b[0].tolist(),
            "label": label,
            "steps": steps,
            "interpolation": path,
        }  # a key "path" would be taken for a file
        return sheet(x, **done), done

    def swap(model, image, label, targets):
        """Keep z of a picture, change its class to each target; none means all."""
        m, info = registry.model(model), registry.info(model)
        classes = ops.num_classes(m)
        if not classes or not ops.is_autoencoder(m):
            raise InputError("{model} cannot swap: choose a CVAE or a CVAE-GAN", model=model)
        targets, label = torch.tensor(chosen_targets(targets, classes)), class_number(m, label, GUESS)
        x = picture(image, info, m)
        y, k, _ = resolve_label(registry, info, m, x, label)
        z = ops.encode(m, x, y).mean[0]
        out = torch.cat([ops.swap(m, z, some) for some in targets.split(MOST)])  # all characters are 1,296
        done = {"model": model, "label": k, "z": z.tolist(), "targets": targets.tolist()}
        return sheet(out, **done), done | {"verdicts": verdict(registry, info, out)}

    def inpaint(model, image, mask, label, passes, seed):
        """Repair the white part of the mask, pass by pass; known pixels stay."""
        m, info = registry.model(model), registry.info(model)
        if not ops.is_autoencoder(m):
            raise InputError("{model} has no encoder and decoder: choose an autoencoder, or /sample for a PixelCNN", model=model)
        passes, seed = validation.whole(passes, "passes", 1, 100), validation.whole(seed, "seed", 0, validation.SEEDS)
        label, x, gap = class_number(m, label, GUESS), picture(image, info, m), hole(mask, m.config.size)
        y, k, _ = resolve_label(registry, info, m, x, label)
        frames = torch.cat(list(ops.inpaint(m, x, gap, y, passes=passes, rng=validation.rng(seed))))
        done = {"model": model, "label": k, "passes": passes, "seed": seed}
        return sheet(frames, **done), done | {"change": changes(m, gap, frames, y, seed)}

    def sample(model, label, n, seed, temperature, image=None, mask=None, guidance=None):
        """Draw n pictures, a PixelCNN's row by row; with image and mask, complete the white part."""
        m, info = registry.model(model), registry.info(model)
        n, temperature = validation.whole(n, "n", 1, MOST), validation.real(temperature, "temperature", 0.05, 3)
        label, seed = class_number(m, label), validation.whole(seed, "seed", 0, validation.SEEDS)
        done = {"model": model, "label": label, "n": n, "seed": seed, "temperature": temperature}
        y = validation.label_tensor(m, label, n)
        w = ops.guidance_of(m, None if guidance is None else validation.real(guidance, "guidance", 0, GUIDANCE))
        done |= {"guidance": w} if w else {}
        if isinstance(m, Decoder):
            if image is not None or mask is not None:
                raise InputError("{model} completes nothing: use /inpaint", model=model)
            yield (
                sheet(ops.draw(m, n, y, rng=validation.rng(seed), temperature=temperature), **done),
                done | {"done": 1.0, "final": True},
            )
            return
        if not isinstance(m, PixelNet | PixelGAN):
            raise InputError("{model} draws no pictures: choose a generative model", model=model)
        if (image is None) != (mask is None):
            raise InputError("completion needs both an image and a mask")
        x, gap = (None, None) if image is None else (m.quantize(picture(image, info, m)), hole(mask, m.config.size))
        size = m.config.size
        rng = validation.rng(seed)
        z = m.prior(n, rng) if isinstance(m, Prior) else None
        done |= {"z": z.tolist()} if z is not None else {}
        drawing = ops.complete(m, n, y, z=z, image=x, mask=gap, rng=rng, temperature=temperature, guidance=w)
        for row, drawn in enumerate(drawing, start=1):
            yield sheet(drawn, **done, rows=row), done | {"done": row / size, "final": row == size}

    return {f.__name__: f for f in (models, decode, encode, generate, interpolate, swap, inpaint, sample)}


def build(registry) -> None:
    """Register the endpoints.  Their components are never shown; they give the API its types."""
    f = endpoints(registry, Answers())
    with gr.Row(visible=False):
        model, label = Text(label="model"), Number(0, precision=0, label="label")
        z, start, end, targets = (gr.JSON(label=name) for name in ("z", "start", "end", "targets"))
        image, mask = (Upload(label=name) for name in ("image", "mask"))
        n, seed, passes, steps = (Number(v, label=k) for k, v in (("n", 8), ("seed", 0), ("passes", 10), ("steps", 8)))
        temperature, guidance, path = Number(1.0, label="temperature"), Number(label="guidance"), Text("linear", label="path")
        png, said = gr.Image(label="sheet", type="filepath", format="png"), gr.JSON(label="result")
        button = gr.Button()
    shapes = {
        "models": ([], said), "decode": ([model, z, label], [png, said]), "encode": ([model, image, label], said),
        "generate": ([model, label, n, seed, temperature], [png, said]),
        "interpolate": ([model, start, end, label, steps, path], [png, said]),
        "swap": ([model, image, label, targets], [png, said]),
        "inpaint": ([model, image, mask, label, passes, seed], [png, said]),
        "sample": ([model, label, n, seed, temperature, image, mask, guidance], [png, said]),
    }  # fmt: skip
    for name, (inputs, outputs) in shapes.items():
        streams = name == "sample"
        button.click(
            events.guard(f[name]), inputs, outputs, api_name=name, api_description=f[name].__doc__, queue=streams,
            concurrency_id="sampling" if streams else None, concurrency_limit=2 if streams else "default", show_progress="hidden",
        )  # fmt: skip
