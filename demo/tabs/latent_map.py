"""Latent map: what does every point of the plane mean?"""

import dataclasses
import functools
from typing import Any

import gradio as gr
import torch

from demo import address, captions, controls, events, tensors, validation
from demo.registry import SERIES
from demo.uploads import picture_pad
from demo.widgets import LatentPad
from demo.widgets.base import from_pixels, pixels
from genlib import ops
from genlib.checkpoint import read_codes
from genlib.errors import InputError
from genlib.families import FAMILIES, Family

TAB = "latent"
MOST_NATS = 220.0  # where a bar ends: just beyond a collapsed plane's reconstruction; KL at β = 0 goes farther, its number stands
FAR = 1000.0  # no cursor goes further


@dataclasses.dataclass(frozen=True)
class State:
    """What a person can set; the fields from z1 to draws in the pad itself.  A window is "z1,z2,half": its middle and half its side; "" is all.

    picture: a picture pad's value; in an address a sample's number or pixels.
    """

    dataset: str = "mnist"
    model: str = "vae2d-mnist"
    other: str = "ae2d-mnist"  # beside it; "" for one large plane
    z1: float | None = None  # None, both: where the picture lands
    z2: float | None = None
    layers: str = "codes-circles"
    window: str = ""
    other_window: str = ""
    draws: int | None = None  # the seed of 200 draws of N(0, I); None where none were dropped
    picture: Any = "0"


def is_plain(family: Family) -> bool:
    """An autoencoder that is told no class: its z alone decides."""
    return family.is_autoencoder and not family.is_conditional


def planar(registry, dataset: str, series: bool = True) -> list[str]:
    """The models of a data set with a 2-D latent; without `series`, of a VAE at many weights of KL the usual one alone."""
    names = registry.names(dataset, is_plain, series=series)
    return [name for name in names if registry.info(name).config.get("latent_dim") == 2]


def series(registry, dataset: str) -> list[str]:
    """The planes that differ in β alone, β rising; none where a data set has no such series."""
    return sorted((name for name in planar(registry, dataset) if SERIES in name), key=lambda name: beta(registry, name))


def beta(registry, name: str) -> float:
    return float(registry.info(name).objective.get("beta", 1))


def title(registry, t, name: str) -> str:
    """What people call a plane: its family, and β where that is all it differs in; its own name where a visitor named it."""
    info = registry.info(name)
    if name in registry.own:
        return captions.model_title(t, registry, name)
    family = FAMILIES[info.model].title
    if SERIES in name:
        return f"{family}, β = {beta(registry, name):g}"
    return family if name == f"{info.model}2d-{info.dataset}" else name


def terms(registry, t, name: str) -> list[dict]:
    """Reconstruction and KL of a plane that stands in a series of β, nats an image, and their bars' shares of the scale; none of others."""
    figures = registry.info(name).figures
    if SERIES not in name or "kl_nats" not in figures:
        return []
    values = {t(f"latent.{key}"): figures[f"{key}_nats"] for key in ("reconstruction", "kl")}
    return [{"title": name, "nats": nats, "share": min(1.0, nats / MOST_NATS)} for name, nats in values.items()]


@functools.lru_cache(maxsize=64)
def reach(folder) -> float:
    """`extent` of the codes that a checkpoint keeps."""
    return extent(read_codes(folder).mean)


def extent(mean: torch.Tensor) -> float:
    """Half the side of the part of a plane to show, about 0: nearly all codes (N, 2), and the prior's circles."""
    far = torch.quantile(mean.abs(), 0.998).item() * 1.05 if len(mean) else 3.0
    return round(max(3.0, far), 1)


def reach_of(registry, name: str) -> float:
    return extent(tensors.plane_codes(registry, name).mean) if name in registry.own else reach(registry.folders[registry.add(name)])


def posterior(model, x: torch.Tensor | None) -> dict | None:
    """q(z|x) of a picture, which a model may know the kind of or not; the spread of a point is None."""
    if x is None or x.shape[1:] != (model.config.channels, *[model.config.size] * 2):
        return None
    q = ops.encode(model, x)
    return {"mean": q.mean[0].tolist(), "logvar": [v if v > -1e9 else None for v in q.logvar[0].tolist()]}


def encode(registry, data: dict) -> dict:
    """What the page asks when it has moved to another β by itself."""
    return {"posterior": posterior(plane_model(registry, data["name"]), from_pixels(data["pixels"], most=1))}


def plane_model(registry, name: str):
    """Raises InputError for a model without a plane."""
    if registry.info(name).config.get("latent_dim") != 2:
        raise InputError("{model} has no plane to show: choose a model with a 2-D latent", model=name)
    return registry.model(name)


def outline(registry, t, name: str) -> dict:
    """A plane's name, measured terms and extent, and where the page fetches its decoder and codes."""
    return {
        "name": name, "title": title(registry, t, name), "reach": reach_of(registry, name), "source": tensors.address(registry, name),
        "terms": terms(registry, t, name),
    }  # fmt: skip


def plane(registry, t, name: str, z: list[float], x: torch.Tensor | None) -> dict:
    """The outline, what z decodes to until the page can tell by itself, and where the picture lies.  Raises InputError for a model without one."""
    model = plane_model(registry, name)
    return outline(registry, t, name) | {"picture": pixels(ops.decode(model, torch.tensor([z]))), "posterior": posterior(model, x)}


def stands_alone(registry, name: str) -> bool:
    """Whether a plane is of pictures that somebody brought: its classes are others than the planes' beside it, and no judge here knows them."""
    return registry.info(name).dataset == "folder"


def view(registry, t, s: State) -> dict:
    """The pad's value: one plane or two under the same cursor."""
    is_alone = stands_alone(registry, s.model)
    z = [validation.real(s.z1, "z1", -FAR, FAR), validation.real(s.z2, "z2", -FAR, FAR)]
    x = from_pixels(s.picture["pixels"]) if s.picture else None
    names = [s.model] + [s.other] * (s.other not in ("", s.model) and not is_alone)
    beside, judge = [] if is_alone else series(registry, s.dataset), "" if is_alone else f"lenet-{s.dataset}"
    return {
        "about": {"model": s.model},
        "state": {"z1": z[0], "z2": z[1], "layers": s.layers, "window": s.window, "other_window": s.other_window, "draws": s.draws},
        "planes": [plane(registry, t, name, z, x) for name in names],
        "series": [outline(registry, t, name) | {"label": f"{beta(registry, name):g}"} for name in beside],
        "labels": captions.class_names(t, registry, s.dataset, s.model if is_alone else None),
        "judge": tensors.address(registry, judge) if judge in registry.infos else "",
        "picture": s.picture["pixels"] if s.picture else None,
    }


def land(registry, name: str, picture: dict | None) -> tuple[float, float]:
    """Where a picture lands: the mean of q(z|x)."""
    z1, z2 = ops.encode(plane_model(registry, name), from_pixels((picture or {}).get("pixels"))).mean[0].tolist()
    return round(z1, 5), round(z2, 5)


def place(registry, t, s: State) -> dict:
    """The cursor where the picture lands."""
    z1, z2 = land(registry, s.model, s.picture)
    return {"pad": view(registry, t, dataclasses.replace(s, z1=z1, z2=z2))}


def choose(registry, t, s: State) -> dict:
    """Other planes, shown whole, the cursor within the first."""
    side = reach_of(registry, s.model)
    z1, z2 = (max(-side, min(side, z)) for z in (s.z1 or 0.0, s.z2 or 0.0))
    return {"pad": view(registry, t, dataclasses.replace(s, z1=z1, z2=z2, window="", other_window=""))}


def take_model(registry, t, s: State) -> dict:
    """`choose`; of a visitor's own the cursor where a picture of theirs lands."""
    own = controls.own_picture(t, registry, s.dataset, s.model)
    if not own:
        return choose(registry, t, s) | {"other": gr.update(visible=not stands_alone(registry, s.model))}
    picture, pad = own
    s = dataclasses.replace(s, other="", picture=picture, window="", other_window="")
    menu = controls.model_menu(t, registry, planar(registry, s.dataset), s.model)
    return place(registry, t, s) | {"picture": pad, "model": menu, "other": gr.update(value="", visible=False)}


def open_state(registry, t, s: State, initial: State = State()) -> dict:
    """What a fresh page shows, or one of another data set: the cursor where the picture lands, unless the address says where."""
    names, beside = planar(registry, s.dataset), planar(registry, s.dataset, series=False)
    other = s.other if s.other in ("", *names) else next((name for name in beside if name != s.model), "")
    picture, pad = controls.initial_picture(t, registry, s.dataset, str(s.picture), initial.picture)
    s, choices = dataclasses.replace(s, other=other, picture=picture), captions.model_choices(t, registry, names)
    shown = place(registry, t, s) if s.z1 is None or s.z2 is None else {"pad": view(registry, t, s)}
    return shown | {
        "dataset": s.dataset, "model": gr.update(choices=choices, value=s.model), "picture": pad,
        "other": gr.update(choices=[(t("latent.alone"), ""), *choices], value=other, visible=not stands_alone(registry, s.model)),
    }  # fmt: skip


def switch(registry, t, s: State) -> dict:
    return open_state(registry, t, State(dataset=s.dataset, model=planar(registry, s.dataset)[0], layers=s.layers, draws=s.draws))


def build(registry, t, page) -> None:
    names = captions.model_choices(t, registry, planar(registry, "mnist"))
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls") as column:
            dataset = controls.dataset_control(t, lambda d: registry.names(d, is_plain))
            model = controls.model_control(t, names)
            other = controls.Models([(t("latent.alone"), ""), *names], value=State.other, label=t("latent.other"))
            picture = picture_pad(registry, t)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            pad = LatentPad(server_functions=[events.serve(t, encode, registry)], text=t.group("pad"), elem_id=f"latent-pad-{t.language}")
            gr.Markdown(t("latent.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/vae.py")
    components = {"dataset": dataset, "model": model, "other": other, "picture": picture, "pad": pad}
    with column:
        address.link_button(t, TAB, components)

    def bind(triggers, function):
        events.bind_state(status, triggers, function, State, components, components, registry, t)

    bind([picture.input], place)
    bind([dataset.input, model.input, other.input], events.choose_by(dataset, switch, take_model))
    pad.select(None, pad, model, js="(pad) => pad.about.model", queue=False, show_progress="hidden", api_visibility="private")
    address.bind_load(t, TAB, State(), functools.partial(planar, registry), open_state, components, registry, t)
