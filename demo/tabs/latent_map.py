"""Latent map: what does every point of the plane mean?"""

import base64

import gradio as gr
import numpy as np
import torch

from demo import address, captions, controls, events, validation
from demo.registry import SERIES
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
MOST_NATS = 220.0  # where a bar ends: just beyond a collapsed plane's reconstruction; KL at β = 0 goes farther, its number stands
FAR = 1000.0  # no slider goes further


def is_plain(family: Family) -> bool:
    """An autoencoder that is told no class: its z alone decides."""
    return family.is_autoencoder and not family.is_conditional


def planar(registry, dataset: str, series: bool = True) -> list[str]:
    """The models of a data set with a 2-D latent; without `series`, of a VAE at many weights of KL the usual one alone."""
    names = registry.names(dataset, is_plain, series=series)
    return [name for name in names if registry.info(name).config.get("latent_dim") == 2]


def betas(registry, dataset: str) -> list[tuple[float, str]]:
    """The planes that differ in β alone, (β, name), β rising; none where a data set has no such series."""
    series = [name for name in planar(registry, dataset) if SERIES in name]
    return sorted((float(registry.info(name).objective.get("beta", 1)), name) for name in series)


def stops(registry, dataset: str) -> list[tuple[str, str]]:
    """The β slider's stops: what is written at each, and the model there."""
    return [(f"{beta:g}", name) for beta, name in betas(registry, dataset)]


def terms(registry, t, name: str) -> list[dict]:
    """Reconstruction and KL of a plane that stands in a series of β, nats an image, and their bars' shares of the scale; none of others."""
    figures = registry.info(name).figures
    if SERIES not in name or "kl_nats" not in figures:
        return []
    values = {t(f"latent.{key}"): figures[f"{key}_nats"] for key in ("reconstruction", "kl")}
    return [{"title": title, "nats": nats, "share": min(1.0, nats / MOST_NATS)} for title, nats in values.items()]


def codes(registry, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes (N, 2) of the test set and their labels (N,); the prior's circles alone where there are none."""
    return read_codes(registry.folders[name])


def box(registry, name: str) -> list[float]:
    """The part of the plane to show, [x0, x1, y0, y1]: nearly all codes, and the prior's two circles, square."""
    mean, _ = codes(registry, name)
    reach = torch.quantile(mean.abs(), 0.995).item() * 1.05 if len(mean) else 3.0
    side = round(max(3.0, reach), 1)
    return [-side, side, -side, side]


def halves(x: torch.Tensor) -> str:
    return base64.b64encode(x.detach().numpy().astype(np.float16).tobytes()).decode()


def decoder(registry, data: dict, points: int = 3000) -> dict:
    """What the page needs to decode a model's plane by itself: dense layers as float16, some encoded test images, and draws of a learned prior."""
    name = data["name"]
    model = registry.model(name)
    if not isinstance(model, VAE) or model.config.latent_dim != 2:
        raise InputError("{model} has no plane to show: choose a model with a 2-D latent", model=name)
    layers = [layer for layer in model.decoder if isinstance(layer, torch.nn.Linear)]
    mean, label = codes(registry, name)
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


def view(registry, t, dataset: str, name: str, z1: float, z2: float, mode: str, picture: dict | None) -> dict:
    """The pad's value: the chosen model first, then the data set's other planes under the same cursor."""
    names = [name, *(other for other in planar(registry, dataset, series=False) if other != name)]
    z = [validation.real(z1, "z1", -FAR, FAR), validation.real(z2, "z2", -FAR, FAR)]
    x = from_pixels(picture["pixels"]) if picture else None
    models = []
    for other in names:
        model = registry.model(other)
        if getattr(model.config, "latent_dim", 0) != 2:
            raise InputError("{model} has no plane to show: choose a model with a 2-D latent", model=other)
        q = ops.encode(model, x) if x is not None and x.shape[1:] == (model.config.channels,) + (model.config.size,) * 2 else None
        ellipse = q and {"mean": q.mean[0].tolist(), "logvar": [v if v > -1e9 else None for v in q.logvar[0].tolist()]}
        shown = pixels(ops.decode(model, torch.tensor([z])))
        models.append({"name": other, "title": other, "box": box(registry, other), "picture": shown, "ellipse": ellipse})
    return {
        "about": {"model": name},
        "z": z,
        "view": mode,
        "models": models,
        "labels": captions.class_names(t, registry, dataset),
        "terms": terms(registry, t, name),
    }


def spreads(registry, name: str) -> bool:
    """Whether q(z|x) of a model is a cloud to draw from, and not one point."""
    model = registry.model(name)
    q = ops.encode(model, torch.zeros(1, model.config.channels, model.config.size, model.config.size))
    return bool(q.logvar.isfinite().all())


def land(registry, name: str, picture: dict | None, epsilon: bool) -> tuple[float, float]:
    """Where a picture lands: the mean of q(z|x), or with epsilon a fresh draw from it."""
    q = ops.encode(registry.model(name), from_pixels((picture or {}).get("pixels")))
    z = q.sample() if epsilon else q.mean
    return tuple(round(v, 3) for v in z[0].tolist())


def build(registry, t, page) -> None:
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, lambda d: registry.names(d, is_plain))
            model = controls.model_control(t, planar(registry, "mnist"))
            beta = controls.Names(stops(registry, "mnist"), value=None, label=t("latent.beta"), elem_classes="stops")
            z1 = controls.slider(-4, 4, 0, step=0.01, label="z1")
            z2 = controls.slider(-4, 4, 0, step=0.01, label="z2")
            mode = controls.Radio([(t("latent.codes"), "codes"), (t("latent.manifold"), "manifold")], value="codes", label=t("latent.view"))
            picture = picture_pad(registry, t)
            epsilon = gr.Button(t("latent.epsilon"), size="sm")
            address.link_button(t, TAB, {"dataset": dataset, "model": model, "z1": z1, "z2": z2, "view": mode, "picture": picture})
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            pad = LatentPad(server_functions=[events.serve(t, decoder, registry)], text=t.group("pad"), elem_id=f"latent-pad-{t.language}")
            gr.Markdown(t("latent.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/vae.py")
    here = [dataset, model, z1, z2, mode, picture]

    def show(*values):
        return view(registry, t, *values)

    def sync_sliders(pad_value):
        return tuple(round(v, 3) for v in pad_value["z"])

    def slider_range(name, z):
        side = box(registry, name)[1]
        return [gr.update(value=v, minimum=-side, maximum=side) for v in z]

    def draw_button(name):
        able = spreads(registry, name)
        return gr.update(interactive=able, value=t("latent.epsilon" if able else "latent.one_point"))

    def place(dataset, model, mode, picture, epsilon=False):
        z = land(registry, model, picture, epsilon)
        return view(registry, t, dataset, model, *z, mode, picture), *slider_range(model, z)

    def resample(*values):
        return place(*values, epsilon=True)

    def choose(model, dataset, z1, z2, mode, picture):
        side = box(registry, registry.add(model))[1]
        z = [max(-side, min(side, v)) for v in (z1, z2)]
        shown = view(registry, t, dataset, model, *z, mode, picture), *slider_range(model, z), draw_button(model)
        return *shown, series(dataset, model)

    def series(dataset, name):
        """The β slider, at the model's own stop if it has one."""
        known = stops(registry, dataset)
        return gr.update(choices=known, value=name if SERIES in name else None, visible=bool(known))

    def slide(name, *values):
        """Another β: the same place, another plane; the model's own control follows."""
        return name, *choose(name, *values)

    def switch(dataset, mode):
        names = planar(registry, dataset)
        picture, pad_update = controls.initial_picture(t, registry, dataset, DEFAULTS["picture"])
        z = land(registry, names[0], picture, False)
        return (
            view(registry, t, dataset, names[0], *z, mode, picture), *slider_range(names[0], z),
            gr.update(choices=names, value=names[0]), pad_update, draw_button(names[0]), series(dataset, names[0]),
        )  # fmt: skip

    def first(s, names):
        dataset, name = s["dataset"], s["model"]
        picture, pad_update = controls.initial_picture(t, registry, dataset, s["picture"], DEFAULTS["picture"])
        side = box(registry, name)[1]
        asked = (validation.real(s[k], k, -side, side) for k in ("z1", "z2"))
        z = tuple(asked) if s["z1"] and s["z2"] else land(registry, name, picture, False)
        if s["view"] not in VIEWS:
            raise InputError("the map shows {views}", views=" / ".join(VIEWS))
        return (
            view(registry, t, dataset, name, *z, s["view"], picture), *slider_range(name, z), gr.update(choices=names, value=name),
            pad_update, draw_button(name), dataset, s["view"], series(dataset, name),
        )  # fmt: skip

    events.bind_live(status, [z1.input, z2.input, mode.input], show, here, pad)
    events.bind_live(status, [pad.input], sync_sliders, pad, [z1, z2])
    events.bind_live(status, [picture.input], place, [dataset, model, mode, picture], [pad, z1, z2])
    events.bind_live(status, [epsilon.click], resample, [dataset, model, mode, picture], [pad, z1, z2])
    events.bind_live(status, [model.input], choose, [model, dataset, z1, z2, mode, picture], [pad, z1, z2, epsilon, beta])
    events.bind_live(status, [beta.input], slide, [beta, dataset, z1, z2, mode, picture], [model, pad, z1, z2, epsilon, beta])
    events.bind_live(status, [dataset.input], switch, [dataset, mode], [pad, z1, z2, model, picture, epsilon, beta])
    address.load_state(t, page, TAB, DEFAULTS, lambda d: planar(registry, d), first, [pad, z1, z2, model, picture, epsilon, dataset, mode, beta])
