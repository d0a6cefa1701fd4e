"""Interpolation: is the space between two pictures meaningful?"""

import dataclasses
import functools
import json
from typing import Any, NamedTuple

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.registry import ModelRegistry
from demo.studio import MINE
from demo.uploads import picture_pad
from demo.widgets import Passes, PixelCanvas, PlanePad
from demo.widgets.base import Sent, from_pixels, pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr
from genlib.models.base import Decoder, LatentModel
from genlib.ops.paths import PATHS

TAB = "interpolate"
FRAMES, STRIP = 33, 9  # pictures on the film, and of them on a strip
STEPS = 200  # of the descent
GRID = 8  # pictures along an edge of the plane
LOSS = 0.75  # of the mean length of both ends: a straight path that is shorter half way has left where z are drawn from


@dataclasses.dataclass(frozen=True)
class State:
    """What a person can set.  picture, other: pads' values; in an address a sample's number or pixels."""

    dataset: str = "mnist"
    model: str = "cvaegan-mnist"
    seed: int = 0
    path: str = "linear"
    picture: str | dict = "2"
    other: str | dict = "35"
    number: int = 0  # which question of the tab this is


class End(NamedTuple):
    """A picture and what the model makes of it."""

    x: Tensor  # (1, C, H, W)
    label: int  # −1 where the model has no class
    z: Tensor  # (1, Z)
    way: list[ops.Descent]  # how z was found, empty where E gave it


def models_for(registry, dataset: str) -> list[str]:
    return registry.names(dataset, lambda family: family.decodes)


def decoder(registry: ModelRegistry, name: str) -> LatentModel:
    """A model with a z.  Raises InputError for another."""
    model = registry.model(name)
    if not isinstance(model, Decoder):
        raise InputError("{model} has no latent: choose an autoencoder or a GAN", model=name)
    return model


def find_end(registry: ModelRegistry, dataset: str, name: str, picture: str, label: int, seed: int):
    """One end of the way, yielding it as its z becomes better; the picture is a widget's, as JSON."""
    model = decoder(registry, name)
    x = validation.picture_for(model, {"pixels": json.loads(picture)})
    y = validation.label_tensor(model, validation.resolve_label(registry, dataset, x, label, name)) if ops.num_classes(model) else None
    k = validation.GUESS if y is None else int(y)
    if ops.is_autoencoder(model):
        yield End(x, k, ops.encode(model, x, y).mean, [])
        return
    way = []
    for step in ops.invert(model, x, y, steps=STEPS, every=STEPS // 20, rng=validation.rng(seed)):
        way.append(step)
        yield End(x, k, step.z, list(way))


def end_args(s: State, picture: str | dict) -> tuple:
    """What `find_end` is asked for one of the two pictures."""
    value = Sent.of(picture or {})
    from_pixels(value.get("pixels"))
    seed = validation.whole(s.seed, "the seed", 0, validation.SEEDS)
    return s.dataset, s.model, json.dumps(value["pixels"]), value.get("label", validation.GUESS), seed


def find_last_end(registry: ModelRegistry, *args) -> End:
    """The last that `find_end` yields."""
    *_, end = find_end(registry, *args)
    return end


find_known_end = functools.lru_cache(maxsize=64)(find_last_end)  # the same for whoever asks the same


def between(model: LatentModel, a: End, b: End, path: str, steps: int) -> tuple[Tensor, Tensor, Tensor | None]:
    """z (T, Z), pictures (T, C, H, W) and class weights (T, K) from one end to the other; the class goes along with z."""
    z, y = ops.walk(a.z[0], b.z[0], steps, path), None
    if ops.num_classes(model):
        ends = ops.class_rows(model, torch.tensor([a.label, b.label]))
        y = ops.walk(ends[0], ends[1], steps)
    return z, ops.decode(model, z, y), y


def describe(s: State, a: End, b: End) -> dict:
    """Both ends in the API's words."""
    return {"model": s.model, "start": a.z[0].tolist(), "end": b.z[0].tolist(), "labels": [a.label, b.label]}


def turns(registry, dataset: str, x: Tensor, model: str = "") -> list[int]:
    """About the first picture (T, C, H, W) of a way from which on the classifier reads what it reads at the end, where it begins with another:
    a hand that stops a film comes a little late."""
    if registry.classifier(dataset) is None:
        return []
    read = registry.guess(dataset, x, model).argmax(dim=1)
    other = (read != read[-1]).nonzero().flatten()
    return [k for k in range(int(other[-1]), int(other[-1]) + 4) if k < len(x)] if read[0] != read[-1] else []


def film(registry, t, s: State, a: End, b: End) -> dict:
    """The way along the chosen path, to be scrubbed, with what the classifier reads in every picture."""
    z, x, _ = between(decoder(registry, s.model), a, b, validation.one_of(s.path, "the path", PATHS), FRAMES)
    steps = (x[1:] - x[:-1]).flatten(1).norm(dim=1).tolist()
    norms = t("interpolate.norms", a=f"{z[0].norm():.1f}", m=f"{z[FRAMES // 2].norm():.1f}", b=f"{z[-1].norm():.1f}")
    turn = turns(registry, s.dataset, x, s.model)
    short = s.path == "linear" and z[FRAMES // 2].norm() < LOSS * (z[0].norm() + z[-1].norm()) / 2
    return {
        "title": t(f"interpolate.{s.path}"), "pixels": pixels(x), "change": [None, *steps], "begin": FRAMES // 2, "ends": True, "caption": norms,
        "captions": captions.verdicts(t, registry, s.dataset, x, model=s.model)[0], "finds": {f"{TAB}.turn": turn}, "done": [f"{TAB}.short"] if short else [],
        "about": describe(s, a, b) | {"interpolation": s.path, "steps": FRAMES},  # a key "path" would be taken for a file
    }  # fmt: skip


def strips(registry, t, s: State, a: End, b: End) -> dict:
    """Both ends beside what the model makes of them, and both paths."""
    model = decoder(registry, s.model)
    ways = {path: between(model, a, b, path, STRIP) for path in PATHS}
    _, x, _ = ways["linear"]
    ends, near = torch.cat([a.x, x[:1], b.x, x[-1:]]), psnr(torch.cat([a.x, b.x]), x[[0, -1]])
    lines = [word for p in near.tolist() for word in (t("interpolate.given"), f"G(z), {p:.1f} dB")]
    norms = [f"‖z‖ {v:.1f}" for z, _, _ in ways.values() for v in z.norm(dim=1).tolist()]
    cells, small = torch.cat([x for _, x, _ in ways.values()]), ends.shape[-1] < 64
    return {"about": describe(s, a, b), "sections": [
        section(t("interpolate.paths"), pixels(cells), STRIP, scale=4 if small else 2, rows=[t(f"interpolate.{path}") for path in PATHS], captions=norms, name="paths", about={"interpolations": list(PATHS), "steps": STRIP}),
        section(t("interpolate.ends"), pixels(ends), 4, scale=6 if small else 2, captions=lines, flow=2, name="ends", about={"images": [validation.as_argument(end.x) for end in (a, b)]}),
    ]}  # fmt: skip


def descent(t, s: State, a: End, b: End) -> dict:
    """The descent of both ends side by side, one picture a few steps: a film's value, empty where E gave z."""
    if not a.way or not b.way:
        return {}
    last = max(len(a.way), len(b.way))
    both = [[*end.way, *[end.way[-1]] * (last - len(end.way))] for end in (a, b)]
    steps = list(zip(*both, strict=True))
    about = {"model": s.model, "images": [validation.as_argument(end.x) for end in (a, b)], "labels": [a.label, b.label], "steps": STEPS}
    return {
        "title": t("interpolate.descent"), "pixels": pixels(torch.cat([torch.cat([p.x, q.x], dim=3) for p, q in steps])),
        "change": [p.error + q.error for p, q in steps], "caption": t("interpolate.steps", n=STEPS), "about": about,
        "done": [f"{TAB}.descent"] if steps[-1][0].step == STEPS else [],
    }  # fmt: skip


def on_plane(model: LatentModel, corners: Tensor, labels: list[int], at: Tensor) -> tuple[Tensor, Tensor]:
    """z (N, Z) and pictures (N, C, H, W) at points (N, 2) in 0 … 1 between four corners (4, Z) of classes `labels`."""
    z = ops.bend(corners, at)
    y = ops.blend(ops.class_rows(model, torch.tensor(labels)), at) if ops.num_classes(model) else None
    return z, ops.decode(model, z, y)


def plane(registry, t, s: State, a: End, b: End) -> dict:
    """The plane pad's value: both pictures above, two draws of the prior below, of the same classes."""
    model, labels = decoder(registry, s.model), [a.label, b.label] * 2
    with torch.inference_mode():
        corners = torch.cat([a.z, b.z, model.prior(2, validation.rng(s.seed))])
    n = GRID if a.x.shape[-1] < 64 else GRID // 2 + 1
    along = (torch.arange(n) + 0.5) / n
    at = torch.stack(torch.meshgrid(along, along, indexing="xy"), dim=-1).flatten(0, 1)
    x = on_plane(model, corners, labels, at)[1]
    z, middle = on_plane(model, corners, labels, torch.tensor([[0.5, 0.5]]))
    shown = {"pixels": pixels(x), "picture": pixels(middle), "norm": float(z.norm()), "at": [0.5, 0.5]}
    (read,), _ = captions.verdicts(t, registry, s.dataset, middle, model=s.model)
    z = [[round(v, 5) for v in corner] for corner in corners.tolist()]
    return shown | {"read": read, "about": {"model": s.model}, "model": s.model, "z": z, "labels": labels}


def point(registry, t, data: dict) -> dict:
    """The picture at one point of a plane pad's plane, and how it is read.  Raises InputError for what is no point of a plane."""
    model = decoder(registry, data["model"])
    corners = torch.cat([validation.latent(model, z, "a corner") for z in data["z"]])
    at = torch.tensor([[validation.real(v, "a place on the plane", 0, 1) for v in data["at"]]])
    labels = [int(k) for k in data["labels"]]
    if len(corners) != 4 or len(labels) != 4 or at.shape[1] != 2:
        raise InputError("a plane has four corners and two coordinates")
    z, x = on_plane(model, corners, labels, at)
    dataset, name = registry.kind(data["model"]), data["model"]
    (read,), _ = captions.verdicts(t, registry, dataset, x, model=name)
    strange = registry.classifier(dataset) is not None and int(registry.guess(dataset, x, name)[0].argmax()) not in labels
    done = [f"{TAB}.plane"] if strange and ops.num_classes(model) else []
    return {"picture": pixels(x), "norm": float(z.norm()), "read": read, "done": done}


def answer(registry, t, s: State, a: End, b: End) -> dict:
    """All that is shown between two ends, signed as the answer to the state's question."""
    shown = {
        "film": film(registry, t, s, a, b),
        "strips": strips(registry, t, s, a, b),
        "plane": plane(registry, t, s, a, b),
        "fall": descent(t, s, a, b),
    }
    return {name: events.number_answer(TAB, s.number, value) for name, value in shown.items()}


def show(registry, t, s: State) -> dict:
    find = find_known_end if s.model in registry.kept else find_last_end  # a visitor's model may be another tomorrow
    a, b = (find(registry, *end_args(s, picture)) for picture in (s.picture, s.other))
    return answer(registry, t, s, a, b)


def descend(registry, t, s: State):
    """What `show` shows, while z is being found: both ends come down together."""
    if events.is_halfway(registry, s.dataset, s.model, s.number):
        return
    ends = [find_end(registry, *end_args(s, picture)) for picture in (s.picture, s.other)]
    for a, b in zip(*ends, strict=True):
        yield answer(registry, t, s, a, b)


def take_own(registry, t, s: State) -> dict:
    """What a visitor's own model begins with, two pictures of theirs; nothing of another."""
    own = {key: controls.own_picture(t, registry, s.dataset, s.model, n) for n, key in enumerate(("picture", "other"))}
    chosen = {key: pair for key, pair in own.items() if pair}
    if not chosen:
        return {"film": gr.skip()}  # an answer has to hold something
    s = dataclasses.replace(s, **{key: picture for key, (picture, _) in chosen.items()})
    menu = {"model": controls.model_menu(t, registry, models_for(registry, s.dataset), s.model)}
    return show(registry, t, s) | menu | {key: pad for key, (_, pad) in chosen.items()}


def open_state(registry, t, s: State, initial: State = State()) -> dict:
    """What a fresh page shows, or one of another data set."""
    chosen = {key: controls.initial_picture(t, registry, s.dataset, str(getattr(s, key)), getattr(initial, key)) for key in ("picture", "other")}
    pads = {key: pad for key, (_, pad) in chosen.items()}
    path = s.path if s.path in PATHS else initial.path
    s = dataclasses.replace(s, path=path, **{key: picture for key, (picture, _) in chosen.items()})
    models = captions.model_choices(t, registry, models_for(registry, s.dataset))
    menus = {"dataset": s.dataset, "model": gr.update(choices=models, value=s.model), "seed": s.seed, "path": s.path}
    return show(registry, t, s) | menus | pads


def switch(registry, t, s: State) -> dict:
    seed = events.mend_seed(s).seed
    return open_state(registry, t, State(dataset=s.dataset, model=models_for(registry, s.dataset)[0], seed=seed, path=s.path, number=s.number))


def build(registry, t, page) -> None:
    at_point = events.serve(t, point, registry, t)
    at_point.__name__ = "on_plane"  # as the pad's script calls it
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, lambda d: models_for(registry, d))
            model = controls.model_control(t, captions.model_choices(t, registry, models_for(registry, "mnist")))
            path = controls.Radio([(t(f"interpolate.{p}"), p) for p in PATHS], value="linear", label=t("interpolate.path"), elem_classes="acts")
            picture = picture_pad(registry, t, t("interpolate.from"))
            other = picture_pad(registry, t, t("interpolate.to"))
            seed = controls.seed_control(t, TAB)
            settable = {"dataset": dataset, "model": model, "seed": seed, "path": path, "picture": picture, "other": other}
            address.link_button(t, TAB, settable)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            way = Passes(text=t.group("film"), elem_id=f"film-{t.language}", elem_classes="hero")
            canvas = PixelCanvas(text=t.group("canvas"))
            pad = PlanePad(server_functions=[at_point], text=t.group("plane"))
            fall = Passes(text=t.group("descent"))
            gr.Markdown(t("interpolate.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/ops/paths.py")
    components = settable | {"number": gr.Number(visible=False)}  # the last: events.number_question counts in it
    outputs = settable | {"film": way, "strips": canvas, "plane": pad, "fall": fall}

    def bind(triggers, function, how=events.bind_state):
        return how(status, triggers, function, State, components, outputs, registry, t, js=events.number_question(TAB))

    bind([path.input], show)
    bind([dataset.input], switch)
    descending: Any = bind([model.input, seed.input, picture.input, other.input], descend, events.bind_stream)
    # Its answer is the later one: it is a question of its own, but of a visitor's model alone.
    later = f"(...values) => values.some((v) => String(v).startsWith('{MINE}')) ? ({events.number_question(TAB, 'window.acted = true;')})(...values) : values"
    events.bind_state(status, [model.input], take_own, State, components, outputs, registry, t, js=later, is_second=True)
    # What is still coming down belongs to the old choice.
    gr.on([dataset.input, path.input], None, None, None, cancels=[descending], api_visibility="private")
    address.bind_load(t, TAB, State(), functools.partial(models_for, registry), open_state, outputs, registry, t)
