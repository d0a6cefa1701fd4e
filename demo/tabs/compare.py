"""Compare: which model draws better, and how do we know?"""

import dataclasses
import functools
from collections.abc import Iterator

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, closeup, controls, events, pace, story, validation
from demo.widgets import FigureTable, PixelCanvas
from demo.widgets.base import pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.data import VARIANT_OF
from genlib.errors import InputError
from genlib.evaluation.figures import FIGURES
from genlib.families import FAMILIES
from genlib.table import comparable

TAB = "compare"
N = 10  # samples a model
COLUMNS = ("fid", "coverage", "density", "gan_test_acc", "gan_train_acc", "reconstruction_mse", "neg_elbo_nats", "bits_per_dim")
NO_CLASS = 10**6  # asked for of a model that knows none: no class is ever that
BLANK = 0.12  # the grey of what is not drawn yet


@dataclasses.dataclass(frozen=True)
class State:
    """What a person can set.  label: −1 for all in turn; cell: the sample looked at closely, −1 for none; model: whose story is read."""

    dataset: str = "mnist"
    label: int = -1
    seed: int = 0
    temperature: float = 1.0
    cell: int = -1
    model: str = "cvaegan-mnist"
    more: str = ""  # one more model beside those in rows, above them
    number: int = 0  # which question of the tab this is


def models_for(registry, dataset: str) -> list[str]:
    """The models that draw; not those of another form of the data set, whose figures cannot be compared."""
    return [name for name in registry.names(dataset, lambda family: family.draws) if registry.info(name).dataset not in VARIANT_OF]


def rows_for(registry, dataset: str, more: str = "") -> list[str]:
    """The models whose samples stand in rows: of a family's variants at hand the plain one; first, one more that was chosen."""
    names = models_for(registry, dataset)
    plain = {f"{registry.info(name).model}-{dataset}" for name in names} & set(names)
    rows = [name for name in names if name in plain or f"{registry.info(name).model}-{dataset}" not in plain]
    return [*filter(None, [more]), *(name for name in rows if name != more)]


def more_choices(registry, t, dataset: str, chosen: str = "") -> list[tuple[str, str]]:
    """What else can stand beside those rows; another may be named."""
    rows = rows_for(registry, dataset)
    return [
        (t("compare.none_more"), ""),
        *captions.model_choices(t, registry, [name for name in models_for(registry, dataset) if name not in rows], chosen),
    ]


def told_of(registry, dataset: str) -> list[str]:
    """The models with a story."""
    return registry.names(dataset, lambda family: True)


def is_slow(registry, name: str) -> bool:
    """Whether it draws pixel by pixel, in seconds where others take hundredths."""
    return FAMILIES[registry.info(name).model].is_pixel_model


def draw(registry, name: str, label: int, seed: int, temperature: float) -> Tensor:
    """N samples of a model: of one class, or of the classes in turn where label is −1.  One seed is one z where sizes agree."""
    model = registry.model(name)
    return ops.draw(model, N, asked_classes(registry, name, label), rng=validation.rng(seed), temperature=temperature)


@functools.lru_cache(maxsize=256)
def draw_bytes(registry, name: str, label: int, seed: int, temperature: float) -> Tensor:
    return (draw(registry, name, label, seed, temperature) * 255).round().to(torch.uint8)


def drawn(registry, name: str, s: State) -> Tensor:
    if name not in registry.kept:  # a visitor's may be another tomorrow
        return draw(registry, name, s.label, s.seed, s.temperature)
    return draw_bytes(registry, name, s.label, s.seed, s.temperature).float() / 255


def asked_classes(registry, name: str, label: int) -> Tensor | None:
    """The classes that are asked for, (N,), or None of a model that knows none; in turn, a visitor's own before the others."""
    classes, own = registry.num_classes(name), registry.own.get(name)
    if not classes:
        return None
    turn = sorted(range(classes), key=lambda k: not (own and k in own.classes))
    return torch.tensor(turn)[torch.arange(N) % classes] if label < 0 else torch.full((N,), validation.whole(label, "the class", 0, classes - 1))


def knows(registry, name: str, s: State) -> bool:
    """Whether a model has the class that is asked for, perhaps of a visitor's model alone; one without classes draws whatever is asked."""
    classes = registry.num_classes(name)
    return s.label < 0 or not classes or (s.label < classes and (name == s.more or registry.shares(s.more, s.label)))


def class_choices(registry, t, s: State) -> list[tuple[str, int]]:
    """All in turn, or one: of the data set's classes and those that a visitor's model has beside."""
    return [(t("compare.every"), -1), *captions.class_choices(t, registry, s.dataset, s.more if s.more in registry.own else None)]


def figures(registry, t, dataset: str) -> dict:
    """The table's value: what `evaluate` measured of each model, read from its config."""
    rows = []
    for name in models_for(registry, dataset):
        known = comparable(registry.info(name))
        rows.append(
            {
                "name": name,
                "title": captions.model_title(t, registry, name),
                "figures": {k: known[k] for k in COLUMNS if isinstance(known.get(k), (int, float))},
            }
        )
    present = [k for k in COLUMNS if any(k in row["figures"] for row in rows)]
    columns = [{"key": k, "title": t(f"figure.{k}"), "less": FIGURES[k].better == "less"} for k in present]
    return {"columns": columns, "rows": rows, "finds": {f"{TAB}.sort": ["fid", "coverage"]}}


def remarks(registry, t, dataset: str) -> str:
    """What is to be known in reading this data set's FIDs, from the figures themselves."""
    known = {name: registry.info(name).figures for name in models_for(registry, dataset)}
    fid = {name: f["fid"] for name, f in known.items() if "fid" in f}
    lines = [t("compare.floor", f=f"{floor:.1f}") for floor in {known[n].get("fid_floor") for n in list(fid)[:1]} - {None}]
    gans, rivals = ([n for n in fid if registry.info(n).model == family] for family in ("cvaegan", "cvae"))
    for gan, rival in zip(gans, rivals, strict=False):
        if fid[rival] < fid[gan]:
            a, b = (captions.model_title(t, registry, name) for name in (rival, gan))
            lines.append(t("compare.rival", a=a, b=b, f=f"{fid[rival]:.1f}", g=f"{fid[gan]:.1f}"))
            (covers, other), (sharp, sharper) = ([known[n].get(k, 0) for n in (rival, gan)] for k in ("coverage", "swap_sharpness"))
            if covers > other and sharp < sharper:
                lines.append(t("compare.covers", c=round(100 * covers), d=round(100 * other), s=f"{sharp:.2f}", r=f"{sharper:.2f}"))
    lines += [t("compare.augmented")] if dataset == "fashion" else []  # by tests/bench/augmentation.py
    return " ".join(lines)


def checked(registry, t, s: State) -> State:
    """The state with its numbers within bounds.  Raises InputError, CheckpointError."""
    last = len(class_choices(registry, t, s)) - 2
    if s.more and not (FAMILIES[registry.info(s.more).model].draws and registry.suits(registry.info(s.more), s.dataset)):
        raise InputError("{model} draws no pictures of this data set: choose its own", model=s.more)
    return dataclasses.replace(
        s, label=validation.whole(s.label, "the class", -1, last), seed=validation.whole(s.seed, "the seed", 0, validation.SEEDS),
        temperature=validation.real(s.temperature, "the temperature", 0.05, 3),
    )  # fmt: skip


def sheet(registry, t, s: State, whole: bool) -> dict:
    """One row of samples a model, under one seed; unless it is to be whole, what is slow to draw is left blank, and more is said to come."""
    names = rows_for(registry, s.dataset, s.more)
    able = [name for name in names if knows(registry, name, s)]
    x = {name: drawn(registry, name, s) for name in able if whole or not is_slow(registry, name)}
    shape = next(iter(x.values())).shape if x else drawn(registry, names[0], s).shape
    asked = {name: asked_classes(registry, name, s.label) for name in able}
    words, right = [], []
    for name in names:
        y = asked[name] if asked.get(name) is not None else torch.full((N,), NO_CLASS)
        read, good = captions.verdicts(t, registry, s.dataset, x[name], y, name) if name in x else ([""] * N, [None] * N)
        words, right = words + read, right + good
    cells = torch.cat([x.get(name, torch.full(shape, BLANK)) for name in names])
    labels = [None if (y := asked.get(name)) is None else y.tolist() for name in names]
    about = {"models": names, "labels": labels, "n": N, "seed": s.seed, "temperature": s.temperature}
    return {"about": about, "more": len(x) < len(able), "sections": [
        section(t("compare.sheet"), pixels(cells), N, scale=3 if shape[-1] < 64 else 1, rows=[captions.model_title(t, registry, name) for name in names], captions=words, good=right, pick=True, reveal=f"#closer-{t.language}", name="compare", flow=N // 2, least=2 if shape[-1] < 64 else 1)
    ]}  # fmt: skip


def look_at(registry, t, s: State) -> dict:
    """The closer canvas's value: the state's sample and what is nearest to it, or nothing."""
    names = rows_for(registry, s.dataset, s.more)
    if not 0 <= s.cell < N * len(names) or not knows(registry, names[s.cell // N], s):
        return {"sections": []}
    name, k = names[s.cell // N], s.cell % N
    asked = asked_classes(registry, name, s.label)
    x = drawn(registry, name, s)[k : k + 1]
    return closeup.closeup(registry, t, s.dataset, names, name, x, None if asked is None else int(asked[k]))


def signed(s: State, value: dict) -> dict:
    return events.number_answer(TAB, s.number, value)


def redraw(registry, t, s: State) -> dict:
    """Another sheet; what was looked at closely is none of its pictures."""
    s = checked(registry, t, s)
    return {"sheet": signed(s, sheet(registry, t, s, whole=False)), "closer": signed(s, {"sections": []}), "cell": -1}


def complete(registry, t, s: State) -> Iterator[dict]:
    """The sheet with what is slow to draw."""
    s = checked(registry, t, s)
    yield {"sheet": signed(s, sheet(registry, t, s, whole=True))}


def pick(registry, t, s: State, event: gr.EventData) -> dict:
    cell = events.event_number(event, "index", N * len(rows_for(registry, s.dataset, s.more)))
    s = dataclasses.replace(checked(registry, t, s), cell=cell)
    return {"closer": signed(s, look_at(registry, t, s)), "cell": cell}


def add(registry, t, s: State) -> dict:
    """One more model's row above the others: of all classes in turn."""
    s = dataclasses.replace(s, label=-1)
    return redraw(registry, t, s) | {
        "label": gr.update(choices=class_choices(registry, t, s), value=-1),
        "more": gr.update(choices=more_choices(registry, t, s.dataset, s.more)),
    }


def choose(registry, t, s: State) -> dict:
    """The story of a model that a person has chosen."""
    shown = read(registry, t, s)
    return shown | {"film": shown["film"] | {"done": story.tasks_done(registry, s.model)}}


def read(registry, t, s: State) -> dict:
    return story.show(registry, t, s.model) | {"pace": pace.chart(registry, t, models_for(registry, s.dataset), s.model)}


def open_state(registry, t, s: State) -> dict:
    """What a fresh page shows, or one of another data set."""
    extra = more_choices(registry, t, s.dataset)
    s = dataclasses.replace(s, more=s.more if s.more in [name for _, name in extra] else "")
    classes = class_choices(registry, t, s)
    label = s.label if s.label in range(-1, len(classes) - 1) else -1
    s = checked(registry, t, dataclasses.replace(s, label=label))
    shown = {"sheet": sheet(registry, t, s, whole=False), "closer": look_at(registry, t, s)}
    return {name: signed(s, value) for name, value in shown.items()} | {
        "table": figures(registry, t, s.dataset), "remark": remarks(registry, t, s.dataset), "dataset": s.dataset, "seed": s.seed,
        "temperature": s.temperature, "cell": s.cell, "label": gr.update(choices=classes, value=label), "more": gr.update(choices=extra, value=s.more),
        "model": gr.update(choices=captions.model_choices(t, registry, told_of(registry, s.dataset)), value=s.model), **story.later(),
    }  # fmt: skip


def switch(registry, t, s: State) -> dict:
    return open_state(registry, t, dataclasses.replace(s, label=-1, cell=-1, more="", model=told_of(registry, s.dataset)[0]))


def build(registry, t, page) -> None:
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls") as column:
            dataset = controls.dataset_control(t, lambda d: models_for(registry, d))
            seed = controls.seed_control(t, TAB)
            label = controls.Numbered([(t("compare.every"), -1)], value=-1, label=t("control.class"))
            temperature = controls.slider(0.1, 2, 1, step=0.05, label=t("control.temperature"))
            more = controls.model_control(t, more_choices(registry, t, State.dataset), "compare.more")
            cell = gr.Number(-1, visible="hidden")
            settable = {"dataset": dataset, "label": label, "seed": seed, "temperature": temperature, "more": more, "cell": cell}
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            canvas = PixelCanvas(text=t.group("canvas"), elem_id=f"sheets-{t.language}", elem_classes="hero")
            closer = PixelCanvas(text=t.group("canvas"), elem_id=f"closer-{t.language}", elem_classes="drawer")
            gr.Markdown(t("compare.look"), elem_classes="look")
            table = FigureTable(text=t.group("figures"), elem_classes="beyond")  # here the pinned samples end, see shell.js
            remark = gr.Markdown("", elem_classes="look")
            model = controls.Names(
                captions.model_choices(t, registry, told_of(registry, State.dataset)),
                value=State.model,
                label=t("compare.story"),
                elem_classes="models",
            )
            told = story.build(t)
            told["pace"] = gr.HTML()
            captions.foot(t, TAB, "genlib/evaluation/metrics.py")
    settable |= {"model": model}
    with column:
        address.link_button(t, TAB, settable)
    components = settable | {"number": gr.Number(visible=False)}  # the last: events.number_question counts in it
    outputs = settable | {"sheet": canvas, "closer": closer, "table": table, "remark": remark, **told}

    def bind(triggers, function, how=events.bind_state):
        return how(status, triggers, function, State, components, outputs, registry, t, js=events.number_question(TAB))

    bind([label.input, seed.input, temperature.input], redraw)
    bind([more.input], add)
    bind([canvas.expand], complete, events.bind_stream)
    bind([canvas.select], pick)
    bind([dataset.input, model.input], events.choose_by(dataset, switch, choose))
    bind([told["film"].expand], read)
    address.bind_load(t, TAB, State(), functools.partial(told_of, registry), open_state, outputs, registry, t)
