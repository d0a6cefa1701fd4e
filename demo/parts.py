"""What every tab is put together from: the same controls in the same order, live events, the foot, links with state."""

import base64
import copy
import functools
import html
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import gradio as gr
import torch

from demo.samples import DATASETS, Samples
from demo.shelf import Shelf
from demo.text import Text, english
from demo.widgets import Status
from demo.widgets.base import Sent, from_pixels, pixels, whole_number
from genlib import images
from genlib.checkpoint import CheckpointError
from genlib.errors import InputError, brief
from genlib.models.base import Prior
from genlib.ops import num_classes

EXPECTED = (CheckpointError, ValueError)  # PictureError is a ValueError: what a person can put right
SPOILED = (KeyError, IndexError, TypeError, AttributeError, RuntimeError)  # what a page never sends of itself
GUESS = -1  # as a class: let the classifier read it off the picture
ROOT = Path(__file__).parents[1]
SEEDS = 2**53 - 1  # what a number is exact to in a page


def refusal(error: Exception, t: Text | None) -> gr.Error:
    """The error as Gradio shows it, in the page's language; in English to those who call the API."""
    more = {"title": t("error.title")} if t else {}
    return gr.Error((t.problem if t else english)(error), print_exception=False, **more)


def guarded(function, t: Text | None = None):
    """Expected failures become gr.Error with their one sentence, here and nowhere else; also for generators."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def stream(*args):
            try:
                yield from function(*args)
            except EXPECTED as error:
                raise refusal(error, t) from error

        return stream

    @functools.wraps(function)
    def call(*args):
        try:
            return function(*args)
        except EXPECTED as error:
            raise refusal(error, t) from error

    return call


def served(t: Text, function, *bound):
    """A widget's server function: a failure goes back as {"error": its sentence}, in the page's language."""

    def call(data):
        try:
            return function(*bound, data)
        except EXPECTED as error:
            return {"error": t.problem(error)}
        except SPOILED:
            return {"error": t.problem(InputError("the page sent what cannot be answered: load it again"))}

    call.__name__ = function.__name__  # as the script calls it; not its signature, by which Gradio would count its arguments
    return call


class Said(NamedTuple):
    """The line in which a tab's live events say what was wrong, and the language they say it in."""

    line: gr.HTML
    t: Text


def told(t: Text, function, count: int):
    """The function with one more output, a line that says what was wrong: queued events have Gradio's toast, live ones none."""

    @functools.wraps(function)
    def call(*args):
        try:
            values = function(*args)
        except EXPECTED as error:
            return *[gr.skip()] * count, f'<p role="alert">{html.escape(t.problem(error))}</p>'
        return *(values if count > 1 else (values,)), ""

    return call


def asking(tab: str, before: str = "") -> str:
    """A script for an event whose last input is a question's number, after what else it does: the page puts back what answers an older one.

    Answers come in any order, and Gradio triggers anew what it had put off: only what a person does makes a new question; without it the
    number is the last one's, and negative.
    """
    return f"""(...values) => {{
        {before}
        if (!window.asks) {{
            window.asks = {{}};
            window.acted = true;
            for (const kind of ["pointerdown", "keydown", "input", "click", "drop", "paste"]) addEventListener(kind, () => {{ window.acted = true; }}, true);
        }}
        const n = (window.asks["{tab}"] || 0) + window.acted, sign = window.acted ? 1 : -1;
        window.asks["{tab}"] = n;
        window.acted = false;
        return [...values.slice(0, -1), sign * n];
    }}"""


def answering(tab: str, n, value: dict) -> dict:
    """A widget's value that answers the n-th of a tab's questions; one that nobody has counted is never put back."""
    return value | ({"ask": {"of": tab, "n": abs(whole(n, "a question's number", -SEEDS, SEEDS))}} if n else {})


def live(said: Said, triggers, function, inputs, outputs, js: str | None = None):
    """While a control moves: no queue, latest wins, nothing flashes; `said` says what was wrong.  Returns the event, for what follows it."""
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return gr.on(
        triggers, told(said.t, function, len(outputs)), inputs, [*outputs, said.line], queue=False, trigger_mode="always_last",
        show_progress="hidden", api_visibility="private", js=js,
    )  # fmt: skip


def halfway(shelf: Shelf, dataset: str, model: str, n) -> bool:
    """Whether another data set was chosen whose model is not there yet, which an event sees that Gradio triggers anew.

    Raises InputError where a person has chosen such a model.
    """
    if shelf.suits(shelf.info(model), dataset):
        return False
    if whole(n or 0, "a question's number", -SEEDS, SEEDS) >= 0:
        raise InputError("{model} draws no pictures of this data set: choose its own", model=model)
    return True


def question(t, tab: str) -> Said:
    """The tab's question, and the line in which its live events say what was wrong."""
    gr.Markdown(f"## {t(f'{tab}.question')}", elem_classes="question")
    return Said(Status("", elem_classes="wrong"), t)


def happened(event: gr.EventData, key: str, count: int = 10**6) -> int:
    """A number below `count` that a widget's event tells.  Raises InputError."""
    return whole_number(Sent.of(event._data), key, 0, count - 1)


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


def named(component, payload) -> str:
    """A choice by its name: the function knows which there are."""
    if not isinstance(payload, str):
        raise no_choice(component, payload)
    return payload


def numbered(component, payload) -> int:
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

    is_template, preprocess = True, numbered


class Numbered(gr.Dropdown):
    """The same as a dropdown."""

    is_template, preprocess = True, numbered


class Names(gr.Radio):
    """Named choices that follow the data set, as a radio group."""

    is_template, preprocess = True, named


class Models(gr.Dropdown):
    """The same as a dropdown, into which another name may be typed."""

    is_template, preprocess = True, named


class Number(gr.Number):
    """A number field: what is typed stays what it is, 1.5 is not 2."""

    is_template = True

    def preprocess(self, payload):
        if payload is not None and type(payload) not in (int, float):
            raise InputError("{what} must be a number, got {got}", what=self.label, got=brief(payload))
        return payload


def picture_for(model, value: dict | None) -> torch.Tensor:
    """A widget's picture, (1, C, H, W).  Raises InputError if the model knows pictures of another shape."""
    x, c = from_pixels((value or {}).get("pixels"), most=1), model.config
    wanted = (c.channels, c.size, c.size)
    if tuple(x.shape[1:]) != wanted:
        kind = "colour" if wanted[0] == 3 else "grey"
        raise InputError("this model knows {kind} pictures of {size}×{size}: choose one of its own data set", kind=kind, size=c.size)
    return x


def as_argument(x: torch.Tensor) -> str:
    """A picture (1, C, H, W) or a mask (H, W) as the base64 of a PNG: what a download's text chunk gives back to the API."""
    x = x.float()[None, None] if x.ndim == 2 else x
    return base64.b64encode(images.png(x)).decode()


def rng(seed) -> torch.Generator:
    return torch.Generator().manual_seed(whole(seed, "the seed", 0, SEEDS))


def whole(value, what: str, least: int, most: int) -> int:
    """value as an integer within bounds.  Raises InputError with a sentence that names them."""
    try:
        number = int(value)
        if least <= number <= most and number == float(value) and not isinstance(value, bool):
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError(
        "{what} must be a whole number from {least} to {most}, got {got}", what=what, least=least, most=most, got=brief(value)
    )


def real(value, what: str, least: float, most: float) -> float:
    """value as a finite float within bounds.  Raises InputError with a sentence that names them."""
    try:
        number = float(value)
        if least <= number <= most and not isinstance(value, bool):  # false for NaN too
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError("{what} must be from {least:g} to {most:g}, got {got}", what=what, least=least, most=most, got=brief(value))


def one_of(value, what: str, known: tuple[str, ...]) -> str:
    """value, if it is one of those known.  Raises InputError with a sentence that names them."""
    if value not in known:
        raise InputError("{what} must be {known}, got {got}", what=what, known=" or ".join(known), got=brief(value))
    return value


def listed(value, what: str) -> list:
    """A list, or the JSON of one.  Raises InputError."""
    try:
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list):
        raise InputError("{what} must be a JSON list of numbers", what=what)
    return value


def dataset_control(t, names: Callable[[str], list[str]], value: str = "mnist") -> gr.Radio:
    """The data sets for which names() has a model."""
    present = [d for d in DATASETS if names(d)] or [value]
    return Radio([(t(f"dataset.{d}"), d) for d in present], value=value, label=t("control.dataset"))


def model_control(t, names: list[str]) -> gr.Dropdown:
    return Models(names, value=names[0] if names else None, label=t("control.model"), allow_custom_value=True)


def class_choices(t, shelf: Shelf, dataset: str, model: str | None = None) -> list[tuple[str, int]]:
    return [(label, k) for k, label in enumerate(class_names(t, shelf, dataset, model))]


def class_names(t, shelf: Shelf, dataset: str, model: str | None = None) -> list[str]:
    """The data set's classes, or those of a model, which fine-tuning may have given more; in the page's language."""
    known = next((info.labels for info in shelf.offered().values() if info.dataset == dataset and info.labels), ())
    labels = (shelf.info(model).labels if model else ()) or known
    return [
        t.phrases.get(f"class.{dataset}.{k}", label) if label in known[k : k + 1] else label for k, label in enumerate(labels)
    ]


def class_update(t, shelf: Shelf, dataset: str, model: str, value: int):
    """A class control's choices for a model, its value kept where the model has it."""
    choices = class_choices(t, shelf, dataset, model)
    return gr.update(choices=choices, value=min(value, len(choices) - 1))


def class_control(t, shelf: Shelf, dataset: str, value: int = 0, label: str = "control.class") -> gr.Radio:
    return Classes(class_choices(t, shelf, dataset), value=value, label=t(label), elem_classes="classes")


def classed(model, label, n: int = 1, what: str = "the class") -> torch.Tensor | None:
    """The label n times, or None for a model without classes.  Raises InputError if it is out of range."""
    classes = num_classes(model)
    return torch.full((n,), whole(label, what, 0, classes - 1)) if classes else None


def latent(model, z, what: str = "z") -> torch.Tensor:
    """A JSON list as (1, Z).  Raises ValueError for another length or numbers that are not finite."""
    z = listed(z, what)
    if not isinstance(model, Prior):
        raise InputError("this model has no latent: choose an autoencoder or a GAN")
    size = model.config.latent_dim
    if len(z) != size or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in z):
        raise InputError("{what} must be a list of {size} numbers, got {got}", what=what, size=size, got=brief(z))
    if not all(abs(v) <= 1e6 for v in z):  # false for NaN too
        raise InputError("{what} holds NaN, infinity or a number beyond a million", what=what)
    return torch.tensor([z], dtype=torch.float32)


def following(config, label: int, k: int = 1) -> int:
    """The k-th next class, round and round; of several factors the last one's, the others kept."""
    last = (config.factors or (config.classes,))[-1]
    return label - label % last + (label % last + k) % last


def picker(t, shelf: Shelf, dataset: str, model: str, value: int, title: str) -> dict:
    """All a class picker is given; before its tab is opened, an update takes the place of everything."""
    wear, config = shelf.samples(dataset).garments(), shelf.info(model).config
    factors = [{"name": t(f"factor.{k}"), "pixels": pixels(x)} for k, x in enumerate(wear)] if config.get("factors") else []
    names = [] if factors else class_names(t, shelf, dataset, model)
    last = len(shelf.info(model).labels) - 1
    return {"value": max(0, min(value, last)), "title": t(title), "names": names, "factors": factors}


def seed_control(t, tab: str, value: int = 0) -> gr.Number:
    """The seed, typed, with a dice beside it."""
    name = f"seed-{tab}-{t.language}"
    with gr.Row(elem_classes="seed"):
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


def settled(shelf: Shelf, dataset: str, x: torch.Tensor, label: int) -> int:
    """The class to encode a picture with: the one given, or the classifier's reading for GUESS."""
    return int(shelf.guess(dataset, x)[0].argmax()) if label == GUESS else label


def opened(t, shelf: Shelf, dataset: str, *wanted: str) -> tuple[dict, dict]:
    """The first picture that is there of those wanted, and the update that shows it in a picture pad among the samples.

    A picture is wanted as the number of a sample or, as an address has a drawn one, as the base64 of its pixels.
    """
    s = shelf.samples(dataset)
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
        names=class_names(t, shelf, dataset),
        groups=groups(t, s),
        dataset=dataset,
        hint=t(f"hint.{dataset}"),
        text=t.group("picture"),
    )


LIGHT = re.compile(r"([+-]\d{3})([+-]\d{2})")


def groups(t, s: Samples) -> dict | None:
    """Which samples share a light or a pose, and where a light stands: azimuth and elevation, degrees."""
    if s.attribute is None:
        return None
    at = [[int(v) for v in LIGHT.fullmatch(name).groups()] for name in s.attributes if LIGHT.fullmatch(name)]
    names = [f"{a}°, {e}°" for a, e in at] or [t.phrases.get(f"pose.{name}", name) for name in s.attributes]
    return {"of": s.attribute.tolist(), "names": names, "at": at}


def sample_of(picture: dict | None) -> int | None:
    """The number of the sample a picture pad shows, or None for a drawing, an upload or a picture from a link."""
    source = str((picture or {}).get("source"))
    return int(source[7:11]) if re.fullmatch(r"sample \d{1,4}", source) else None


def foot(t, tab: str, file: str) -> None:
    """Whose pictures these are; the equation, the paper and the model's file, to be read on the spot, at the foot of a tab."""
    gr.HTML("".join(f'<p data-dataset="{name}">{html.escape(text)}</p>' for name, text in t.group("rights").items()), elem_classes="rights")
    gr.Markdown(f"{t(f'{tab}.equation')}\n\n{t(f'{tab}.paper')}", elem_classes="foot")
    source = html.escape((ROOT / file).read_text(encoding="utf-8"))
    gr.HTML(f"<details><summary>{file}</summary><pre>{source}</pre></details>", elem_classes="source")


def link_button(t, tab: str, controls: dict) -> None:
    """Copies an address that restores the tab's whole state, and puts it in the address bar."""
    names = json.dumps(list(controls))
    script = f"""(...values) => {{
        const query = new URLSearchParams({{tab: "{tab}"}});
        const packed = (mask) => {{
            const bytes = new Uint8Array(Math.ceil(mask.length / 8));
            [...mask].forEach((digit, i) => {{ bytes[i >> 3] |= +digit << (7 - (i & 7)); }});
            return btoa(String.fromCharCode(...bytes));
        }};
        const plain = (v) => !v || !v.pixels ? v : v.mask ? packed(v.mask) : (v.source || "").startsWith("sample ") ? v.source.slice(7) : v.pixels.data;
        {names}.forEach((name, i) => query.set(name, plain(values[i])));
        const link = location.origin + location.pathname + "?" + query;
        history.replaceState(null, "", link);
        const button = document.querySelector("#link-{tab}-{t.language} button") || document.querySelector("#link-{tab}-{t.language}");
        const say = (text) => {{
            button.textContent = text;
            clearTimeout(button.back);
            button.back = setTimeout(() => {{ button.textContent = {json.dumps(t("control.link"))}; }}, 1500);
        }};
        const field = button.nextElementSibling?.matches(".by-hand") ? button.nextElementSibling : null;
        const byHand = () => {{
            const box = field || document.createElement("label"), input = box.lastElementChild || document.createElement("input");
            box.className = "by-hand";
            box.replaceChildren({json.dumps(t("control.copy_by_hand"))}, input);
            Object.assign(input, {{type: "text", readOnly: true, value: link, onfocus: () => input.select()}});
            button.after(box);
            input.focus();
        }};
        const copied = navigator.clipboard ? navigator.clipboard.writeText(link) : Promise.reject();
        copied.then(() => {{ field?.remove(); say({json.dumps(t("control.copied"))}); }}, byHand);
    }}"""
    button = gr.Button(t("control.link"), elem_id=f"link-{tab}-{t.language}", elem_classes="link", size="sm", variant="secondary")
    button.click(None, list(controls.values()), None, js=script, api_visibility="private")


def state(query: dict, defaults: dict) -> dict:
    """The controls' values an address asks for, over the defaults; a value that does not fit is left at its default."""
    found = dict(defaults)
    for key, default in defaults.items():
        try:
            found[key] = type(default)(query[key])
        except (KeyError, ValueError):
            continue
    return found


def asked(query: dict, defaults: dict, names: Callable[[str], list[str]]) -> tuple[dict, list[str]]:
    """The state an address asks for, its data set and model replaced where they are not here, and the models on offer."""
    s = state(query, defaults)
    s["dataset"] = next((d for d in (s["dataset"], *DATASETS) if names(d)), defaults["dataset"])
    offered = names(s["dataset"])
    if not offered:
        raise InputError("no model for this tab is here")
    s["model"] = s["model"] if s["model"] in offered else offered[0]
    return s, offered


def load(t, page, tab: str, defaults: dict, names: Callable[[str], list[str]], first, outputs) -> None:
    """What a fresh page shows: first(state, models on offer), the state being what its address asks for.

    One address has one answer: it is worked out for the first visitor and kept for the next, unless it holds a picture.  An address that asks
    for what cannot be gets the page as it begins.
    """

    @functools.lru_cache(maxsize=32)
    def answer(query: tuple):
        try:
            return first(*asked(dict(query), defaults, names))
        except EXPECTED:
            if not query:
                raise
            return answer(())

    def show(request: gr.Request):
        query = dict(request.query_params) if request else {}
        ours = tuple(sorted(query.items())) if query.get("tab") == tab else ()
        if any(len(value) > 200 for _, value in ours):  # a person's own picture or mask: shown, and not kept
            return answer.__wrapped__(ours)
        return copy.deepcopy(answer(ours))  # Gradio empties the updates it is given

    page.load(guarded(show, t), None, outputs, queue=False, show_progress="hidden", api_visibility="private")


def verdicts(t, shelf: Shelf, dataset: str, x, asked=None) -> tuple[list[str], list]:
    """The classifier's reading of each picture, as a caption, and whether it is what was asked (or None).

    What is unlike any real picture is read as nothing for sure: its caption is a question, and it is not what was asked.
    """
    if shelf.classifier(dataset) is None:
        return [""] * len(x), [None] * len(x)
    guess, names = shelf.guess(dataset, x), class_names(t, shelf, dataset)
    p, k = guess.max(dim=1)
    unlike = shelf.is_unlike(dataset, x).tolist()
    captions = [
        f"{names[int(i)]}\u202f?" if u else f"{names[int(i)]} {100 * float(q):.0f}\u202f%" for q, i, u in zip(p, k, unlike, strict=True)
    ]
    if asked is None:
        return captions, [None] * len(x)
    return captions, [None if a >= guess.shape[1] else a == i and not u for a, i, u in zip(asked.tolist(), k.tolist(), unlike, strict=True)]
