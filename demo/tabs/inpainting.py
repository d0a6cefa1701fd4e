"""Inpainting: what does the model believe is behind the hole?"""

from typing import Any

import gradio as gr
import torch

from demo import address, captions, controls, events, validation
from demo.uploads import picture_pad
from demo.validation import GUESS
from demo.widgets import ClassPicker, MaskPad, Passes, PixelCanvas
from demo.widgets.base import Sent, from_pixels, pixels
from demo.widgets.mask_pad import initial_pad, to_mask
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr

TAB = "inpaint"
DEFAULTS = {
    "dataset": "mnist", "model": "cvaegan-mnist", "label": GUESS, "seed": 0, "passes": 10, "picture": "", "mask": "",
}  # fmt: skip
FILLS = 5  # of one hole, from as many seeds
FIRST = {"mnist": "2", "fashion": "8", "sprites": "42", "faces": "0"}  # the sample to begin with: one that is repaired well, pass by pass
BETWEEN = {"mnist": (5 / 8, 1), "fashion": (5 / 8, 1)}  # heights of the hole to begin with


def repairs(model, x, mask, y: int, passes: int, seed) -> torch.Tensor:
    """Every pass of one repair, (passes, C, H, W)."""
    label = torch.tensor([y]) if ops.num_classes(model) else None
    return torch.cat(list(ops.inpaint(model, x, mask, label, passes=passes, rng=validation.rng(seed))))


def changes(model, mask: torch.Tensor, frames: torch.Tensor, y: torch.Tensor | None, seed) -> list[float]:
    """Mean absolute change inside the hole at each pass, the first from the sample of the class that it begins as."""
    start = ops.draw(model, 1, y, rng=validation.rng(seed))
    hole = torch.cat([start, frames])[..., mask]
    return [round(v, 6) for v in (hole[1:] - hole[:-1]).abs().flatten(1).mean(dim=1).tolist()]


def repair(registry, t, dataset, name, label, seed, passes, pad) -> tuple[dict, int]:
    """The film of the passes and the settled class: the hole of the pad's picture repaired by the chosen model.

    Where there is no hole, the picture and a hint.  The film tells all that `compared` and `continued` need to know.
    """
    model, labels = registry.model(name), captions.class_names(t, registry, dataset, name)
    if not ops.is_autoencoder(model):
        raise InputError("{model} has no encoder: choose an autoencoder", model=name)
    x = validation.picture_for(model, pad)
    mask = to_mask(pad.get("mask"), *x.shape[2:])
    seed, passes = validation.whole(seed, "the seed", 0, validation.SEEDS - FILLS), validation.whole(passes, "passes", 1, 100)
    y = validation.resolve_label(registry, dataset, x, validation.whole(label, "the class", GUESS, len(labels) - 1))
    film = {"title": captions.model_title(t, registry, name), "dataset": dataset, "pad": {"pixels": pad["pixels"], "mask": pad["mask"]}}
    film["about"] = {
        "model": name,
        "label": y,
        "seed": seed,
        "passes": passes,
        "image": validation.as_argument(x),
        "mask": validation.as_argument(mask),
    }
    if not mask.any():
        return film | {"pixels": pixels(x), "change": [0.0], "psnr": None, "caption": t("inpaint.whole")}, y
    frames = repairs(model, x, mask, y, passes, seed)
    near = psnr(x.expand_as(frames), frames, mask.expand(len(frames), -1, -1)).tolist()
    own = torch.tensor([y]) if ops.num_classes(model) else None
    return film | {
        "pixels": pixels(frames), "change": changes(model, mask, frames, own, seed), "psnr": [round(p, 2) for p in near],
        "caption": t("inpaint.psnr", p=f"{near[-1]:.1f}"),
    }, y  # fmt: skip


def holed_picture(model, film: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """The picture and the hole of a film: (1, C, H, W), bool (H, W)."""
    x = validation.picture_for(model, film["pad"])
    return x, to_mask(film["pad"]["mask"], *x.shape[2:])


def compare(registry, t, film) -> dict:
    """What else could stand in the hole: by the other models, from other seeds, as other classes; nothing where there is no hole."""
    about, dataset = film["about"], film["dataset"]
    name, y, seed, passes = (about[key] for key in ("model", "label", "seed", "passes"))
    model, labels, last = registry.model(name), captions.class_names(t, registry, dataset, name), from_pixels(film["pixels"])[-1:]
    x, mask = holed_picture(model, film)
    if not mask.any():
        return {"sections": []}
    able = [n for n in registry.names(dataset, lambda family: family.is_variational) if (ops.num_classes(registry.model(n)) or len(labels)) > y]
    names = [name, *(n for n in able if n != name)]
    final = torch.cat([last, *(repairs(registry.model(n), x, mask, y, passes, seed)[-1:] for n in names[1:])])
    reached = psnr(x.expand_as(final), final, mask.expand(len(final), -1, -1)).tolist()
    lines = [f"{captions.model_title(t, registry, n)} {p:.1f}\u00a0dB" for n, p in zip(names, reached, strict=True)]
    more = torch.cat([last, *(repairs(model, x, mask, y, passes, seed + i)[-1:] for i in range(1, FILLS))])
    scale = 4 if x.shape[-1] < 64 else 2
    return {"about": about, "sections": [
        section(t("inpaint.models"), pixels(torch.cat([x, final])), max(5, len(final) + 1), scale=scale, captions=[t("inpaint.original"), *lines], flow=1, name="repairers", about={"models": names}),
        section(t("inpaint.fills"), pixels(more), FILLS, scale=scale, captions=[t("classes.seed", n=seed + i) for i in range(FILLS)], flow=1, name="fills", about={"seeds": [seed + i for i in range(FILLS)]}),
        *fill_classes(registry, t, dataset, name, x, mask, y, passes, seed, scale),
    ]}  # fmt: skip


def fill_classes(registry, t, dataset, name, x, mask, y: int, passes: int, seed: int, scale: int, count: int = 5) -> list[dict]:
    """The same hole filled by the same model for other classes: the next ones, of the last factor where there are several."""
    model, labels = registry.model(name), captions.class_names(t, registry, dataset, name)
    if not ops.num_classes(model):
        return []
    others = (model.config.factors or (len(labels),))[-1] - 1
    classes = [validation.next_class(model.config, y, 1 + k) for k in range(min(count, others))]
    fills = torch.cat([repairs(model, x, mask, k, passes, seed)[-1:] for k in classes])
    return [
        section(
            t("inpaint.classes"),
            pixels(fills),
            len(classes),
            scale=scale,
            captions=[labels[k] for k in classes],
            name="classes",
            about={"labels": classes},
        )
    ]


def continue_hole(registry, t, film):
    """PixelCNN's repair of the same hole, row by row; nothing where the data set has none, or there is no hole."""
    names = registry.names(film["dataset"], lambda family: family.is_pixel_model and family.is_conditional)
    if not names or "1" not in film["pad"]["mask"]:
        yield {"sections": []}
        return
    model, label, seed = registry.model(names[0]), film["about"]["label"], film["about"]["seed"]
    x, mask = holed_picture(model, film)
    about = {"model": names[0], "label": label, "n": 3, "seed": seed, "temperature": 1.0} | {k: film["about"][k] for k in ("image", "mask")}
    for drawn in ops.complete(model, 3, torch.full((3,), label), image=x, mask=mask, rng=validation.rng(seed), every=4 * x.shape[3]):
        yield {"about": about, "sections": [
            section(t("inpaint.pixelcnn"), pixels(drawn), 3, scale=4, note=t("inpaint.raster"), name="pixelcnn")]}  # fmt: skip


def follows(shown: dict | None, film: dict, *more: str) -> bool:
    """Whether what is shown beside a film is of that film already: by what both say of themselves."""
    about = Sent.of((shown or {}).get("about", {}))
    return all(about.get(key) == film["about"][key] for key in ("label", "seed", "image", "mask", *more))


def pad_with_hole(dataset: str, picture: dict, wanted: str = "") -> dict:
    """The mask pad's value: a picture with the hole an address asks for, or one to begin with."""
    return initial_pad(picture, wanted, BETWEEN.get(dataset, (1 / 4, 5 / 8)), face=dataset == "faces")


def build(registry, t, page) -> None:
    def models_for(dataset):
        return registry.names(dataset, lambda family: family.is_variational)

    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, models_for)
            model = controls.model_control(t, captions.model_choices(t, registry, models_for("mnist")))
            label = ClassPicker(8, title=t("swap.guessed"))
            seed = controls.seed_control(t, TAB)
            passes = controls.slider(1, 10, 10, step=1, label=t("inpaint.passes"))
            picture = picture_pad(registry, t)
            link = gr.Column()
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            with gr.Row():
                pad = MaskPad(text=t.group("mask"), min_width=280)
                film = Passes(text=t.group("passes"), min_width=280)
            canvas = PixelCanvas(text=t.group("canvas"))
            raster = PixelCanvas(text=t.group("canvas"))
            gr.Markdown(t("inpaint.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/ops/repair.py")
    inputs = [dataset, model, label, seed, passes, pad]
    with link:
        address.link_button(t, TAB, dict(zip(DEFAULTS, [*inputs[:5], picture, pad], strict=True)))

    def choose_class(dataset, name, label):
        return gr.update(**controls.picker(t, registry, dataset, name, label, "swap.guessed"))

    def show(*values):
        return repair(registry, t, *values)[0]

    def choose(dataset, name, label, *values):
        label = min(label, len(captions.class_names(t, registry, dataset, name)) - 1)
        return repair(registry, t, dataset, name, label, *values)[0], choose_class(dataset, name, label)

    def beside(film, shown):
        return gr.skip() if follows(shown, film, "model", "passes") else compare(registry, t, film)

    def stream(film, shown):
        yield from [gr.skip()] if follows(shown, film) else continue_hole(registry, t, film)

    def pick(dataset, model, seed, passes, pad, picture):
        mine = pad | {"pixels": picture["pixels"]}
        film, label = repair(registry, t, dataset, model, picture.get("label", GUESS), seed, passes, mine)
        return film, label, mine

    def fill(dataset, name, label, seed, passes, wanted="", hole=""):
        shown, update = controls.initial_picture(t, registry, dataset, wanted, FIRST[dataset])
        mine = pad_with_hole(dataset, shown, hole)
        film, label = repair(registry, t, dataset, name, label, seed, passes, mine)
        return (
            film,
            choose_class(dataset, name, label),
            mine,
            update,
            gr.update(choices=captions.model_choices(t, registry, models_for(dataset)), value=name),
        )

    def switch(dataset, seed, passes):
        return fill(dataset, models_for(dataset)[0], GUESS, seed, passes)

    def first(s, _names):
        """All of it: while the tab is closed, no event of its own can follow."""
        s |= {"passes": max(1, min(10, s["passes"])), "seed": max(0, s["seed"])}
        if s["label"] not in range(len(captions.class_names(t, registry, s["dataset"], s["model"]))):
            s["label"] = GUESS
        film, label, mine, *more = fill(*s.values())
        *_, row = continue_hole(registry, t, film)
        return film, label, mine, *more, s["dataset"], s["seed"], s["passes"], compare(registry, t, film), row

    events.bind_live(status, [model.input], choose, inputs, [film, label])
    events.bind_live(status, [pad.input, label.input, seed.input, passes.input], show, inputs, film)
    events.bind_live(status, [picture.input], pick, [dataset, model, seed, passes, pad, picture], [film, label, pad])
    events.bind_live(status, [dataset.input], switch, [dataset, seed, passes], [film, label, pad, picture, model])
    # The passes are there at once; what else could stand in the hole follows.  One event each, so that the last film's answer comes last.
    after: dict[str, Any] = {
        "js": "(film, beside) => [film, {sections: [], about: (beside || {}).about || {}}]",
        "trigger_mode": "always_last",
        "show_progress": "hidden",
    }
    film.change(events.guard(beside, t), [film, canvas], canvas, queue=False, api_visibility="private", **after)
    film.change(events.guard(stream, t), [film, raster], raster, concurrency_id="sampling", concurrency_limit=2, api_visibility="private", **after)
    outputs = [film, label, pad, picture, model, dataset, seed, passes, canvas, raster]
    address.load_state(t, page, TAB, DEFAULTS, models_for, first, outputs)
