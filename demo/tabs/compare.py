"""Compare: which model draws better, and how do we know?"""

import functools

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, story, validation
from demo.neighbours import NEEDS, nearest, training_set
from demo.widgets import FigureTable, PixelCanvas
from demo.widgets.base import Sent, from_pixels, pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.data import VARIANT_OF
from genlib.evaluation.figures import FIGURES
from genlib.models.base import Discriminator
from genlib.table import comparable

TAB = "compare"
DEFAULTS = {"dataset": "mnist", "label": -1, "seed": 0, "temperature": 1.0}
N = 10  # samples a model
COLUMNS = ("fid", "coverage", "density", "gan_test_acc", "gan_train_acc", "reconstruction_mse", "neg_elbo_nats", "bits_per_dim")


def models_for(registry, dataset: str) -> list[str]:
    """The models drawn from; not those of another form of the data set, whose figures cannot be compared."""
    return [name for name in registry.names(dataset, lambda family: family.draws) if registry.info(name).dataset not in VARIANT_OF]


def draw(registry, name: str, label: int, seed: int, temperature: float) -> Tensor:
    """N samples of a model: of one class, or of the classes in turn where label is −1.  One seed is one z where sizes agree."""
    model = registry.model(name)
    classes = ops.num_classes(model)
    y = (torch.arange(N) % classes if label < 0 else validation.label_tensor(model, label, N)) if classes else None
    return ops.draw(model, N, y, rng=validation.rng(seed), temperature=temperature)


def asked_classes(registry, name: str, label: int) -> Tensor | None:
    """The classes that were asked for, (N,), or None of a model that knows none."""
    classes = ops.num_classes(registry.model(name))
    return None if not classes else torch.arange(N) % classes if label < 0 else torch.full((N,), label)


def figures(registry, t, dataset: str) -> dict:
    """The table's value: what `evaluate` measured of each model, read from its config."""
    rows = []
    for name in models_for(registry, dataset):
        known = comparable(registry.info(name))
        rows.append({"name": name, "figures": {k: known[k] for k in COLUMNS if isinstance(known.get(k), (int, float))}})
    present = [k for k in COLUMNS if any(k in row["figures"] for row in rows)]
    return {"columns": [{"key": k, "title": t(f"figure.{k}"), "less": FIGURES[k].better == "less"} for k in present], "rows": rows}


def remarks(registry, t, dataset: str) -> str:
    """What is to be known in reading this data set's FIDs, from the figures themselves."""
    known = {name: registry.info(name).figures for name in models_for(registry, dataset)}
    fid = {name: f["fid"] for name, f in known.items() if "fid" in f}
    remarks = [t("compare.floor", f=f"{floor:.1f}") for floor in {known[n].get("fid_floor") for n in list(fid)[:1]} - {None}]
    gans, rivals = ([n for n in fid if registry.info(n).model == family] for family in ("cvaegan", "cvae"))
    for gan, rival in zip(gans, rivals, strict=False):
        if fid[rival] < fid[gan]:
            remarks.append(t("compare.rival", a=rival, b=gan, f=f"{fid[rival]:.1f}", g=f"{fid[gan]:.1f}"))
            (covers, other), (sharp, sharper) = ([known[n].get(k, 0) for n in (rival, gan)] for k in ("coverage", "swap_sharpness"))
            if covers > other and sharp < sharper:
                remarks.append(t("compare.covers", c=round(100 * covers), d=round(100 * other), s=f"{sharp:.2f}", r=f"{sharper:.2f}"))
    return " ".join(remarks)


def realness(model, x: Tensor, real: Tensor) -> float:
    """The share of real pictures (N, C, H, W) that a model's D takes for less real than x (1, C, H, W).

    All are judged alike, by the averages that BatchNorm kept of training: D's own probability is of batches, and means
    nothing of one picture.
    """
    own, others = model.score(torch.cat([x, real])).split([1, len(real)])
    return float((others < own).float().mean())


def describe_realness(registry, t, dataset: str, name: str, x: Tensor) -> str:
    """What the classifier reads in a picture, and how real every model's own D takes it to be beside real ones."""
    words = captions.verdicts(t, registry, dataset, x)[0][:1] if registry.classifier(dataset) is not None else []
    for other in models_for(registry, dataset):
        model = registry.model(other)
        if isinstance(model, Discriminator) and not ops.num_classes(model):
            words.append(t("compare.d", model=other, p=round(100 * realness(model, x, registry.samples(dataset).x))))
    return "; ".join(word for word in words if word)


def inspect_sample(registry, t, dataset: str, name: str, picture: dict) -> dict:
    """A canvas's value: one sample, and the training pictures nearest to it."""
    x, known = from_pixels(picture), training_set(dataset)
    with torch.inference_mode():
        verdict = describe_realness(registry, t, dataset, name, x)
    about, scale = {"model": name, "image": validation.as_argument(x)}, 4 if x.shape[-1] < 64 else 2
    if known is None:
        note = t("compare.no_data", folder=NEEDS[dataset]) if dataset in NEEDS else t("compare.too_many")
        return {
            "about": about,
            "sections": [section(t("compare.sample", model=name), pixels(x), 1, scale=scale, captions=[verdict], note=note, warn=True)],
        }
    near, apart, likest = nearest(known, x, registry.classifier(dataset))
    rows, lines = [t("compare.pixels")], [verdict, *(f"{v:.1f}" for v in apart.tolist())]
    cells = [x, near]
    if len(likest):
        rows, lines = [*rows, t("compare.features")], [*lines, "", *[""] * len(likest)]
        cells += [x, likest]
    note = t("compare.nearest", n=f"{len(known):,}")
    return {"about": about, "sections": [
        section(t("compare.sample", model=name), pixels(torch.cat(cells)), 1 + len(near), scale=scale, rows=rows, captions=lines, note=note, name="nearest")
    ]}  # fmt: skip


def build(registry, t, page) -> None:
    @functools.lru_cache(maxsize=128)
    def draw_bytes(name, label, seed, temperature) -> Tensor:
        return (draw(registry, name, label, seed, temperature) * 255).round().to(torch.uint8)

    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, lambda d: models_for(registry, d))
            label = controls.Numbered([(t("compare.every"), -1)], value=-1, label=t("control.class"))
            seed = controls.seed_control(t, TAB)
            temperature = controls.slider(0.1, 2, 1, step=0.05, label=t("control.temperature"))
            inputs = [dataset, label, seed, temperature]
            address.link_button(t, TAB, dict(zip(DEFAULTS, inputs, strict=True)))
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            canvas = PixelCanvas(text=t.group("canvas"), elem_id=f"sheets-{t.language}")
            closer = PixelCanvas(text=t.group("canvas"), elem_id=f"closer-{t.language}")
            table = FigureTable(text=t.group("figures"))
            remark = gr.Markdown("", elem_classes="look")
            gr.Markdown(t("compare.look"), elem_classes="look")
            about = controls.Names([], label=t("compare.story"), elem_classes="models")
            told = gr.HTML()
            captions.foot(t, TAB, "genlib/evaluation/metrics.py")

    def sheet(dataset, label, seed, temperature) -> dict:
        """One row of samples a model, under one seed."""
        seed, names = validation.whole(seed, "the seed", 0, validation.SEEDS), models_for(registry, dataset)
        temperature, labels = validation.real(temperature, "the temperature", 0.05, 3), captions.class_names(t, registry, dataset)
        label = validation.whole(label, "the class", -1, len(labels) - 1)
        x = torch.cat([draw_bytes(name, label, seed, temperature) for name in names]).float() / 255
        asked = [asked_classes(registry, name, label) for name in names]
        y = torch.cat([torch.full((N,), 10**6) if a is None else a for a in asked])  # no class is ever that
        read, right = captions.verdicts(t, registry, dataset, x, y)
        about = {"models": names, "labels": [None if a is None else a.tolist() for a in asked], "n": N, "seed": seed, "temperature": temperature}
        return {"about": about, "sections": [
            section(t("compare.sheet"), pixels(x), N, scale=3 if x.shape[-1] < 64 else 1, rows=names, captions=read, good=right, pick=True, reveal=f"#closer-{t.language}", name="compare")
        ]}  # fmt: skip

    def choices(dataset):
        return [(t("compare.every"), -1), *captions.class_choices(t, registry, dataset)]

    def pick(event: gr.EventData, dataset, value):
        first, *_ = Sent.of(value)["sections"] or [Sent()]
        cells = from_pixels(Sent.of(first).get("pixels"))
        k = events.event_number(event, "index", len(cells))
        return inspect_sample(registry, t, dataset, models_for(registry, dataset)[k // N], pixels(cells[k : k + 1]))

    def read(name):
        return story.model_story_html(registry, t, name)

    def stories(dataset):
        names = registry.names(dataset, lambda family: True)
        return gr.update(choices=names, value=models_for(registry, dataset)[0]), read(models_for(registry, dataset)[0])

    def switch(dataset, seed, temperature):
        every = gr.update(choices=choices(dataset), value=-1)
        return sheet(dataset, -1, seed, temperature), {"sections": []}, *table_and_remarks(dataset), every, *stories(dataset)

    def table_and_remarks(dataset):
        return figures(registry, t, dataset), remarks(registry, t, dataset)

    def redraw(*values):
        """Another sheet; what was looked at closely is none of its pictures."""
        return sheet(*values), {"sections": []}

    def first(s, _names):
        options = choices(s["dataset"])
        s["label"] = s["label"] if s["label"] in [k for _, k in options] else -1
        del s["model"]
        updates = [gr.update(value=v) for v in s.values()]
        updates[1] = gr.update(choices=options, value=s["label"])
        return sheet(*s.values()), *table_and_remarks(s["dataset"]), *stories(s["dataset"]), *updates

    events.bind_live(status, [label.input, seed.input, temperature.input], redraw, inputs, [canvas, closer])
    events.bind_live(status, [canvas.select], pick, [dataset, canvas], closer)
    events.bind_live(status, [dataset.input], switch, [dataset, seed, temperature], [canvas, closer, table, remark, label, about, told])
    events.bind_live(status, [about.input], read, about, told)
    address.load_state(
        t, page, TAB, DEFAULTS | {"model": ""}, lambda d: models_for(registry, d), first, [canvas, table, remark, about, told, *inputs]
    )
