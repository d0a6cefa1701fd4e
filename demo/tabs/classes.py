"""Classes: what does the class do when z stays?"""

import dataclasses
import functools

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.widgets import PixelCanvas
from demo.widgets.base import pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.models.base import LatentModel

TAB = "classes"
ROWS = 5  # latents of the sheet
LEAN = 0.1  # pixels a pixel of height: what an eye sees


@dataclasses.dataclass(frozen=True)
class State:
    """What a person can set.  walk: how far z has gone to the next seed's; mix: how much of the class `other` is in."""

    dataset: str = "mnist"
    model: str = "cvaegan-mnist"
    label: int = 3
    seed: int = 0
    walk: float = 0.0
    temperature: float = 1.0
    other: int = 8
    mix: float = 0.0


def models_for(registry, dataset: str) -> list[str]:
    """The models of a data set whose classes fit side by side: a row of all of them is what this tab is about."""
    names = registry.names(dataset, lambda family: family.decodes and family.is_conditional)
    return [name for name in names if len(registry.info(name).labels) <= 16]


def latent(model, s: State) -> Tensor:
    """z (1, Z): a draw, walked towards the next seed's draw with its norm kept, times the temperature."""
    start, end = (model.prior(1, validation.rng(s.seed + i))[0] for i in (0, 1))
    walk = validation.real(s.walk, "the walk", 0, 1)
    return validation.real(s.temperature, "the temperature", 0, 3) * ops.slerp(start, end, torch.tensor([[walk]]))


def mixture(s: State, classes: int) -> Tensor:
    """Class weights (1, K): all on `label`, moved to `other` as mix goes from 0 to 1."""
    y = torch.zeros(1, classes)
    mix = validation.real(s.mix, "the mix", 0, 1)
    y[0, validation.whole(s.label, "the class", 0, classes - 1)] += 1 - mix
    y[0, validation.whole(s.other, "the class", 0, classes - 1)] += mix
    return y


def comparable(registry, s: State) -> dict[str, LatentModel]:
    """The models of the same classes and size, the chosen one first.  Raises InputError if that has no class."""
    others = models_for(registry, s.dataset) if registry.shares(s.model, 0) else []
    models = {name: registry.model(name) for name in dict.fromkeys([s.model, *others])}
    chosen = models[s.model]
    if not ops.num_classes(chosen) or not isinstance(chosen, LatentModel):
        raise InputError("{model} is not conditioned on a class: choose a CVAE or a CVAE-GAN", model=s.model)
    shape = (chosen.config.classes, chosen.config.size)
    return {name: model for name, model in models.items() if (model.config.classes, model.config.size) == shape}


def describe(s: State) -> dict:
    """The state in the API's words."""
    return {key: value for key, value in dataclasses.asdict(s).items() if key != "dataset"}


def hero(registry, t, s: State, models: dict[str, LatentModel]) -> dict:
    """One z and the chosen class, or a mix of two, in every model, large."""
    y, labels = mixture(s, ops.num_classes(models[s.model])), captions.class_names(t, registry, s.dataset, s.model)
    z = {name: latent(model, s) for name, model in models.items()}
    x = torch.cat([ops.decode(model, z[name], y) for name, model in models.items()])
    asked = torch.tensor([s.label if s.mix < 0.5 else s.other])
    said = [captions.verdicts(t, registry, s.dataset, x[k : k + 1], asked, name) for k, name in enumerate(models)]
    title = labels[s.label] if s.mix == 0 else t("classes.mixed", a=labels[s.label], b=labels[s.other], p=round(100 * s.mix))
    lines = [f"{captions.model_title(t, registry, name)}: {verdict}" for name, ([verdict], _) in zip(models, said, strict=True)]
    good = [right if s.mix == 0 else None for _, [right] in said]  # a mix is of neither class
    about = {"models": list(models), "z": [v[0].tolist() for v in z.values()]}
    done = ["classes.mix"] if 0 < s.mix < 0.5 and reads_as(registry, s.dataset, x[:1], s.other) else []
    return {"about": describe(s), "done": done, "sections": [
        section(title, pixels(x), len(models), scale=16, captions=lines, good=good, name="class", about=about)
    ]}  # fmt: skip


def reads_as(registry, dataset: str, x: Tensor, label: int) -> bool:
    """Whether the classifier takes one picture for that class."""
    return registry.classifier(dataset) is not None and int(registry.guess(dataset, x)[0].argmax()) == label


def rows(registry, t, s: State, models: dict[str, LatentModel]) -> dict:
    """One z in all classes in every model; under it classes × z of the chosen one."""
    model, labels = models[s.model], captions.class_names(t, registry, s.dataset, s.model)
    every = torch.arange(ops.num_classes(model))
    latents = [latent(m, s) for m in models.values()]
    row = torch.cat([ops.decode(m, z.expand(len(every), -1), every) for m, z in zip(models.values(), latents, strict=True)])
    seeds = [s.seed + i for i in range(ROWS)]
    zs = torch.cat([latent(model, dataclasses.replace(s, seed=k)) for k in seeds])
    sheet = ops.decode(model, zs.repeat_interleave(len(every), 0), every.repeat(ROWS))
    said = [captions.verdicts(t, registry, s.dataset, x, every, name) for name, x in zip(models, row.split(len(every)), strict=True)]
    read, right = [[one for line in lines for one in line] for lines in zip(*said, strict=True)]
    same = {"models": list(models), "z": [z[0].tolist() for z in latents], "labels": every.tolist()}
    return {"about": describe(s), "done": tasks_done(s, row[: len(every)], right[: len(every)]), "sections": [
        section(t("classes.row"), pixels(row), len(every), head=labels, rows=[captions.model_title(t, registry, name) for name in models], captions=read, good=right, chosen=s.label, pick=True, name="classes", about=same, note=leaning(t, s, row[: len(every)])),
        section(t("classes.sheet", model=captions.model_title(t, registry, s.model)), pixels(sheet), len(every), scale=2, rows=[t("classes.seed", n=k) for k in seeds], name="sheet", about={"z": zs.tolist(), "labels": every.tolist()}),
    ]}  # fmt: skip


def leaning(t, s: State, row: Tensor) -> str:
    """How far the digits of the first model's row lean, which z alone decides; nothing of what has no slant."""
    least, most = (f"{v:+.2f}".replace("-", "−") for v in torch.aminmax(ops.lean(row)))
    return t("classes.leaning", a=least, b=most, least=f"{LEAN:g}") if s.dataset == "mnist" else ""


def tasks_done(s: State, row: Tensor, right: list) -> list[str]:
    """Which tasks the first model's row (K, C, H, W) shows done."""
    done = {
        "slant": s.dataset == "mnist" and bool((ops.lean(row) > LEAN).all()),
        "doubt": s.temperature > 1 and 2 * right.count(False) >= len(right),
        "mean": s.temperature == 0,
        "walk": s.walk == 1,
    }
    return [f"{TAB}.{name}" for name, is_done in done.items() if is_done]


def show(registry, t, s: State) -> dict:
    s = dataclasses.replace(s, seed=validation.whole(s.seed, "the seed", 0, validation.SEEDS - ROWS))
    models = comparable(registry, s)
    return {"hero": hero(registry, t, s, models), "rows": rows(registry, t, s, models)}


def pick(registry, t, s: State, event: gr.EventData) -> dict:
    """A cell of the row of classes was pressed: its class."""
    if events.event_number(event, "section"):
        return {}
    label = events.event_number(event, "index") % len(captions.class_names(t, registry, s.dataset, s.model))
    return {"label": label} | show(registry, t, dataclasses.replace(s, label=label))


def open_state(registry, t, s: State) -> dict:
    """What a fresh page shows, or one of another model or data set: the classes within what the model has."""
    names, choices = models_for(registry, s.dataset), captions.class_choices(t, registry, s.dataset, s.model)
    label, other = (min(max(k, 0), len(choices) - 1) for k in (s.label, s.other))
    s = dataclasses.replace(s, label=label, other=other)
    menus = {"label": gr.update(choices=choices, value=label), "other": gr.update(choices=choices, value=other)}
    return (
        show(registry, t, s)
        | dataclasses.asdict(s)
        | menus
        | {"model": gr.update(choices=captions.model_choices(t, registry, names, s.model), value=s.model)}
    )


def switch(registry, t, s: State) -> dict:
    return open_state(registry, t, dataclasses.replace(s, model=models_for(registry, s.dataset)[0]))


def build(registry, t, page) -> None:
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, lambda d: models_for(registry, d))
            model = controls.model_control(t, captions.model_choices(t, registry, models_for(registry, "mnist")))
            label = controls.class_control(t, registry, "mnist", 3)
            seed = controls.seed_control(t, TAB)
            walk = controls.slider(0, 1, 0, step=0.01, label=t("classes.walk"))
            temperature = controls.slider(0, 2, 1, step=0.05, label=t("control.temperature"))
            other = controls.Numbered(captions.class_choices(t, registry, "mnist"), value=8, label=t("classes.other"))
            mix = controls.slider(0, 1, 0, step=0.01, label=t("classes.mix"))
            components = {
                "dataset": dataset, "model": model, "label": label, "seed": seed, "walk": walk, "temperature": temperature, "other": other, "mix": mix,
            }  # fmt: skip
            address.link_button(t, TAB, components)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            large = PixelCanvas(text=t.group("canvas"), elem_classes="hero", elem_id=f"class-{t.language}")
            small = PixelCanvas(text=t.group("canvas"), elem_id=f"classes-{t.language}")
            gr.Markdown(t("classes.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/cvae_gan.py")
    outputs = components | {"hero": large, "rows": small}

    def bind(triggers, function):
        events.bind_state(status, triggers, function, State, components, outputs, registry, t)

    bind([label.input, seed.input, walk.input, temperature.input, other.input, mix.input], show)
    bind([small.select], pick)
    bind([dataset.input, model.input], events.choose_by(dataset, switch, open_state))
    address.bind_load(t, TAB, State(), functools.partial(models_for, registry), open_state, outputs, registry, t)
