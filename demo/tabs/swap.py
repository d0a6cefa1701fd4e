"""Identity swap: what stays when only c changes?"""

import functools
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.swaps import STEPS, Source, others, pairs, row, sheet, ways
from demo.uploads import picture_pad
from demo.validation import GUESS
from demo.widgets import ClassPicker, PixelCanvas
from demo.widgets.base import Sent, pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr
from genlib.models.base import choices
from genlib.models.cvae import CVAE

TAB = "swap"
FIRST = {"mnist": "7", "fashion": "7", "sprites": "42", "faces": "0"}  # the sample to begin with
OTHER = {"mnist": 1, "fashion": 1, "sprites": 1, "faces": 6}  # which of `others` z is to go to first


@dataclass(frozen=True)
class State:
    """What a person can set.  label, target: GUESS to read the class off the picture, and to take the next one; other: a sample's number."""

    dataset: str = "mnist"
    model: str = "cvaegan-mnist"
    label: int = GUESS
    target: int = GUESS
    mix: float = 1.0
    other: int = GUESS
    walk: float = 0.0
    picture: Any = ""


def models_for(registry, dataset: str) -> list[str]:
    return registry.names(dataset, lambda family: family.is_autoencoder and family.is_conditional)


def swapper(registry, name: str) -> CVAE:
    """The model of that name.  Raises InputError if it cannot swap."""
    model = registry.model(name)
    if not isinstance(model, CVAE) or not ops.num_classes(model):
        raise InputError("{model} cannot swap: choose a CVAE or a CVAE-GAN", model=name)
    return model


def resolve_labels(registry, s: State, model: CVAE, x: Tensor) -> tuple[int, int]:
    """The class of a picture, guessed if need be, and the class to give it: the following one if none is chosen."""
    last = model.config.classes - 1
    y = validation.resolve_label(registry, s.dataset, x, validation.whole(s.label, "the class", GUESS, last), s.model)
    target = validation.whole(s.target, "the target class", GUESS, last)
    return y, validation.next_class(model.config, y) if target == GUESS else target


def read(registry, s: State) -> Source:
    model, samples = swapper(registry, s.model), registry.samples_for(s.dataset, s.model)
    x = validation.picture_for(model, s.picture)
    y, target = resolve_labels(registry, s, model, x)
    k = validation.whole(s.other, "the other picture", 0, len(samples.x) - 1)
    z, there = (ops.encode(model, one, label).mean for one, label in ((x, torch.tensor([y])), (samples.x[k : k + 1], samples.y[k : k + 1])))
    return Source(model, x, y, target, z, there)


def about(s: State, source: Source, **more) -> dict:
    return {"model": s.model, "label": source.y, "z": source.z[0].tolist(), "image": validation.as_argument(source.x)} | more


def describe_class(t, model, labels, label: int, other: int | None = None) -> str:
    """A class in words: its name, or its choices (those that differ from another class's)."""
    factors = model.config.factors
    if not factors:
        return labels[label]
    own, theirs = (choices(torch.tensor([k]), factors)[0].tolist() for k in (label, label if other is None else other))
    told = [f"{t(f'factor.{i}')} {k}" for i, k in enumerate(own) if other is None or k != theirs[i]]
    return ", ".join(told) or labels[label]


def truth(registry, s: State, source: Source) -> Tensor | None:
    """The real picture of the nearer class under the nearer light or in the nearer pose, (1, C, H, W), if there is one."""
    samples, at = registry.samples_for(s.dataset, s.model), s.other if s.walk >= 0.5 else controls.sample_of(s.picture)
    if samples.attribute is None or at is None or at >= len(samples.x):
        return None
    x, known = samples.truth(int(samples.attribute[at]), torch.tensor([source.target if s.mix >= 0.5 else source.y]))
    return x if known[0] else None


def result(registry, t, s: State) -> tuple[dict, Source]:
    """G(z, c') with z and c on their way, beside the true picture or, where there is none, the person's; and smaller what it was made of."""
    mix, walk = validation.real(s.mix, "the share of c'", 0, 1), validation.real(s.walk, "the way to z'", 0, 1)
    source = read(registry, s)
    labels, true = captions.class_names(t, registry, s.dataset, s.model), truth(registry, s, source)
    swapped, back = source.blend(torch.full((1, 1), walk), torch.full((1, 1), mix)), ops.decode(source.model, source.z, torch.tensor([source.y]))
    (said,), (right,) = captions.verdicts(t, registry, s.dataset, swapped, torch.tensor([source.target if mix >= 0.5 else source.y]), s.model)
    doubted = said.endswith("?")
    cells = {
        "swapped": (swapped, t("swap.unlike" if doubted else "swap.read_walked" if walk else "swap.read", v=said), right),
        "picture": (source.x, t("swap.picture"), None), "back": (back, t("swap.back"), None),
    }  # fmt: skip
    if true is not None:
        cells["true"] = true, t("swap.true", p=f"{psnr(true, swapped)[0]:.1f}"), None
    shown = [cells[name] for name in (("picture", "swapped", "back") if true is None else ("swapped", "true", "picture", "back"))]
    note = ood_warning(registry, t, s, source.x, back)
    title = t("swap.here", c=describe_class(t, source.model, labels, source.y), k=describe_class(t, source.model, labels, source.target, source.y))
    other = {"other": validation.as_argument(registry.samples_for(s.dataset, s.model).x[s.other : s.other + 1])} if walk else {}
    return {"about": about(s, source, target=source.target, mix=mix, walk=walk) | other, "done": done(s, source, doubted), "sections": [section(
        title, pixels(torch.cat([x for x, _, _ in shown])), 2, captions=[words for _, words, _ in shown], good=[value for _, _, value in shown],
        small=len(shown) - 2, tall=True, name="picture", note=note, warn=bool(note),
    )]}, source  # fmt: skip


def done(s: State, source: Source, doubted: bool) -> list[str]:
    """The tasks that are done with what is shown."""
    tasks = {
        "slant": s.dataset == "mnist" and (source.y, source.target) == (1, 7), "draw": controls.sample_of(s.picture) is None,
        "doubt": doubted, "between": 0.4 <= s.mix <= 0.6, "light": s.dataset == "faces" and s.walk >= 0.9,
    }  # fmt: skip
    return [f"{TAB}.{task}" for task, is_done in tasks.items() if is_done]


def ood_warning(registry, t, s: State, x: Tensor, back: Tensor) -> str:
    """A warning for a picture of a person's own that the model redraws worse than nineteen of twenty held-out ones."""
    if registry.samples(s.dataset).attribute is None or controls.sample_of(s.picture) is not None:
        return ""
    usual, reached = registry.usual_psnr(s.dataset, s.model), float(psnr(x, back)[0])
    return t("swap.strange", p=f"{reached:.1f}", q=f"{usual:.1f}") if reached < usual else ""


def film(registry, t, s: State, source: Source) -> dict:
    told = about(
        s, source, target=source.target, steps=STEPS, other=validation.as_argument(registry.samples_for(s.dataset, s.model).x[s.other : s.other + 1])
    )
    return {"about": told, "sections": ways(t, source)}


def sheets(registry, t, s: State, source: Source) -> dict:
    found = pairs(registry, t, s.dataset, s.model, s.picture, source)
    return {"about": about(s, source), "sections": [row(registry, t, s.dataset, s.model, source), *found, sheet(registry, t, s.dataset, s.model)]}


def slide(registry, t, s: State) -> dict:
    return {"top": result(registry, t, s)[0]}


def aim(registry, t, s: State) -> dict:
    """What another target changes: the large pictures and the filmstrips."""
    top, source = result(registry, t, s)
    return {"top": top, "film": film(registry, t, s, source)}


def correct_label(registry, t, s: State) -> dict:
    top, source = result(registry, t, s)
    return {"top": top, "film": film(registry, t, s, source), "sheets": sheets(registry, t, s, source)}


def choose_model(registry, t, s: State) -> dict:
    """All of it, and the two pickers at the classes settled on."""
    last = len(registry.info(s.model).labels) - 1
    s = replace(s, label=min(s.label, last), target=min(s.target, last))
    top, source = result(registry, t, s)
    pickers = {"label": (source.y, "swap.guessed"), "target": (source.target, "swap.target")}
    shown = {"top": top, "film": film(registry, t, s, source), "sheets": sheets(registry, t, s, source)}
    return shown | {name: gr.update(**controls.picker(t, registry, s.dataset, s.model, k, title)) for name, (k, title) in pickers.items()}


def take_model(registry, t, s: State) -> dict:
    """`choose_model`, and the pictures that z can go to with it; a visitor's own begins with a picture of theirs."""
    every, own = others(registry.samples_for(s.dataset, s.model)), controls.own_picture(t, registry, s.dataset, s.model)
    s = replace(s, other=s.other if s.other in every else every[min(OTHER[s.dataset], len(every) - 1)])
    pad = {}
    if own:
        s, pad = replace(s, picture=own[0], label=own[0]["label"], target=GUESS, walk=0.0), {"picture": own[1], "walk": 0.0}
        pad |= {"model": controls.model_menu(t, registry, models_for(registry, s.dataset), s.model)}
    return choose_model(registry, t, s) | {"other": other_picker(registry, t, s)} | pad


def other_picker(registry, t, s: State) -> dict:
    """An update of what is picked to go to: pictures, and what they are called."""
    samples, names = registry.samples_for(s.dataset, s.model), captions.class_names(t, registry, s.dataset, s.model)
    groups, every = controls.groups(t, samples), others(samples)
    called = [names[int(samples.y[k])] + (f", {groups['names'][groups['of'][k]]}" if groups else "") for k in every]
    return gr.update(value=s.other, title=t("swap.other"), names=called, pictures=pixels(controls.thumbnails(samples.x[every])), numbers=every)


def guess_label(registry, t, s: State) -> dict:
    """A new picture is seen as it is: z its own."""
    s = replace(s, label=(s.picture or {}).get("label", GUESS), walk=0.0)
    shown = correct_label(registry, t, s)
    return shown | {"label": shown["top"]["about"]["label"], "walk": 0.0}


def pick(registry, t, s: State, event: gr.EventData) -> dict:
    """A cell's class becomes c', its row's picture the one z goes to."""
    meaning = Sent.of(event._data).get("meaning")
    if not isinstance(meaning, list) or len(meaning) != 2:
        return {}
    target, other = meaning
    s = replace(s, target=target, mix=1.0, other=s.other if other is None else other, walk=float(other is not None))
    return aim(registry, t, s) | {"target": target, "other": s.other, "mix": 1.0, "walk": s.walk}


def open_state(registry, t, s: State) -> dict:
    """Everything, for a state that an address or another data set asks for."""
    samples, initial, last = registry.samples(s.dataset), State(), len(registry.info(s.model).labels)
    picture, pad = controls.initial_picture(t, registry, s.dataset, str(s.picture), FIRST[s.dataset])
    every = others(samples)
    s = replace(
        s, picture=picture, label=s.label if s.label in range(last) else GUESS, target=s.target if s.target in range(last) else GUESS,
        other=s.other if s.other in range(len(samples.x)) else every[OTHER[s.dataset]],
        mix=min(max(s.mix, 0.0), 1.0) if s.mix == s.mix else initial.mix, walk=min(max(s.walk, 0.0), 1.0) if s.walk == s.walk else initial.walk,
    )  # fmt: skip
    return choose_model(registry, t, s) | {
        "dataset": s.dataset, "mix": s.mix, "walk": s.walk, "picture": pad, "other": other_picker(registry, t, s),
        "model": gr.update(choices=captions.model_choices(t, registry, models_for(registry, s.dataset)), value=s.model),
        "look": t.phrases.get(f"swap.look_{s.dataset}", t("swap.look")),
    }  # fmt: skip


def switch(registry, t, s: State) -> dict:
    return open_state(registry, t, State(dataset=s.dataset, model=models_for(registry, s.dataset)[0]))


def build(registry, t, page) -> None:
    offers = functools.partial(models_for, registry)
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, offers)
            model = controls.model_control(t, captions.model_choices(t, registry, offers("mnist")))
            target = ClassPicker(8, title=t("swap.target"), elem_id=f"target-{t.language}", elem_classes="acts")
            mix = controls.slider(0, 1, State.mix, step=0.01, label=t("swap.mix"), elem_classes="acts")
            picture = picture_pad(registry, t)
            label = ClassPicker(7, title=t("swap.guessed"), folded=True, elem_id=f"source-{t.language}")
            other = ClassPicker(0, title=t("swap.other"), elem_id=f"other-{t.language}")
            walk = controls.slider(0, 1, State.walk, step=0.01, label=t("swap.walk"))
            components = {
                "dataset": dataset, "model": model, "label": label, "target": target, "mix": mix, "other": other, "walk": walk, "picture": picture,
            }  # fmt: skip
            address.link_button(t, TAB, components)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            top = PixelCanvas(text=t.group("canvas"), elem_id=f"swapped-{t.language}", elem_classes="hero")
            film = PixelCanvas(text=t.group("canvas"))
            below = PixelCanvas(text=t.group("canvas"), elem_id=f"swaps-{t.language}")
            look = gr.Markdown(t("swap.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/cvae_gan.py")
    outputs = components | {"top": top, "film": film, "sheets": below, "look": look}

    def bind(triggers, function):
        events.bind_state(status, triggers, function, State, components, outputs, registry, t)

    bind([mix.input, walk.input], slide)
    bind([target.input, other.input], aim)
    aimed = f"(k) => document.querySelector('#swaps-{t.language} .pixel_canvas')?.dispatchEvent(new CustomEvent('aim', {{ detail: k }}))"
    target.input(None, target, None, js=aimed, api_visibility="private")
    bind([label.input], correct_label)
    bind([picture.input], guess_label)
    bind([below.select], pick)
    bind([dataset.input, model.input], events.choose_by(dataset, switch, take_model))
    address.bind_load(t, TAB, State(), offers, open_state, outputs, registry, t)
