"""Pixel by pixel: how does a picture come from p(x_i | x_<i)?"""

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.readings import conditions, distribution, entropies, fields, likelihoods, model_guidance, repair_beside, takes_guidance
from demo.uploads import picture_pad
from demo.widgets import MaskPad, PixelCanvas, PixelStream, ReadingOrder
from demo.widgets.base import Sent, from_pixels, pixels
from demo.widgets.mask_pad import initial_pad, to_mask, to_text
from genlib import ops
from genlib.data import VARIANT_OF
from genlib.errors import InputError
from genlib.models.pixelgan import PixelGAN
from genlib.ops.pixels import PixelNet

TAB = "pixel"
STARTS = ("blank", "half", "hole")
CODES = ("prior", "picture")  # where a PixelGAN's z comes from
EVERY, PAUSE = 14, 0.04  # pixels that come at once, and seconds between what is sent: the page draws at its own pace
COLD, LED = 0.3, 3.0  # a temperature and a guidance at which one sees what they do


@dataclass(frozen=True)
class State:
    """What a person can set.  picture, mask: pads' values; in an address a sample's number or pixels, and a mask's bits."""

    dataset: str = "mnist"
    model: str = "pixelcnn-mnist"
    label: int = 3
    seed: int = 0
    n: int = 4
    temperature: float = 1.0
    start: str = "blank"
    picture: Any = "3"
    mask: Any = ""
    code: str = "prior"
    guidance: float = 0.5
    number: int = 0  # which question of the tab this is


def models_for(registry, dataset: str) -> list[str]:
    return registry.names(dataset, lambda family: family.is_pixel_model)


def begun(s: State) -> tuple[Tensor | None, Tensor | None]:
    """What is there before the first pixel is drawn: a picture (1, 1, H, W) and the mask of what is to be drawn, (H, W)."""
    start = validation.one_of(s.start, "the start", STARTS)
    if start == "blank":
        return None, None
    pad = (s.mask if start == "hole" else s.picture) or {}
    x = from_pixels(pad.get("pixels"))
    if start == "hole":
        return x, to_mask(pad.get("mask"), *x.shape[2:])
    return x, (torch.arange(x.shape[2]) >= x.shape[2] // 2)[:, None].expand(x.shape[2:])


def latent_codes(registry, s: State, rng: torch.Generator) -> Tensor | None:
    """z of a PixelGAN's pictures, (n, Z): draws of its prior, or the code of a picture; None for a model without z."""
    model, dataset = registry.model(s.model), registry.info(s.model).dataset
    if not isinstance(model, PixelGAN):
        return None
    k = model.config.categories
    if validation.one_of(s.code, "z", CODES) == "prior":
        return model.prior(s.n, rng, validation.whole(s.label, "the class", 0, k - 1) if k else None)
    x = validation.picture_for(model, s.picture)
    label = validation.resolve_label(registry, VARIANT_OF.get(dataset) or dataset, x, (s.picture or {}).get("label", validation.GUESS))
    return ops.encode(model, x, validation.label_tensor(model, label)).mean.expand(s.n, -1)


def drawing(model, s: State, z: Tensor | None, rng: torch.Generator) -> Iterator[Tensor]:
    """The pictures as they grow.  A hole that is empty leaves nothing to draw: the picture is shown as it is."""
    image, mask = begun(s)
    image, y = None if image is None else model.quantize(image), validation.label_tensor(model, s.label, s.n)
    if image is not None and mask is not None and not mask.any():
        return iter([image.expand(s.n, -1, -1, -1)] * -(-(model.config.size**2) // EVERY))
    return ops.complete(
        model, s.n, y, z=z, image=image, mask=mask, rng=rng, temperature=s.temperature, every=EVERY, guidance=model_guidance(model, s.guidance)
    )


def settings(registry, t, s: State, z: Tensor | None) -> dict:
    """What the stream tells beside its pictures: what they were drawn by, in the API's words too."""
    model, (image, mask) = registry.model(s.model), begun(s)
    w, codes, given = model_guidance(model, s.guidance), None if z is None else z.tolist(), conditions(model)
    about = {"model": s.model, "label": s.label, "seed": s.seed, "n": s.n, "temperature": s.temperature, "z": codes}
    about |= {} if w is None else {"guidance": w}
    about |= {} if image is None or mask is None else {"image": validation.as_argument(model.quantize(image)), "mask": validation.as_argument(mask)}
    names = captions.class_names(t, registry, s.dataset, s.model) if "c" in given or is_sorted(registry, s.model) else []
    asked = names[validation.whole(s.label, "the class", 0, len(names) - 1)] if names else ""
    done = {"cold": s.temperature <= COLD, "led": (w or 0) >= LED, "half": s.start == "half"}
    return {
        "about": about, "model": s.model, "label": s.label, "temperature": s.temperature, "guidance": w, "z": codes, "given": given, "asked": asked,
        "title": captions.model_title(t, registry, s.model),
        "layers": len((model.pixelcnn if isinstance(model, PixelGAN) else model).layers), "run": time.time_ns(),
        "mask": None if mask is None else to_text(mask), "done": [f"{TAB}.{task}" for task, is_done in done.items() if is_done],
    }  # fmt: skip


def stream(registry, t, s: State, pause: float = PAUSE) -> Iterator[dict]:
    """The stream's values while n pictures are drawn, `pause` seconds or more apart."""
    model = registry.model(s.model)
    if not isinstance(model, PixelNet | PixelGAN):
        raise InputError("{model} draws no pixels one by one: choose a PixelCNN", model=s.model)
    rng, size = validation.rng(s.seed), model.config.size**2
    s = replace(s, n=validation.whole(s.n, "the number of samples", 1, 9), temperature=validation.real(s.temperature, "the temperature", 0.05, 3))
    z, shown = latent_codes(registry, s, rng), -pause
    told = settings(registry, t, s, z)
    kept = (told["mask"] or "").find("1")  # pixels before the first that is drawn: they are there from the beginning
    for step, x in enumerate(drawing(model, s, z, rng), start=1):
        at, now = min(step * EVERY, size), time.monotonic()
        if at == size or (at > kept and now - shown >= pause):
            shown = now
            yield events.number_answer(TAB, s.number, told | {"pixels": pixels(x), "at": at})


def is_sorted(registry, name: str) -> bool:
    """Whether the model's classes are categories of its own finding."""
    return bool(registry.info(name).config.get("categories"))


def draw(registry, t, s: State) -> Iterator[dict]:
    if not events.is_halfway(registry, s.dataset, s.model, s.number):
        yield from ({"screen": value} for value in stream(registry, t, s))


def sample(registry, t, s: State) -> Iterator[dict]:
    """New pictures: of the next seed."""
    s = replace(s, seed=(validation.whole(s.seed, "the seed", 0, validation.SEEDS) + 1) % validation.SEEDS)
    yield {"seed": s.seed}
    yield from draw(registry, t, s)


def draw_on(registry, t, s: State, event: gr.EventData) -> Iterator[dict]:
    """A stopped picture's rest drawn anew, its first `at` pixels kept: from then on it is the hole's."""
    data = Sent.of(event._data)
    x = from_pixels(data["pixels"], most=1)
    hole = (torch.arange(x[0].numel()) >= events.event_number(event, "at", x[0].numel())).view(x.shape[2:])
    kept = {"pixels": pixels(x.masked_fill(hole, 0)), "label": validation.GUESS, "source": "link"}
    s = replace(s, start="hole", picture=kept, mask={"pixels": kept["pixels"], "mask": to_text(hole)})
    nats = likelihoods(registry, t, s.dataset, s.model, kept)
    yield {"start": "hole", "picture": kept, "mask": s.mask, "nats": nats} | beside(registry, t, s)
    yield from sample(registry, t, s)


def whole(registry, t, s: State) -> dict:
    """The pictures, whole: what follows a choice at once is not watched appearing."""
    *_, value = stream(registry, t, s, pause=0)
    return {"screen": value}


def beside(registry, t, s: State) -> dict:
    """The pad to paint a hole on, and the hole repaired by a model that sees below it too, where there is one."""
    x, mask = begun(s) if s.start == "hole" else (None, None)
    names = registry.names(s.dataset, lambda family: family.is_autoencoder and family.is_conditional)
    able = [name for name in names if s.label < len(captions.class_names(t, registry, s.dataset, name))]
    is_hole = mask is not None and bool(able) and bool(mask.any()) and not mask.all()
    return {
        "beside": repair_beside(registry, t, able[0], x, mask, s.label, s.seed)
        if is_hole and x is not None and mask is not None
        else {"sections": []},
        "painting": gr.update(visible=True if s.start == "hole" else "hidden"),
    }


def follow_model(registry, t, s: State) -> dict:
    """What the model's choice changes of the controls: classes, or categories, or neither; z; guidance."""
    model, labels = registry.model(s.model), captions.class_choices(t, registry, s.dataset, s.model)
    sorts, label = is_sorted(registry, s.model), min(s.label, len(labels) - 1)
    return {
        "label": gr.update(choices=labels, value=label, label=t("pixel.categories" if sorts else "control.class"), visible=sorts or "c" in conditions(model)),
        "coding": gr.update(visible=isinstance(model, PixelGAN)), "guidance": gr.update(visible=takes_guidance(model), value=s.guidance),
        "nats": likelihoods(registry, t, s.dataset, s.model, s.picture),
    }  # fmt: skip


def choose_model(registry, t, s: State) -> dict:
    events.is_halfway(registry, s.dataset, s.model, s.number)
    s = replace(s, label=min(s.label, len(captions.class_names(t, registry, s.dataset, s.model)) - 1))
    return whole(registry, t, s) | follow_model(registry, t, s)


def pick_sample(registry, t, s: State) -> dict:
    """A sample brings its class along: a 7 is continued as a 7."""
    own = s.picture.get("label", validation.GUESS)
    mask = (s.mask or pad_with_hole(s.picture)) | {"pixels": s.picture["pixels"]}
    label = s.label if own < 0 or is_sorted(registry, s.model) else own
    return {"nats": likelihoods(registry, t, s.dataset, s.model, s.picture), "mask": mask, "label": label}


def pad_with_hole(picture: dict, wanted: str = "") -> dict:
    """The mask pad's value: a picture and the hole an address asks for, or its middle."""
    return initial_pad(picture, wanted, "middle")


def open_state(registry, t, s: State, initial: State = State()) -> dict:
    """Everything, for a state that an address or another data set asks for."""
    picture, pad = controls.initial_picture(t, registry, s.dataset, str(s.picture), str(initial.picture))
    labels = captions.class_names(t, registry, s.dataset, s.model)
    s = replace(
        s, start=s.start if s.start in STARTS else initial.start, code=s.code if s.code in CODES else initial.code, picture=picture,
        label=s.label if s.label in range(len(labels)) else min(initial.label, len(labels) - 1), mask=pad_with_hole(picture, str(s.mask)),
    )  # fmt: skip
    shown = whole(registry, t, s) | follow_model(registry, t, s) | beside(registry, t, s)
    kept = {name: getattr(s, name) for name in ("dataset", "seed", "n", "temperature", "start", "mask", "code")}
    choices = captions.model_choices(t, registry, models_for(registry, s.dataset))
    return shown | kept | {"picture": pad, "model": gr.update(choices=choices, value=s.model)}


def switch(registry, t, s: State) -> dict:
    return open_state(registry, t, replace(events.mend_seed(s), model=models_for(registry, s.dataset)[0], picture="", mask=""))


def build(registry, t, page) -> None:
    offers = functools.partial(models_for, registry)
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, offers)
            model = controls.model_control(t, captions.model_choices(t, registry, offers("mnist")))
            label, seed = controls.class_control(t, registry, "mnist", State.label), controls.seed_control(t, TAB)
            temperature = controls.slider(0.1, 2, State.temperature, step=0.05, label=t("control.temperature"))
            guidance = controls.slider(0, 4, State.guidance, step=0.25, label=t("pixel.guidance"))
            n = controls.slider(1, 9, State.n, step=1, label=t("pixel.n"))
            start = controls.Radio([(t(f"pixel.{s}"), s) for s in STARTS], value=State.start, label=t("pixel.start"))
            picture = picture_pad(registry, t)
            with gr.Column(visible="hidden") as painting:  # there at once: what is made later has lost its words
                pad = MaskPad(text=t.group("mask"))
            with gr.Column(visible=False) as coding:
                code = controls.Radio([(t(f"pixel.z_{s}"), s) for s in CODES], value=State.code, label=t("pixel.z"))
            settable = {
                "dataset": dataset, "model": model, "label": label, "seed": seed, "n": n, "temperature": temperature, "start": start,
                "picture": picture, "mask": pad, "code": code, "guidance": guidance,
            }  # fmt: skip
            address.link_button(t, TAB, settable)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            functions = [events.serve(t, f, registry) for f in (distribution, entropies)]
            screen = PixelStream(server_functions=functions, text=t.group("stream"), elem_id=f"stream-{t.language}", elem_classes="hero")
            canvas = PixelCanvas(text=t.group("canvas"))
            nats = gr.HTML(elem_classes="nats")
            ReadingOrder(text=t.group("order"), server_functions=[events.serve(t, fields)])
            gr.Markdown(t("pixel.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/pixelcnn.py")
    components = settable | {"number": gr.Number(visible=False)}  # the last: events.number_question counts in it
    outputs = settable | {"screen": screen, "beside": canvas, "nats": nats, "painting": painting, "coding": coding}
    asking = events.number_question(TAB)

    def bind(on, function, how=events.bind_state, **options):
        return how(status, on, function, State, components, outputs, registry, t, js=asking, **options)

    # What is moved marks the pictures as of the old settings at once, and has them drawn anew.
    moved = [label.input, seed.input, n.input, temperature.input, start.input, pad.input, code.input, guidance.input]
    stale = f"() => document.querySelector('#stream-{t.language} .pixel_stream').dispatchEvent(new Event('stale'))"
    gr.on([*moved, picture.input, model.input, dataset.input], None, None, None, js=stale, api_visibility="private")
    picked = bind([picture.input], pick_sample)
    streams = [(moved, draw), (picked.then, draw), ([screen.submit], sample), ([screen.select], draw_on)]
    drawn: list[Any] = [bind(on, function, events.bind_stream) for on, function in streams]
    screen.stop(None, None, None, cancels=drawn, api_visibility="private")
    bind([label.input, seed.input, start.input, pad.input], beside, is_second=True)
    bind([model.input], choose_model)
    bind([dataset.input], switch)
    address.bind_load(t, TAB, State(), offers, open_state, outputs, registry, t)
