"""Inpainting: what does the model believe is behind the hole?"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.uploads import picture_pad
from demo.validation import GUESS
from demo.widgets import ClassPicker, MaskPad, Passes, PixelCanvas
from demo.widgets.base import Sent, from_pixels, pixels
from demo.widgets.mask_pad import initial_pad, named_hole, to_mask, to_text
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr

TAB = "inpaint"
FILLS = 5  # of one hole, from as many seeds
EXAMPLES = {  # a sample and a hole that is repaired well, pass by pass, and such as nothing around it tells what was there
    "mnist": {"easy": (49, "left"), "hard": (2, "centre")}, "fashion": {"easy": (30, "bottom"), "hard": (38, "top")},
    "sprites": {"easy": (17, "left"), "hard": (36, "bottom")}, "faces": {"easy": (33, "bottom"), "hard": (58, "left")},
}  # fmt: skip


@dataclass(frozen=True)
class State:
    """What a person can set.  label: GUESS to read the class off the picture; picture, mask: pads' values; in an address a sample's number or pixels,
    and a mask's bits."""

    dataset: str = "mnist"
    model: str = "cvaegan-mnist"
    label: int = GUESS
    seed: int = 0
    passes: int = 10
    picture: Any = ""
    mask: Any = ""


@dataclass(frozen=True)
class Shown:
    """What is on the screen: the film of a repair, and what stands beside it, perhaps of another yet."""

    film: dict
    beside: dict | None

    def is_of_film(self, *more: str) -> bool:
        """Whether what stands beside the film is of it already: by what both say of themselves."""
        about = Sent.of((self.beside or {}).get("about", {}))
        return all(about.get(key) == self.film["about"][key] for key in ("label", "seed", "image", "mask", *more))

    def holed_picture(self, model) -> tuple[Tensor, Tensor]:
        """The picture and the hole of the film: (1, C, H, W), bool (H, W)."""
        x = validation.picture_for(model, self.film["pad"])
        return x, to_mask(self.film["pad"]["mask"], *x.shape[2:])


def models_for(registry, dataset: str) -> list[str]:
    return registry.names(dataset, lambda family: family.is_variational)


def class_tensor(model, y: int) -> Tensor | None:
    return torch.tensor([y]) if ops.num_classes(model) else None


def repairs(model, x: Tensor, mask: Tensor, y: int, passes: int, seed) -> Tensor:
    """Every pass of one repair, (passes, C, H, W)."""
    return torch.cat(list(ops.inpaint(model, x, mask, class_tensor(model, y), passes=passes, rng=validation.rng(seed))))


def example_of(s: State) -> str | None:
    """Which of the examples is shown, if any."""
    at, mask, h, w = controls.sample_of(s.picture), s.mask["mask"], s.mask["pixels"]["h"], s.mask["pixels"]["w"]
    return next((name for name, (k, hole) in EXAMPLES[s.dataset].items() if k == at and mask == to_text(named_hole(hole, h, w))), None)


def repair(registry, t, s: State) -> dict:
    """The film of the passes: the hole of the pad's picture repaired by the chosen model; where there is no hole, the picture and a hint.

    It tells all that `compare` and `continue_hole` need to know, also the class that was settled on.
    """
    model, labels = registry.model(s.model), captions.class_names(t, registry, s.dataset, s.model)
    if not ops.is_autoencoder(model):
        raise InputError("{model} has no encoder: choose an autoencoder", model=s.model)
    x = validation.picture_for(model, s.mask)
    mask = to_mask(s.mask.get("mask"), *x.shape[2:])
    seed, passes = validation.whole(s.seed, "the seed", 0, validation.SEEDS - FILLS), validation.whole(s.passes, "passes", 1, 100)
    y = validation.resolve_label(registry, s.dataset, x, validation.whole(s.label, "the class", GUESS, len(labels) - 1), s.model)
    told = {"model": s.model, "label": y, "seed": seed, "passes": passes, "image": validation.as_argument(x), "mask": validation.as_argument(mask)}
    film = {
        "title": captions.model_title(t, registry, s.model),
        "dataset": s.dataset,
        "about": told,
        "pad": {key: s.mask[key] for key in ("pixels", "mask")},
    }
    if not mask.any():
        return film | {"pixels": pixels(x), "change": [0.0], "psnr": None, "caption": t("inpaint.whole")}
    frames = repairs(model, x, mask, y, passes, seed)
    change = ops.change_per_pass(model, frames, mask, class_tensor(model, y), validation.rng(seed))
    near, own = psnr(x.expand_as(frames), frames, mask.expand(len(frames), -1, -1)).tolist(), own_class(registry, s, x)
    example = example_of(s) if y == own else None  # told another class, its hole is neither easy nor hard
    return film | {
        "pixels": pixels(frames), "change": change, "psnr": [round(p, 2) for p in near],
        "finds": {f"{TAB}.first": [0]}, "caption": " ".join(([t(f"inpaint.{example}_said")] if example else []) + [t("inpaint.psnr", p=f"{near[-1]:.1f}")]),
        "done": done(s, mask, own, y, near[-1]),
    }  # fmt: skip


def own_class(registry, s: State, x: Tensor) -> int:
    """The class of the picture itself, known or guessed."""
    return validation.resolve_label(registry, s.dataset, x, (s.picture or {}).get("label", GUESS), s.model)


def done(s: State, mask: Tensor, own: int, y: int, near: float) -> list[str]:
    """The tasks that are done with what is shown: a picture of class `own`, repaired as one of y."""
    share, h = float(mask.float().mean()), mask.shape[0]
    eyes, upper, lower = (float(part.float().mean()) for part in (mask[int(0.12 * h) : int(0.31 * h)], mask[: h // 2], mask[h // 2 :]))
    tasks = {
        "class": s.dataset == "mnist" and (own, y) == (3, 5) and lower >= 0.6 and upper <= 0.4,
        "first": s.passes == 1, "hard": example_of(s) == "hard", "much": s.dataset == "mnist" and share >= 0.4 and near >= 22,
        "eyes": s.dataset == "faces" and eyes >= 0.75 and share <= 0.4,
    }  # fmt: skip
    return [f"{TAB}.{task}" for task, is_done in tasks.items() if is_done]


def compare(registry, t, shown: Shown) -> dict:
    """What else could stand in the hole: by the other models, from other seeds, as other classes; nothing where there is no hole."""
    about, dataset = shown.film["about"], shown.film["dataset"]
    name, y, seed, passes = (about[key] for key in ("model", "label", "seed", "passes"))
    model, labels, last = registry.model(name), captions.class_names(t, registry, dataset, name), from_pixels(shown.film["pixels"])[-1:]
    x, mask = shown.holed_picture(model)
    if not mask.any():
        return {"sections": []}
    asked = y if registry.shares(name, y) else 10**6  # a class that this model alone knows
    able = [n for n in models_for(registry, dataset) if (registry.num_classes(n) or asked + 1) > asked]
    names = [name, *(n for n in able if n != name)]
    final = torch.cat([last, *(repairs(registry.model(n), x, mask, y, passes, seed)[-1:] for n in names[1:])])
    reached = psnr(x.expand_as(final), final, mask.expand(len(final), -1, -1)).tolist()
    lines = [t("inpaint.original"), *(f"{captions.model_title(t, registry, n)} {p:.1f}\u00a0dB" for n, p in zip(names, reached, strict=True))]
    seeds = [seed + i for i in range(FILLS)]
    fills = torch.cat([last, *(repairs(model, x, mask, y, passes, k)[-1:] for k in seeds[1:])])
    more = {"scale": 4 if x.shape[-1] < 64 else 2, "flow": 1}
    return {"about": about, "sections": [
        section(t("inpaint.models"), pixels(torch.cat([x, final])), max(5, len(final) + 1), captions=lines, name="repairers", about={"models": names}, **more | {"least": 3 if x.shape[-1] < 64 else 1}),
        section(t("inpaint.fills"), pixels(fills), FILLS, captions=[t("classes.seed", n=k) for k in seeds], name="fills", about={"seeds": seeds}, **more),
        *fill_classes(t, model, labels, x, mask, about),
    ]}  # fmt: skip


def fill_classes(t, model, labels: list[str], x: Tensor, mask: Tensor, about: dict, count: int = 5) -> list[dict]:
    """The same hole filled by the same model for other classes: the next ones, of the last factor where there are several."""
    if not ops.num_classes(model):
        return []
    others = (model.config.factors or (len(labels),))[-1] - 1
    classes = [validation.next_class(model.config, about["label"], 1 + k) for k in range(min(count, others))]
    fills = torch.cat([repairs(model, x, mask, k, about["passes"], about["seed"])[-1:] for k in classes])
    more = {"scale": 4 if x.shape[-1] < 64 else 2, "captions": [labels[k] for k in classes], "about": {"labels": classes}}
    return [section(t("inpaint.classes"), pixels(fills), len(classes), name="classes", **more)]


def continue_hole(registry, t, shown: Shown) -> Iterator[dict]:
    """PixelCNN's repair of the same hole, row by row; nothing where the data set has none, none of that class, or there is no hole."""
    film, names = shown.film, registry.names(shown.film["dataset"], lambda family: family.is_pixel_model and family.is_conditional)
    model, label, seed = registry.model(names[0]) if names else None, film["about"]["label"], film["about"]["seed"]
    if model is None or "1" not in film["pad"]["mask"] or label >= ops.num_classes(model) or not registry.shares(film["about"]["model"], label):
        yield {"sections": []}
        return
    x, mask = shown.holed_picture(model)
    about = {"model": names[0], "label": label, "n": 3, "seed": seed, "temperature": 1.0} | {k: film["about"][k] for k in ("image", "mask")}
    for drawn in ops.complete(model, 3, torch.full((3,), label), image=x, mask=mask, rng=validation.rng(seed), every=4 * x.shape[3]):
        yield {"about": about, "sections": [
            section(t("inpaint.pixelcnn"), pixels(drawn), 3, scale=4, note=t("inpaint.raster"), name="pixelcnn")]}  # fmt: skip


def show(registry, t, s: State) -> dict:
    """The film; where another picture was chosen than the hole is drawn on, `pick`: one event for both, so that the film is of the later."""
    is_new = s.picture and s.picture["pixels"] != s.mask["pixels"]
    return pick(registry, t, s) if is_new else {"film": repair(registry, t, s)}


def choose_model(registry, t, s: State) -> dict:
    """The film, and the class picker at the class settled on."""
    film = repair(registry, t, replace(s, label=min(s.label, len(captions.class_names(t, registry, s.dataset, s.model)) - 1)))
    return {"film": film, "label": gr.update(**controls.picker(t, registry, s.dataset, s.model, film["about"]["label"], "swap.guessed"))}


def take_model(registry, t, s: State) -> dict:
    """`choose_model`; a visitor's own begins with a picture of theirs, under the same hole."""
    own = controls.own_picture(t, registry, s.dataset, s.model)
    if not own:
        return choose_model(registry, t, s)
    picture, pad = own
    mask = s.mask | {"pixels": picture["pixels"]}
    menu = {"model": controls.model_menu(t, registry, models_for(registry, s.dataset), s.model)}
    return choose_model(registry, t, replace(s, picture=picture, mask=mask, label=picture["label"])) | {"picture": pad, "mask": mask} | menu


def pick(registry, t, s: State) -> dict:
    """Another picture under the same hole."""
    mask = s.mask | {"pixels": s.picture["pixels"]}
    film = repair(registry, t, replace(s, mask=mask, label=s.picture.get("label", GUESS)))
    return {"film": film, "label": film["about"]["label"], "mask": mask}


def show_example(registry, t, s: State, event: gr.EventData) -> dict:
    name = validation.one_of(Sent.of(event._data)["example"], "the example", tuple(EXAMPLES[s.dataset]))
    return open_state(registry, t, replace(s, label=GUESS, picture="", mask=""), name)


def open_state(registry, t, s: State, example: str = "easy") -> dict:
    """Everything, for a state that an address or another data set asks for; without a picture or a hole, those of an example."""
    k, hole = EXAMPLES[s.dataset][example]
    picture, pad = controls.initial_picture(t, registry, s.dataset, str(s.picture), str(k))
    labels, seed, passes = captions.class_names(t, registry, s.dataset, s.model), max(0, s.seed), max(1, min(10, s.passes))
    s = replace(
        s, picture=picture, mask=initial_pad(picture, str(s.mask), hole, face=s.dataset == "faces"), seed=seed, passes=passes,
        label=s.label if s.label in range(len(labels)) else GUESS,
    )  # fmt: skip
    model = gr.update(choices=captions.model_choices(t, registry, models_for(registry, s.dataset)), value=s.model)
    kept = {"dataset": s.dataset, "seed": seed, "passes": passes, "mask": s.mask}
    return choose_model(registry, t, s) | kept | {"picture": pad, "model": model}


def switch(registry, t, s: State) -> dict:
    return open_state(registry, t, replace(s, model=models_for(registry, s.dataset)[0], label=GUESS, picture="", mask=""))


def beside(registry, t, shown: Shown) -> dict:
    return {} if shown.is_of_film("model", "passes") else {"beside": compare(registry, t, shown)}


def raster(registry, t, shown: Shown) -> Iterator[dict]:
    yield from [{}] if shown.is_of_film() else ({"beside": value} for value in continue_hole(registry, t, shown))


def build(registry, t, page) -> None:
    offers = functools.partial(models_for, registry)
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls") as column:
            dataset = controls.dataset_control(t, offers)
            model = controls.model_control(t, captions.model_choices(t, registry, offers("mnist")))
            label = ClassPicker(8, title=t("swap.guessed"), elem_classes="acts")
            seed, passes = controls.seed_control(t, TAB), controls.slider(1, 10, State.passes, step=1, label=t("inpaint.passes"))
            picture = picture_pad(registry, t)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            with gr.Row(elem_classes=["hero", "pair"]):
                pad = MaskPad(text=t.group("mask"), examples=list(EXAMPLES["mnist"]), min_width=280)
                film = Passes(text=t.group("passes"), min_width=280)
            canvas, row = (PixelCanvas(text=t.group("canvas")) for _ in range(2))
            gr.Markdown(t("inpaint.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/ops/repair.py")
    components = {"dataset": dataset, "model": model, "label": label, "seed": seed, "passes": passes, "picture": picture, "mask": pad}
    with column:
        address.link_button(t, TAB, components)
    outputs = components | {"film": film}

    def bind(triggers, function):
        events.bind_state(status, triggers, function, State, components, outputs, registry, t)

    bind([picture.input, pad.input, label.input, seed.input, passes.input], show)
    bind([pad.select], show_example)
    bind([dataset.input, model.input], events.choose_by(dataset, switch, take_model))
    address.bind_load(t, TAB, State(), offers, open_state, outputs, registry, t)
    # The passes are there at once; what else could stand in the hole follows.  One event each, so that the last film's answer comes last.
    emptied = "(film, beside) => [film, {sections: [], about: (beside || {}).about || {}}]"
    for function, where, how in ((beside, canvas, events.bind_state), (raster, row, events.bind_stream)):
        how(status, [film.change], function, Shown, {"film": film, "beside": where}, {"beside": where}, registry, t, js=emptied)
