"""Interpolation: is the space between two pictures meaningful?"""

import functools
import json
from typing import NamedTuple

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.registry import ModelRegistry
from demo.uploads import picture_pad
from demo.widgets import Passes, PixelCanvas, PlanePad
from demo.widgets.base import from_pixels, pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr
from genlib.models.base import Decoder
from genlib.ops.latent import PATHS, slerp

TAB = "interpolate"
DEFAULTS = {"dataset": "mnist", "model": "cvaegan-mnist", "seed": 0, "path": "linear", "picture": "2", "other": "35"}
FRAMES, STRIP = 33, 9  # pictures on the film, and of them on a strip
STEPS = 200  # of the descent
GRID = 8  # pictures along an edge of the plane


class End(NamedTuple):
    """A picture and what the model makes of it."""

    x: Tensor  # (1, C, H, W)
    label: int  # −1 where the model has no class
    z: Tensor  # (1, Z)
    way: list[ops.Descent]  # how z was found, empty where E gave it


def models_for(registry, dataset: str) -> list[str]:
    return registry.names(dataset, lambda family: family.decodes)


def find_end(registry: ModelRegistry, dataset: str, name: str, picture: str, label: int, seed: int):
    """One end of the way, yielding it as its z becomes better; the picture is a widget's, as JSON."""
    model = registry.model(name)
    if not isinstance(model, Decoder):
        raise InputError("{model} has no latent: choose an autoencoder or a GAN", model=name)
    x = validation.picture_for(model, {"pixels": json.loads(picture)})
    y = validation.label_tensor(model, validation.resolve_label(registry, dataset, x, label)) if ops.num_classes(model) else None
    own = validation.GUESS if y is None else int(y)
    if ops.is_autoencoder(model):
        yield End(x, own, ops.encode(model, x, y).mean, [])
        return
    way = []
    for step in ops.invert(model, x, y, steps=STEPS, every=STEPS // 20, rng=validation.rng(seed)):
        way.append(step)
        yield End(x, own, step.z, list(way))


def between(model, a: End, b: End, path: str, steps: int) -> tuple[Tensor, Tensor, Tensor | None]:
    """z (T, Z), pictures (T, C, H, W) and class weights (T, K) from one end to the other; the class goes along with z."""
    if path not in PATHS:
        raise InputError("path must be one of {paths}, got {path!r}", paths=", ".join(PATHS), path=path)
    t, y = torch.linspace(0, 1, steps)[:, None], None
    z = torch.lerp(a.z, b.z, t) if path == "linear" else slerp(a.z[0], b.z[0], t)
    if ops.num_classes(model):
        ends = ops.class_rows(model, torch.tensor([a.label, b.label]))
        y = torch.lerp(ends[:1], ends[1:], t)
    return z, ops.decode(model, z, y), y


def strips(registry, t, dataset: str, name: str, path: str, a: End, b: End) -> tuple[dict, dict]:
    """The film of the chosen path, and the canvas: both ends beside what the model makes of them, and both paths."""
    model = registry.model(name)
    about = {"model": name, "start": a.z[0].tolist(), "end": b.z[0].tolist(), "labels": [a.label, b.label]}  # a key "path" is taken for a file
    z, x, _ = between(model, a, b, path, FRAMES)
    moved = (x[1:] - x[:-1]).square().flatten(1).sum(dim=1).sqrt().tolist()
    film = {
        "title": t(f"interpolate.{path}"), "pixels": pixels(x), "change": [0.0, *moved], "about": about | {"interpolation": path, "steps": FRAMES},
        "begin": FRAMES // 2, "caption": t("interpolate.norms", a=f"{z[0].norm():.1f}", m=f"{z[FRAMES // 2].norm():.1f}", b=f"{z[-1].norm():.1f}"),
    }  # fmt: skip
    ends = torch.cat([a.x, x[:1], b.x, x[-1:]])
    near = psnr(torch.cat([a.x, b.x]), x[[0, -1]])
    lines = [w for p in near.tolist() for w in (t("interpolate.given"), f"G(z), {p:.1f} dB")]
    rows, notes = [], []
    for kind in PATHS:
        z, x, _ = between(model, a, b, kind, STRIP)
        rows.append(x)
        notes += [f"‖z‖ {v:.1f}" for v in z.norm(dim=1).tolist()]
    return film, {"about": about, "sections": [
        section(t("interpolate.ends"), pixels(ends), 4, scale=6 if ends.shape[-1] < 64 else 2, captions=lines, flow=2, name="ends", about={"images": [validation.as_argument(end.x) for end in (a, b)]}),
        section(t("interpolate.paths"), pixels(torch.cat(rows)), STRIP, scale=4 if ends.shape[-1] < 64 else 2, rows=[t(f"interpolate.{kind}") for kind in PATHS], captions=notes, name="paths", about={"interpolations": list(PATHS), "steps": STRIP}),
    ]}  # fmt: skip


def descent(t, name: str, a: End, b: End) -> dict:
    """The descent of both ends side by side, one picture a few steps: a film's value, empty where E gave z."""
    if not a.way:
        return {}
    both = [[*end.way, *[end.way[-1]] * (max(len(a.way), len(b.way)) - len(end.way))] if end.way else [] for end in (a, b)]
    frames = [torch.cat([p.x, q.x], dim=3) for p, q in zip(*both, strict=True)] if both[1] else [p.x for p in both[0]]
    errors = [p.error + q.error for p, q in zip(*both, strict=True)] if both[1] else [p.error for p in both[0]]
    caption = t("interpolate.steps", n=STEPS)
    return {
        "title": t("interpolate.descent"),
        "pixels": pixels(torch.cat(frames)),
        "change": errors,
        "caption": caption,
        "about": {"model": name, "images": [validation.as_argument(end.x) for end in (a, b)], "labels": [a.label, b.label], "steps": STEPS},
    }


def on_plane(model, corners: Tensor, labels: list[int], at: Tensor) -> tuple[Tensor, Tensor]:
    """z (N, Z) and pictures (N, C, H, W) at points (N, 2) in 0 … 1 between four corners (4, Z): along the upper edge
    from the first to the second, along the lower from the third to the fourth, then down; directions turn, norms are kept."""
    upper, lower = (slerp(corners[i], corners[i + 1], at[:, :1]) for i in (0, 2))
    z = torch.cat([slerp(a, b, v[None]) for a, b, v in zip(upper, lower, at[:, 1:], strict=True)])
    y = None
    if ops.num_classes(model):
        own = ops.class_rows(model, torch.tensor(labels))
        along, down = at[:, :1], at[:, 1:]
        y = torch.lerp(torch.lerp(own[:1], own[1:2], along), torch.lerp(own[2:3], own[3:4], along), down)
    return z, ops.decode(model, z, y)


def plane(registry, name: str, seed: int, a: End, b: End) -> dict:
    """The plane pad's value: both pictures above, two draws of the prior below, of the same classes."""
    model, labels = registry.model(name), [a.label, b.label] * 2
    with torch.inference_mode():
        corners = torch.cat([a.z, b.z, model.prior(2, validation.rng(seed))])
    n = GRID if a.x.shape[-1] < 64 else GRID // 2 + 1
    along = (torch.arange(n) + 0.5) / n
    at = torch.stack(torch.meshgrid(along, along, indexing="xy"), dim=-1).flatten(0, 1)
    x = on_plane(model, corners, labels, at)[1]
    z, middle = on_plane(model, corners, labels, torch.tensor([[0.5, 0.5]]))
    shown = {"pixels": pixels(x), "picture": pixels(middle), "norm": float(z.norm()), "at": [0.5, 0.5]}
    return shown | {"about": {"model": name}, "model": name, "z": [[round(v, 5) for v in corner] for corner in corners.tolist()], "labels": labels}


def answer(registry, data: dict) -> dict:
    """The picture at one point of a plane pad's plane.  Raises InputError for what is no point of a plane."""
    model = registry.model(data["model"])
    corners = torch.cat([validation.latent(model, z, "a corner") for z in data["z"]])
    at = torch.tensor([[validation.real(v, "a place on the plane", 0, 1) for v in data["at"]]])
    labels = [int(k) for k in data["labels"]]
    if len(corners) != 4 or len(labels) != 4 or at.shape[1] != 2:
        raise InputError("a plane has four corners and two coordinates")
    z, x = on_plane(model, corners, labels, at)
    return {"picture": pixels(x), "norm": float(z.norm())}


def build(registry, t, page) -> None:
    at_point = events.serve(t, answer, registry)
    at_point.__name__ = "on_plane"  # as the pad's script calls it

    @functools.lru_cache(maxsize=64)
    def find_known_end(dataset, name, picture, label, seed) -> End:
        *_, end = find_end(registry, dataset, name, picture, label, seed)
        return end

    def find_asked_end(dataset, name, seed, picture):
        value = picture or {}
        from_pixels(value.get("pixels"))
        return (
            dataset,
            name,
            json.dumps(value["pixels"]),
            value.get("label", validation.GUESS),
            validation.whole(seed, "the seed", 0, validation.SEEDS),
        )

    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, lambda d: models_for(registry, d))
            model = controls.model_control(t, captions.model_choices(t, registry, models_for(registry, "mnist")))
            seed = controls.seed_control(t, TAB)
            path = controls.Radio([(t(f"interpolate.{p}"), p) for p in PATHS], value="linear", label=t("interpolate.path"))
            gr.Markdown(t("interpolate.from"))
            picture = picture_pad(registry, t)
            gr.Markdown(t("interpolate.to"))
            other = picture_pad(registry, t)
            inputs = [dataset, model, seed, path, picture, other]
            number = gr.Number(visible=False)
            address.link_button(t, TAB, dict(zip(DEFAULTS, inputs, strict=True)))
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            film = Passes(text=t.group("film"), elem_id=f"film-{t.language}")
            canvas = PixelCanvas(text=t.group("canvas"))
            pad = PlanePad(server_functions=[at_point], text=t.group("plane"))
            fall = Passes(text=t.group("descent"))
            gr.Markdown(t("interpolate.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/ops/latent.py")

    def show(dataset, name, seed, path, picture, other, n=0):
        a, b = (find_known_end(*find_asked_end(dataset, name, seed, p)) for p in (picture, other))
        return answer_with(dataset, name, seed, path, a, b, n)

    def answer_with(dataset, name, seed, path, a, b, n):
        shown = *strips(registry, t, dataset, name, path, a, b), plane(registry, name, seed, a, b), descent(t, name, a, b)
        return tuple(events.number_answer(TAB, n, value) for value in shown)

    def descend(dataset, name, seed, path, picture, other, n=0):
        """What `show` shows, while z is being found: both ends come down together."""
        if events.is_halfway(registry, dataset, name, n):
            return
        keys = [find_asked_end(dataset, name, seed, p) for p in (picture, other)]
        for a, b in zip(*(find_end(registry, *key) for key in keys), strict=True):
            yield answer_with(dataset, name, seed, path, a, b, n)

    def fill(s, names, n=0):
        first, last = (controls.initial_picture(t, registry, s["dataset"], s[k], DEFAULTS[k]) for k in ("picture", "other"))
        s["path"] = s["path"] if s["path"] in PATHS else "linear"
        shown = show(s["dataset"], s["model"], s["seed"], s["path"], first[0], last[0], n)
        updates = [
            gr.update(value=s["dataset"]),
            gr.update(choices=captions.model_choices(t, registry, names), value=s["model"]),
            s["seed"],
            s["path"],
            first[1],
            last[1],
        ]
        return *shown, *updates

    def switch(dataset, seed, path, n=0):
        return fill(
            DEFAULTS | {"dataset": dataset, "model": models_for(registry, dataset)[0], "seed": seed, "path": path},
            models_for(registry, dataset),
            n,
        )

    outputs = [film, canvas, pad, fall]
    asking = events.number_question(TAB)
    events.bind_live(status, [path.input], show, [*inputs, number], outputs, js=asking)
    events.bind_live(status, [dataset.input], switch, [dataset, seed, path, number], [*outputs, *inputs], js=asking)
    descending = gr.on(
        [model.input, seed.input, picture.input, other.input], events.guard(descend, t), [*inputs, number], outputs, js=asking,
        trigger_mode="always_last", show_progress="hidden", concurrency_id="sampling", concurrency_limit=2, api_visibility="private",
    )  # fmt: skip
    # What is still coming down belongs to the old choice.
    gr.on([dataset.input, path.input], None, None, None, cancels=[descending], api_visibility="private")
    address.load_state(t, page, TAB, DEFAULTS, lambda d: models_for(registry, d), fill, [*outputs, *inputs])
