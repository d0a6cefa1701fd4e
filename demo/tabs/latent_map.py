"""Latent map: what does every point of the plane mean?"""

import base64

import gradio as gr
import numpy as np
import torch

from demo import parts
from demo.uploads import picture_pad
from demo.widgets import LatentPad
from demo.widgets.base import from_pixels, pixels
from genlib import ops
from genlib.checkpoint import read_codes
from genlib.errors import InputError
from genlib.families import Family
from genlib.models.aegan import AEGAN
from genlib.models.vae import VAE

TAB = "latent"
DEFAULTS = {"dataset": "mnist", "model": "vae2d-mnist", "z1": "", "z2": "", "view": "codes", "picture": "0"}
VIEWS = ("codes", "manifold")
FAR = 1000.0  # no slider goes further


def is_plain(family: Family) -> bool:
    """An autoencoder that is told no class: its z alone decides."""
    return family.is_autoencoder and not family.is_conditional


def planar(shelf, dataset: str, series: bool = True) -> list[str]:
    """The models of a data set with a 2-D latent; without `series`, of a VAE at many weights of KL the usual one alone."""
    names = shelf.names(dataset, is_plain, series=series)
    return [name for name in names if shelf.info(name).config.get("latent_dim") == 2]


def codes(shelf, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes (N, 2) of the test set and their labels (N,); the prior's circles alone where there are none."""
    return read_codes(shelf.folders[name])


def box(shelf, name: str) -> list[float]:
    """The part of the plane to show, [x0, x1, y0, y1]: nearly all codes, and the prior's two circles, square."""
    mean, _ = codes(shelf, name)
    reach = torch.quantile(mean.abs(), 0.995).item() * 1.05 if len(mean) else 3.0
    side = round(max(3.0, reach), 1)
    return [-side, side, -side, side]


def halves(x: torch.Tensor) -> str:
    return base64.b64encode(x.detach().numpy().astype(np.float16).tobytes()).decode()


def decoder(shelf, data: dict, points: int = 3000) -> dict:
    """What the page needs to decode a model's plane by itself: dense layers as float16, some encoded test images, and draws of a learned prior."""
    name = data["name"]
    model = shelf.model(name)
    if not isinstance(model, VAE) or model.config.latent_dim != 2:
        raise InputError("{model} has no plane to show: choose a model with a 2-D latent", model=name)
    layers = [layer for layer in model.decoder if isinstance(layer, torch.nn.Linear)]
    mean, label = codes(shelf, name)
    drawn = torch.zeros(0, 2)
    if isinstance(model, AEGAN):  # a prior that was learned
        with torch.inference_mode():
            drawn = model.prior(points // 4, torch.Generator().manual_seed(0))
    return {
        "drawn": halves(drawn),
        "layers": [{"weight": halves(layer.weight), "bias": halves(layer.bias)} for layer in layers],
        "points": halves(mean[:points]), "labels": base64.b64encode(label[:points].numpy().tobytes()).decode(),
        "w": model.config.size, "h": model.config.size,
    }  # fmt: skip


def view(shelf, t, dataset: str, name: str, z1: float, z2: float, mode: str, picture: dict | None) -> dict:
    """The pad's value: the chosen model first, then the data set's other planes under the same cursor."""
    names = [name, *(other for other in planar(shelf, dataset, series=False) if other != name)]
    z = [parts.real(z1, "z1", -FAR, FAR), parts.real(z2, "z2", -FAR, FAR)]
    x = from_pixels(picture["pixels"]) if picture else None
    models = []
    for other in names:
        model = shelf.model(other)
        if getattr(model.config, "latent_dim", 0) != 2:
            raise InputError("{model} has no plane to show: choose a model with a 2-D latent", model=other)
        q = ops.encode(model, x) if x is not None and x.shape[1:] == (model.config.channels,) + (model.config.size,) * 2 else None
        ellipse = q and {"mean": q.mean[0].tolist(), "logvar": [v if v > -1e9 else None for v in q.logvar[0].tolist()]}
        shown = pixels(ops.decode(model, torch.tensor([z])))
        models.append({"name": other, "title": other, "box": box(shelf, other), "picture": shown, "ellipse": ellipse})
    return {"about": {"model": name}, "z": z, "view": mode, "models": models, "labels": parts.class_names(t, shelf, dataset)}


def spreads(shelf, name: str) -> bool:
    """Whether q(z|x) of a model is a cloud to draw from, and not one point."""
    model = shelf.model(name)
    q = ops.encode(model, torch.zeros(1, model.config.channels, model.config.size, model.config.size))
    return bool(q.logvar.isfinite().all())


def land(shelf, name: str, picture: dict | None, epsilon: bool) -> tuple[float, float]:
    """Where a picture lands: the mean of q(z|x), or with epsilon a fresh draw from it."""
    q = ops.encode(shelf.model(name), from_pixels((picture or {}).get("pixels")))
    z = q.sample() if epsilon else q.mean
    return tuple(round(v, 3) for v in z[0].tolist())


def build(shelf, t, page) -> None:
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = parts.dataset_control(t, lambda d: shelf.names(d, is_plain))
            model = parts.model_control(t, planar(shelf, "mnist"))
            z1 = parts.slider(-4, 4, 0, step=0.01, label="z1")
            z2 = parts.slider(-4, 4, 0, step=0.01, label="z2")
            mode = parts.Radio(
                [(t("latent.codes"), "codes"), (t("latent.manifold"), "manifold")], value="codes", label=t("latent.view")
            )
            picture = picture_pad(shelf, t)
            epsilon = gr.Button(t("latent.epsilon"), size="sm")
            parts.link_button(t, TAB, {"dataset": dataset, "model": model, "z1": z1, "z2": z2, "view": mode, "picture": picture})
        with gr.Column(elem_classes="stage"):
            said = parts.question(t, TAB)
            pad = LatentPad(server_functions=[parts.served(t, decoder, shelf)], text=t.group("pad"), elem_id=f"latent-pad-{t.language}")
            gr.Markdown(t("latent.look"), elem_classes="look")
            parts.foot(t, TAB, "genlib/models/vae.py")
    here = [dataset, model, z1, z2, mode, picture]

    def show(*values):
        return view(shelf, t, *values)

    def settle(pad_value):
        return tuple(round(v, 3) for v in pad_value["z"])

    def ranged(name, z):
        side = box(shelf, name)[1]
        return [gr.update(value=v, minimum=-side, maximum=side) for v in z]

    def redrawing(name):
        able = spreads(shelf, name)
        return gr.update(interactive=able, value=t("latent.epsilon" if able else "latent.one_point"))

    def place(dataset, model, mode, picture, epsilon=False):
        z = land(shelf, model, picture, epsilon)
        return view(shelf, t, dataset, model, *z, mode, picture), *ranged(model, z)

    def resample(*values):
        return place(*values, epsilon=True)

    def choose(model, dataset, z1, z2, mode, picture):
        side = box(shelf, shelf.add(model))[1]
        z = [max(-side, min(side, v)) for v in (z1, z2)]
        return view(shelf, t, dataset, model, *z, mode, picture), *ranged(model, z), redrawing(model)

    def switch(dataset, mode):
        names = planar(shelf, dataset)
        picture, pad_update = parts.opened(t, shelf, dataset, DEFAULTS["picture"])
        z = land(shelf, names[0], picture, False)
        return (
            view(shelf, t, dataset, names[0], *z, mode, picture), *ranged(names[0], z),
            gr.update(choices=names, value=names[0]), pad_update, redrawing(names[0]),
        )  # fmt: skip

    def first(s, names):
        dataset, name = s["dataset"], s["model"]
        picture, pad_update = parts.opened(t, shelf, dataset, s["picture"], DEFAULTS["picture"])
        side = box(shelf, name)[1]
        asked = (parts.real(s[k], k, -side, side) for k in ("z1", "z2"))
        z = tuple(asked) if s["z1"] and s["z2"] else land(shelf, name, picture, False)
        if s["view"] not in VIEWS:
            raise InputError("the map shows {views}", views=" / ".join(VIEWS))
        return (
            view(shelf, t, dataset, name, *z, s["view"], picture), *ranged(name, z), gr.update(choices=names, value=name),
            pad_update, redrawing(name), dataset, s["view"],
        )  # fmt: skip

    parts.live(said, [z1.input, z2.input, mode.input], show, here, pad)
    parts.live(said, [pad.input], settle, pad, [z1, z2])
    parts.live(said, [picture.input], place, [dataset, model, mode, picture], [pad, z1, z2])
    parts.live(said, [epsilon.click], resample, [dataset, model, mode, picture], [pad, z1, z2])
    parts.live(said, [model.input], choose, [model, dataset, z1, z2, mode, picture], [pad, z1, z2, epsilon])
    parts.live(said, [dataset.input], switch, [dataset, mode], [pad, z1, z2, model, picture, epsilon])
    parts.load(t, page, TAB, DEFAULTS, lambda d: planar(shelf, d), first, [pad, z1, z2, model, picture, epsilon, dataset, mode])
