"""The controls that tabs share, the same in the same order."""

import re
from collections.abc import Callable

import gradio as gr
import torch
from torch.nn import functional as F

from demo.captions import class_choices, class_names, model_choices
from demo.registry import ModelRegistry
from demo.samples import DATASETS, Samples
from demo.validation import GUESS
from demo.widgets.base import from_pixels, pixels
from genlib.errors import InputError, brief

LIGHT = re.compile(r"([+-]\d{3})([+-]\d{2})")


class Slider(gr.Slider):
    """A slider whose number field may be typed into: what lies beyond its ends is the end, nothing is the start."""

    is_template = True

    def preprocess(self, payload):
        try:
            number = float(payload)
        except (TypeError, ValueError, OverflowError):
            return self.minimum
        return min(max(number, self.minimum), self.maximum) if number == number else self.minimum


def slider(*args, **more) -> gr.Slider:
    return Slider(*args, buttons=[], **more)  # Gradio's reset button tells nobody


def no_choice(component, payload) -> InputError:
    return InputError("{got} is not a choice of {what}: choose one that is shown", got=brief(payload), what=component.label)


def check_name(component, payload) -> str:
    """A choice by its name: the function knows which there are."""
    if not isinstance(payload, str):
        raise no_choice(component, payload)
    return payload


def check_number(component, payload) -> int:
    """A choice by its number, likewise."""
    if type(payload) is not int:
        raise no_choice(component, payload)
    return payload


class Radio(gr.Radio):
    """A radio group that always has one of its choices."""

    is_template = True

    def preprocess(self, payload):
        for _, value in self.choices:
            if value == payload:
                return value
        raise no_choice(self, payload)


class Classes(gr.Radio):
    """Numbered choices that follow the model, as a radio group."""

    is_template = True

    def preprocess(self, payload):
        return check_number(self, payload)


class Numbered(gr.Dropdown):
    """The same as a dropdown."""

    is_template = True

    def preprocess(self, payload):
        return check_number(self, payload)


class Names(gr.Radio):
    """Named choices that follow the data set, as a radio group."""

    is_template = True

    def preprocess(self, payload):
        return check_name(self, payload)


class Models(gr.Dropdown):
    """The same as a dropdown, into which another name may be typed."""

    is_template = True

    def preprocess(self, payload):
        return check_name(self, payload)


class Number(gr.Number):
    """A number field: what is typed stays what it is, 1.5 is not 2."""

    is_template = True

    def preprocess(self, payload):
        if payload is not None and type(payload) not in (int, float):
            raise InputError("{what} must be a number, got {got}", what=self.label, got=brief(payload))
        return payload


def dataset_control(t, names: Callable[[str], list[str]], value: str = "mnist") -> gr.Radio:
    """The data sets for which names() has a model."""
    present = [d for d in DATASETS if names(d)] or [value]
    return Radio([(t(f"dataset.{d}"), d) for d in present], value=value, label=t("control.dataset"))


def model_control(t, choices: list[tuple[str, str]], label: str = "control.model") -> gr.Dropdown:
    """Models by what people call them; the name of another may be typed."""
    return Models(choices, value=choices[0][1] if choices else None, label=t(label), allow_custom_value=True, elem_classes="model")


def model_menu(t, registry: ModelRegistry, names: list[str], chosen: str) -> dict:
    """The list of a model control once a visitor's own is chosen, which then stands there by what it is called."""
    return gr.update(choices=model_choices(t, registry, names, chosen))


def class_update(t, registry: ModelRegistry, dataset: str, model: str, value: int):
    """A class control's choices for a model, its value kept where the model has it."""
    choices = class_choices(t, registry, dataset, model)
    return gr.update(choices=choices, value=min(value, len(choices) - 1))


def class_control(t, registry: ModelRegistry, dataset: str, value: int = 0, label: str = "control.class") -> gr.Radio:
    return Classes(class_choices(t, registry, dataset), value=value, label=t(label), elem_classes=["classes", "acts"])


def thumbnails(x: torch.Tensor, side: int = 36) -> torch.Tensor:
    """Pictures (N, C, H, W) no larger than a button is."""
    return F.interpolate(x, size=side, mode="area") if x.shape[-1] > side else x


def picker(t, registry: ModelRegistry, dataset: str, model: str, value: int, title: str) -> dict:
    """All a class picker is given: words, pictures of people, or garments; before its tab is opened, an update takes the place of everything."""
    wear, info = registry.samples(dataset).garments(), registry.info(model)
    factors = [{"name": t(f"factor.{k}"), "pixels": pixels(x)} for k, x in enumerate(wear)] if info.config.get("factors") else []
    people = registry.people(dataset, model)
    return {
        "value": max(0, min(value, len(info.labels) - 1)), "title": t(title), "names": [] if factors else class_names(t, registry, dataset, model),
        "factors": factors, "pictures": None if people is None else pixels(thumbnails(people)), "numbers": None,
    }  # fmt: skip


def seed_control(t, tab: str, value: int = 0) -> gr.Number:
    """The seed, typed, with a dice beside it."""
    name = f"seed-{tab}-{t.language}"
    with gr.Row(elem_classes=["seed", "acts"]):
        seed = Number(value, label=t("control.seed"), precision=0, min_width=120, elem_id=name)
        dice = gr.Button(f"⚄ {t('control.dice')}", elem_classes="dice", min_width=88, scale=0)
    # Typed in the person's place, so that only `input` reports a new seed: `change` also answers the page's own updates.
    throw = f"""() => {{
        const field = document.querySelector("#{name} input");
        field.value = Math.floor(Math.random() * 1e6);
        field.dispatchEvent(new Event("input", {{bubbles: true}}));
    }}"""
    dice.click(None, None, None, js=throw, api_visibility="private")
    return seed


def own_picture(t, registry: ModelRegistry, dataset: str, model: str, n: int = 0) -> tuple[dict, dict] | None:
    """The n-th picture of those that a visitor's model has learned from, and the update that shows it behind the samples; None of other models."""
    if model not in registry.own:
        return None
    first = len(registry.samples(dataset).x)
    return initial_picture(t, registry, dataset, str(first + n), str(first), model=model)


def initial_picture(t, registry: ModelRegistry, dataset: str, *wanted: str, model: str = "") -> tuple[dict, dict]:
    """The first picture that is there of those wanted, and the update that shows it in a picture pad among the samples; behind these the pictures
    that a visitor's model has learned from.

    A picture is wanted as the number of a sample or, as an address has a drawn one, as the base64 of its pixels.
    """
    s = registry.samples_for(dataset, model)
    every = pixels(s.x)
    for name in wanted:
        if name.isdecimal() and int(name[:4]) < len(s.x):
            k = int(name[:4])
            picture = {"pixels": pixels(s.x[k : k + 1]), "label": int(s.y[k]), "source": f"sample {k}"}
            break
        try:
            picture = {"pixels": every | {"n": 1, "data": name}, "label": GUESS, "source": "link"}
            from_pixels(picture["pixels"])
            break
        except ValueError:
            continue
    # The words too: before its tab is opened, an update takes the place of all a widget was given.
    return picture, gr.update(
        value=picture,
        samples={"pixels": every, "labels": s.y.tolist()},
        names=class_names(t, registry, dataset, None if s.own is None else model),
        groups=groups(t, s),
        dataset=dataset,
        hint=t(f"hint.{dataset}"),
        text=t.group("picture"),
    )


def groups(t, s: Samples) -> dict | None:
    """Which samples share a light or a pose, and where a light stands: azimuth and elevation, degrees."""
    if s.attribute is None:
        return None
    at = [[int(v) for v in light.groups()] for name in s.attributes if (light := LIGHT.fullmatch(name))]
    names = [f"{a}°, {e}°" for a, e in at] or [t.phrases.get(f"pose.{name}", name) for name in s.attributes]
    return {"of": s.attribute.tolist(), "names": names, "at": at}


def sample_of(picture: dict | None) -> int | None:
    """The number of the sample a picture pad shows, or None for a drawing, an upload or a picture from a link."""
    source = str((picture or {}).get("source"))
    return int(source[7:11]) if re.fullmatch(r"sample \d{1,4}", source) else None
