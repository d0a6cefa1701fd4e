"""Classes: what does the class do when z stays?"""

import gradio as gr
import torch

from demo import address, captions, controls, events, validation
from demo.widgets import PixelCanvas
from demo.widgets.base import pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.models.base import LatentModel
from genlib.ops.latent import slerp

TAB = "classes"
DEFAULTS = {
    "dataset": "mnist",
    "model": "cvaegan-mnist",
    "label": 3,
    "seed": 0,
    "walk": 0.0,
    "temperature": 1.0,
    "other": 8,
    "mix": 0.0,
}


def models_for(registry, dataset: str) -> list[str]:
    """The models of a data set whose classes fit side by side: a row of all of them is what this tab is about."""
    names = registry.names(dataset, lambda family: family.decodes and family.is_conditional)
    return [name for name in names if len(registry.info(name).labels) <= 16]


def latent(model, seed, walk: float, temperature: float) -> torch.Tensor:
    """z (1, Z): a draw, walked towards the next seed's draw with its norm kept, times the temperature."""
    start, end = (model.prior(1, validation.rng(seed + i))[0] for i in (0, 1))
    return validation.real(temperature, "the temperature", 0, 3) * slerp(start, end, torch.tensor([[validation.real(walk, "the walk", 0, 1)]]))


def mixture(label, other, mix, classes: int) -> torch.Tensor:
    """Class weights (1, K): all on `label`, moved to `other` as mix goes from 0 to 1."""
    y = torch.zeros(1, classes)
    mix = validation.real(mix, "the mix", 0, 1)
    y[0, validation.whole(label, "the class", 0, classes - 1)] += 1 - mix
    y[0, validation.whole(other, "the class", 0, classes - 1)] += mix
    return y


def sheets(registry, t, dataset, name, label, seed, walk, temperature, other, mix, rows: int = 5) -> dict:
    """The canvas's value: one z and the chosen class in every model, one z in all classes, classes × z."""
    seed = validation.whole(seed, "the seed", 0, validation.SEEDS - 2 * rows)
    names = [name, *(n for n in models_for(registry, dataset) if n != name)]
    labels, model = captions.class_names(t, registry, dataset, name), registry.model(name)
    classes = ops.num_classes(model)
    if not classes or not isinstance(model, LatentModel):
        raise InputError("{model} is not conditioned on a class: choose a CVAE or a CVAE-GAN", model=name)
    y, every = mixture(label, other, mix, classes), torch.arange(classes)
    models = [m for m in map(registry.model, names) if m.config.classes == classes and m.config.size == model.config.size]
    latents = [latent(m, seed, walk, temperature) for m in models]
    chosen = torch.cat([ops.decode(m, z, y) for m, z in zip(models, latents, strict=True)])
    row = torch.cat([ops.swap(m, z[0], every) for m, z in zip(models, latents, strict=True)])
    zs = torch.cat([latent(model, seed + 2 * i, walk, temperature) for i in range(rows)])
    sheet = ops.decode(model, zs.repeat_interleave(classes, 0), every.repeat(rows))
    read, right = captions.verdicts(t, registry, dataset, row, every.repeat(len(models)))
    title = labels[label] if mix == 0 else t("classes.mixed", a=labels[label], b=labels[other], p=round(100 * mix))
    about = {"model": name, "label": label, "other": other, "mix": mix, "seed": seed, "walk": walk, "temperature": temperature}
    same = {"models": names[: len(models)], "z": [z[0].tolist() for z in latents]}
    return {"about": about, "sections": [
        section(title, pixels(chosen), len(models), scale=10, captions=[f"{n}: {v}" for n, v in zip(names, captions.verdicts(t, registry, dataset, chosen)[0], strict=False)], name="class", about=same),
        section(t("classes.row"), pixels(row), classes, head=labels, rows=names[: len(models)], captions=read, good=right, chosen=label, pick=True, name="classes", about=same | {"labels": every.tolist()}),
        section(t("classes.sheet", model=name), pixels(sheet), classes, scale=2, rows=[t("classes.seed", n=int(seed) + 2 * i) for i in range(rows)], name="sheet", about={"z": zs.tolist(), "labels": every.tolist()}),
    ]}  # fmt: skip


def build(registry, t, page) -> None:
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, lambda d: models_for(registry, d))
            model = controls.model_control(t, models_for(registry, "mnist"))
            label = controls.class_control(t, registry, "mnist", 3)
            seed = controls.seed_control(t, TAB)
            walk = controls.slider(0, 1, 0, step=0.01, label=t("classes.walk"))
            temperature = controls.slider(0, 2, 1, step=0.05, label=t("control.temperature"))
            other = controls.Numbered(captions.class_choices(t, registry, "mnist"), value=8, label=t("classes.other"))
            mix = controls.slider(0, 1, 0, step=0.01, label=t("classes.mix"))
            inputs = [dataset, model, label, seed, walk, temperature, other, mix]
            address.link_button(t, TAB, dict(zip(DEFAULTS, inputs, strict=True)))
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            canvas = PixelCanvas(text=t.group("canvas"))
            gr.Markdown(t("classes.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/cvae_gan.py")

    def show(*values):
        return sheets(registry, t, *values)

    def pick(event: gr.EventData, dataset, name, _label, *values):
        if events.event_number(event, "section") != 1:
            return gr.skip(), gr.skip()
        label = events.event_number(event, "index") % len(captions.class_names(t, registry, dataset, name))
        return label, sheets(registry, t, dataset, name, label, *values)

    def choose(dataset, name, label, seed, walk, temperature, other, mix):
        last = len(captions.class_names(t, registry, dataset, name)) - 1
        label, other = min(label, last), min(other, last)
        shown = sheets(registry, t, dataset, name, label, seed, walk, temperature, other, mix)
        return shown, *(controls.class_update(t, registry, dataset, name, k) for k in (label, other))

    def switch(dataset, label, seed, walk, temperature, other, mix):
        names, labels = models_for(registry, dataset), captions.class_choices(t, registry, dataset)
        label, other = (min(v, len(labels) - 1) for v in (label, other))
        shown = sheets(registry, t, dataset, names[0], label, seed, walk, temperature, other, mix)
        return (
            shown,
            gr.update(choices=names, value=names[0]),
            gr.update(choices=labels, value=label),
            gr.update(choices=labels, value=other),
        )

    def first(s, names):
        labels = captions.class_choices(t, registry, s["dataset"], s["model"])
        s["label"], s["other"] = (min(max(s[k], 0), len(labels) - 1) for k in ("label", "other"))
        shown = sheets(registry, t, *s.values())
        updates = [gr.update(value=v) for v in s.values()]
        for i, choices in ((1, names), (2, labels), (6, labels)):
            updates[i] = gr.update(choices=choices, value=list(s.values())[i])
        return shown, *updates

    events.bind_live(status, [model.input], choose, inputs, [canvas, label, other])
    events.bind_live(status, [label.input, seed.input, walk.input, temperature.input, other.input, mix.input], show, inputs, canvas)
    events.bind_live(status, [canvas.select], pick, inputs, [label, canvas])
    events.bind_live(status, [dataset.input], switch, [dataset, label, seed, walk, temperature, other, mix], [canvas, model, label, other])
    address.load_state(t, page, TAB, DEFAULTS, lambda d: models_for(registry, d), first, [canvas, *inputs])
