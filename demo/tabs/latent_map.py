"""Latent map: what does every point of the plane mean?"""

import base64
import dataclasses
import functools

import gradio as gr
import numpy as np
import torch

from demo import address, captions, controls, events, validation
from demo.registry import SERIES
from demo.uploads import picture_pad
from demo.widgets import LatentPad
from demo.widgets.base import from_pixels, pixels
from genlib import ops
from genlib.checkpoint import Codes, read_codes
from genlib.errors import InputError
from genlib.families import Family
from genlib.models.aegan import AEGAN
from genlib.models.vae import VAE

TAB = "latent"
VIEWS = ("codes", "manifold")
MOST_NATS = 220.0  # where a bar ends: just beyond a collapsed plane's reconstruction; KL at β = 0 goes farther, its number stands
FAR = 1000.0  # no slider goes further


@dataclasses.dataclass(frozen=True)
class State:
    """What a person can set.  z1, z2: None for where the picture lands.  picture: a pad's value; in an address a sample's number or pixels."""

    dataset: str = "mnist"
    model: str = "vae2d-mnist"
    z1: float | None = None
    z2: float | None = None
    view: str = "codes"
    picture: str | dict | None = "0"


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


def codes(registry, name: str) -> Codes:
    """Where the test set lies; the prior's circles alone where that is not known."""
    return read_codes(registry.folders[name])


def box(registry, name: str) -> list[float]:
    """The part of the plane to show, [x0, x1, y0, y1]: nearly all codes, and the prior's two circles, square."""
    mean = codes(registry, name).mean
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
    mean, _, label = codes(registry, name)
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


def posterior(model, x: torch.Tensor | None) -> dict | None:
    """q(z|x) of a picture, which a model may know the kind of or not; a spread of none is None."""
    if x is None or x.shape[1:] != (model.config.channels, *[model.config.size] * 2):
        return None
    q = ops.encode(model, x)
    return {"mean": q.mean[0].tolist(), "logvar": [v if v > -1e9 else None for v in q.logvar[0].tolist()]}


def plane(registry, name: str, z: list[float], x: torch.Tensor | None) -> dict:
    """A model's plane: the part shown, what z decodes to, and where the picture lies.  Raises InputError for a model without one."""
    model = registry.model(name)
    if getattr(model.config, "latent_dim", 0) != 2:
        raise InputError("{model} has no plane to show: choose a model with a 2-D latent", model=name)
    decoded = pixels(ops.decode(model, torch.tensor([z])))
    return {"name": name, "title": name, "box": box(registry, name), "picture": decoded, "ellipse": posterior(model, x)}


def view(registry, t, s: State) -> dict:
    """The pad's value: the chosen model first, then the data set's other planes under the same cursor."""
    names = [s.model, *(other for other in planar(registry, s.dataset, series=False) if other != s.model)]
    z = [validation.real(s.z1, "z1", -FAR, FAR), validation.real(s.z2, "z2", -FAR, FAR)]
    x = from_pixels(s.picture["pixels"]) if s.picture else None
    return {
        "about": {"model": s.model},
        "z": z,
        "view": validation.one_of(s.view, "the map's view", VIEWS),
        "models": [plane(registry, name, z, x) for name in names],
        "labels": captions.class_names(t, registry, s.dataset),
        "terms": terms(registry, t, s.model),
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
    z1, z2 = z[0].tolist()
    return round(z1, 3), round(z2, 3)


def show(registry, t, s: State) -> dict:
    return {"pad": view(registry, t, s)}


def sync_sliders(pad: dict) -> tuple[float, float]:
    z1, z2 = pad["z"]
    return round(z1, 3), round(z2, 3)


def place(registry, t, s: State, epsilon: bool = False) -> dict:
    """The cursor where the picture lands, or at a draw from its q(z|x)."""
    z1, z2 = land(registry, s.model, s.picture, epsilon)
    return show_at(registry, t, dataclasses.replace(s, z1=z1, z2=z2))


def resample(registry, t, s: State) -> dict:
    return place(registry, t, s, epsilon=True)


def show_at(registry, t, s: State) -> dict:
    """A plane with the cursor within it, and the controls that follow the model."""
    low, high = box(registry, s.model)[:2]
    z1, z2 = (max(low, min(high, z)) for z in (s.z1, s.z2))
    able, known = spreads(registry, s.model), stops(registry, s.dataset)
    return {
        "pad": view(registry, t, dataclasses.replace(s, z1=z1, z2=z2)),
        "z1": gr.update(value=z1, minimum=low, maximum=high),
        "z2": gr.update(value=z2, minimum=low, maximum=high),
        "epsilon": gr.update(interactive=able, value=t("latent.epsilon" if able else "latent.one_point")),
        "beta": gr.update(choices=known, value=s.model if SERIES in s.model else None, visible=bool(known)),
    }


def choose(registry, t, s: State) -> dict:
    registry.add(s.model)
    return show_at(registry, t, s)


def slide(registry, t, s: State) -> dict:
    """Another β: the same place, another plane; the model's own control follows."""
    return choose(registry, t, s) | {"model": s.model}


def open_state(registry, t, s: State, initial: State = State()) -> dict:
    """What a fresh page shows, or one of another data set: the cursor where the picture lands, unless the address says where."""
    names = planar(registry, s.dataset)
    picture, pad = controls.initial_picture(t, registry, s.dataset, str(s.picture), initial.picture)
    s = dataclasses.replace(s, picture=picture)
    shown = place(registry, t, s) if s.z1 is None or s.z2 is None else show_at(registry, t, s)
    return shown | {
        "dataset": s.dataset,
        "view": s.view,
        "picture": pad,
        "model": gr.update(choices=captions.model_choices(t, registry, names), value=s.model),
    }


def switch(registry, t, s: State) -> dict:
    return open_state(registry, t, State(dataset=s.dataset, model=planar(registry, s.dataset)[0], view=s.view))


def build(registry, t, page) -> None:
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, lambda d: registry.names(d, is_plain))
            model = controls.model_control(t, captions.model_choices(t, registry, planar(registry, "mnist")))
            beta = controls.Names(stops(registry, "mnist"), value=None, label=t("latent.beta"), elem_classes="stops")
            z1 = controls.slider(-4, 4, 0, step=0.01, label="z1")
            z2 = controls.slider(-4, 4, 0, step=0.01, label="z2")
            mode = controls.Radio([(t("latent.codes"), "codes"), (t("latent.manifold"), "manifold")], value="codes", label=t("latent.view"))
            picture = picture_pad(registry, t)
            epsilon = gr.Button(t("latent.epsilon"), size="sm")
            components = {"dataset": dataset, "model": model, "z1": z1, "z2": z2, "view": mode, "picture": picture}
            address.link_button(t, TAB, components)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            pad = LatentPad(server_functions=[events.serve(t, decoder, registry)], text=t.group("pad"), elem_id=f"latent-pad-{t.language}")
            gr.Markdown(t("latent.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/vae.py")
    outputs = components | {"pad": pad, "epsilon": epsilon, "beta": beta}

    def bind(triggers, function, **instead):
        events.bind_state(status, triggers, function, State, components | instead, outputs, registry, t)

    bind([z1.input, z2.input, mode.input], show)
    bind([picture.input], place)
    bind([epsilon.click], resample)
    bind([model.input], choose)
    bind([beta.input], slide, model=beta)
    bind([dataset.input], switch)
    address.bind_load(t, page, TAB, State(), functools.partial(planar, registry), open_state, outputs, registry, t)
    events.bind_live(status, [pad.input], sync_sliders, pad, [z1, z2])
