"""What every tab is put together from: the same controls in the same order, live events, the foot, links with state."""

import copy
import functools
import html
import inspect
import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import torch

from demo.samples import DATASETS, Samples
from demo.shelf import Shelf
from demo.widgets.base import from_pixels, pixels
from genlib.checkpoint import CheckpointError
from genlib.ops import classes_of

EXPECTED = (CheckpointError, ValueError)  # PictureError is a ValueError: what a person can put right
GUESS = -1  # as a class: let the classifier read it off the picture
ROOT = Path(__file__).parents[1]
SEEDS = 2**53 - 1  # what a number is exact to in a page


def guarded(function):
    """Expected failures become gr.Error with their one sentence, here and nowhere else; also for generators."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def stream(*args):
            try:
                yield from function(*args)
            except EXPECTED as error:
                raise gr.Error(sentence(error), print_exception=False) from error

        return stream

    @functools.wraps(function)
    def call(*args):
        try:
            return function(*args)
        except EXPECTED as error:
            raise gr.Error(sentence(error), print_exception=False) from error

    return call


def sentence(error: BaseException) -> str:
    text = str(error).strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def told(function, count: int):
    """The function with one more output, a line that says what was wrong: queued events have Gradio's toast, live ones none."""

    @functools.wraps(function)
    def call(*args):
        try:
            values = function(*args)
        except EXPECTED as error:
            return *[gr.skip()] * count, f'<p role="alert">{html.escape(sentence(error))}</p>'
        return *(values if count > 1 else (values,)), ""

    return call


def live(said: gr.HTML, triggers, function, inputs, outputs) -> None:
    """While a control moves: no queue, latest wins, nothing flashes; `said` says what was wrong."""
    outputs = outputs if isinstance(outputs, list) else [outputs]
    gr.on(
        triggers, told(function, len(outputs)), inputs, [*outputs, said], queue=False, trigger_mode="always_last",
        show_progress="hidden", api_visibility="private",
    )  # fmt: skip


def question(t, tab: str) -> gr.HTML:
    """The tab's question, and the line in which its live events say what was wrong."""
    gr.Markdown(t(f"{tab}.question"), elem_classes="question")
    return gr.HTML("", elem_classes="wrong")


class Slider(gr.Slider):
    """A slider whose number field may be typed into: what lies beyond its ends is the end, nothing is the start."""

    is_template = True

    def preprocess(self, payload):
        try:
            return min(max(float(payload), self.minimum), self.maximum)
        except (TypeError, ValueError):
            return self.minimum


def slider(*args, **more) -> gr.Slider:
    return Slider(*args, buttons=[], **more)  # Gradio's reset button tells nobody


def picture_for(model, value: dict | None) -> torch.Tensor:
    """A widget's picture, (N, C, H, W).  Raises ValueError if the model knows pictures of another shape."""
    x, c = from_pixels((value or {}).get("pixels")), model.config
    wanted = (getattr(c, "channels", 1), c.size, c.size)
    if tuple(x.shape[1:]) != wanted:
        kind = "colour" if wanted[0] == 3 else "grey"
        raise ValueError(f"this model knows {kind} pictures of {c.size}×{c.size}: choose one of its own data set")
    return x


def rng(seed) -> torch.Generator:
    return torch.Generator().manual_seed(whole(seed, "the seed", 0, SEEDS))


def whole(value, what: str, least: int, most: int) -> int:
    """value as an integer within bounds.  Raises ValueError with a sentence that names them."""
    try:
        number = int(value)
        if least <= number <= most and number == float(value):
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"{what} must be a whole number from {least} to {most}, got {str(value)[:40]}")


def real(value, what: str, least: float, most: float) -> float:
    """value as a finite float within bounds.  Raises ValueError with a sentence that names them."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be a number from {least:g} to {most:g}") from None
    if not least <= number <= most:  # false for NaN too
        raise ValueError(f"{what} must be from {least:g} to {most:g}, got {value}")
    return number


def dataset_control(t, names: Callable[[str], list[str]], value: str = "mnist") -> gr.Radio:
    """The data sets for which names() has a model."""
    present = [d for d in DATASETS if names(d)] or [value]
    return gr.Radio([(t(f"dataset.{d}"), d) for d in present], value=value, label=t("control.dataset"))


def model_control(t, names: list[str]) -> gr.Dropdown:
    return gr.Dropdown(names, value=names[0] if names else None, label=t("control.model"), allow_custom_value=True)


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
    return gr.Radio(class_choices(t, shelf, dataset), value=value, label=t(label), elem_classes="classes")


def classed(model, label, n: int = 1, what: str = "the class") -> torch.Tensor | None:
    """The label n times, or None for a model without classes.  Raises ValueError if it is out of range."""
    classes = classes_of(model)
    return torch.full((n,), whole(label, what, 0, classes - 1)) if classes else None


def latent(model, z, what: str = "z") -> torch.Tensor:
    """A JSON list as (1, Z).  Raises ValueError for another length or numbers that are not finite."""
    if isinstance(z, str):
        try:
            z = json.loads(z)
        except ValueError:
            raise ValueError(f"{what} must be a JSON list of numbers") from None
    size = getattr(model.config, "latent_dim", None)
    if size is None:
        raise ValueError("this model has no latent: choose an autoencoder or a GAN")
    if not isinstance(z, list) or len(z) != size or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in z):
        raise ValueError(f"{what} must be a list of {size} numbers, got {len(z) if isinstance(z, list) else type(z).__name__}")
    if not all(abs(v) <= 1e6 and math.isfinite(v) for v in z):
        raise ValueError(f"{what} holds NaN, infinity or a number beyond a million")
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
        seed = gr.Number(value, label=t("control.seed"), precision=0, min_width=120, elem_id=name)
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
    """The equation, the paper and the model's file, to be read on the spot, at the foot of a tab."""
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
        const said = document.querySelector("#link-{tab}-{t.language} button") || document.querySelector("#link-{tab}-{t.language}");
        const say = (text) => {{
            said.textContent = text;
            clearTimeout(said.back);
            said.back = setTimeout(() => {{ said.textContent = {json.dumps(t("control.link"))}; }}, 1500);
        }};
        const copied = navigator.clipboard ? navigator.clipboard.writeText(link) : Promise.reject();
        copied.then(() => say({json.dumps(t("control.copied"))}), () => say({json.dumps(t("control.in_address"))}));
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
        raise ValueError("no model for this tab is here")
    s["model"] = s["model"] if s["model"] in offered else offered[0]
    return s, offered


def load(page, tab: str, defaults: dict, names: Callable[[str], list[str]], first, outputs) -> None:
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

    page.load(guarded(show), None, outputs, queue=False, show_progress="hidden", api_visibility="private")


def at_levels(model, x: torch.Tensor) -> torch.Tensor:
    """A picture at the grey levels a pixel model knows: black and white for two."""
    steps = model.config.levels - 1
    return (x * steps).round() / steps


def verdicts(t, shelf: Shelf, dataset: str, x, asked=None) -> tuple[list[str], list]:
    """The classifier's reading of each picture, as a caption, and whether it is what was asked (or None)."""
    if shelf.classifier(dataset) is None:
        return [""] * len(x), [None] * len(x)
    guess, names = shelf.guess(dataset, x), class_names(t, shelf, dataset)
    p, k = guess.max(dim=1)
    captions = [f"{names[int(i)]} {100 * float(q):.0f}\u202f%" for q, i in zip(p, k, strict=True)]
    if asked is None:
        return captions, [None] * len(x)
    return captions, [None if a >= guess.shape[1] else a == i for a, i in zip(asked.tolist(), k.tolist(), strict=True)]
