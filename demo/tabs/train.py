"""Train: can it learn my pictures?"""

import functools
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import gradio as gr

from demo import address, bases, captions, controls, events, lessons, runs, samples, signing, studio, uploads, validation
from demo.intake import add, choose, correct, leave_out, look, put, rename, take, turn
from demo.registry import Own
from demo.studio import Desk
from demo.widgets import ClassList, LossCurves, PixelCanvas, RunBar
from demo.widgets.base import Sent
from genlib import finetuning, hub
from genlib.errors import InputError
from genlib.families import FAMILIES
from genlib.learning import Learner
from genlib.train import Budget

TAB = "train"
MOST = 30  # minutes
CLASSES = 16  # that stand side by side in Classes
LANES = {"train": events.Lane("training", studio.WAITING, "once"), "look": events.Lane("looking", 2), "hub": events.Lane("hub", 2, "once")}


@dataclass(frozen=True)
class State:
    """What a person can set.  dataset: the kind of picture; model: what to go on from, or new, from nothing; minutes of training; seed, of the run and of what is drawn."""

    dataset: str = "mnist"
    model: str = "cvaegan-mnist"
    minutes: float = 5.0
    seed: int = 0


@dataclass(frozen=True)
class Form(State):
    """What else the page holds, which no address has."""

    files: Any = None
    picture: Any = None
    label: str = ""
    editing: str = ""  # which picture is open on the pad, none for a new one
    page: int = 0  # of the pictures that are seen
    classes: Any = None
    repository: str = ""
    token: str = ""


def begin(registry, t, s: State, desk: Desk) -> Learner:
    """The run: from the base, or from nothing.  Raises DataError, CheckpointError, InputError."""
    pictures, choices = lessons.pictures_of(registry, t, s, desk), finetuning.Choices(seed=validation.whole(s.seed, "the seed", 0, 10**6))
    if pictures is None:
        raise InputError("there is nothing to learn: bring pictures first")
    name, minutes = bases.base_of(registry, s.dataset, s.model), validation.real(s.minutes, "the minutes", 0.01, MOST)
    task = finetuning.begin(name, pictures, choices) if s.model == bases.NEW else finetuning.prepare(registry.folders[name], pictures, choices)
    return Learner(task, Budget(minutes=minutes))


def agree(desk: Desk, has_agreed: bool) -> None:
    """Keep that a visitor says so of the people in their pictures.  Raises InputError where it is to be said and was not."""
    people = desk.people()
    if people and not has_agreed:
        raise InputError("{n} of these pictures show a face: say first that these people agreed", n=len(people))
    desk.agreed |= {item.path for item in people}


def learn(registry, t, s: State, request: gr.Request, event: gr.EventData) -> Iterator[dict]:
    """A run, watched, from its place in the line to its figures.  One who leaves is not asked any more, and their desk is cleared."""
    desk = registry.studio.desk(request.session_hash)
    if desk.is_busy:
        raise InputError("your training goes on already: stop it first")
    agree(desk, Sent.of(event._data or {}).get("consent") is True)
    desk.is_busy, desk.wish, desk.learner = True, "", None
    desk.release()
    try:
        while (place := registry.studio.line.place(desk)) and desk.wish != "stop":
            yield {"run": {"phase": "waiting", "text": t("train.waiting", n=place)}, "after": gr.update(visible=False)}
            time.sleep(runs.PACE)
        if desk.wish != "stop":
            yield {
                "run": {"phase": "preparing", "text": t("train.preparing" if bases.has_classes(registry, s.model) else "train.ready")},
                "after": gr.update(visible=False),
            }
            desk.learner = begin(registry, t, s, desk)
            yield from runs.follow(t, registry.studio.line, desk, desk.learner, s.seed)
            yield from offer(registry, t, s, desk)
        else:
            yield lessons.show_pictures(registry, t, s, desk)
    except events.EXPECTED:
        if not (desk.learner and desk.learner.is_over):  # nothing came of it: it may begin again
            desk.learner = None
            yield lessons.show_pictures(registry, t, s, desk)
        raise
    finally:
        desk.is_busy = False
        if desk.is_gone:  # meanwhile, perhaps while something was written
            desk.clear()
        registry.studio.line.leave(desk)


def offer(registry, t, s: State, desk: Desk) -> Iterator[dict]:
    """The trained model on the shelf under its secret name, for the other tabs of this visitor, until they leave."""
    if desk.learner:
        registry.put(desk.model, desk.root / "model")
        task = desk.learner.task
        registry.own[desk.model] = Own(task.known, desk.learner.reader, task.batches.images, task.held_out)
        desk.release = functools.partial(registry.drop, desk.model)
        yield {"run": runs.show(t, desk.learner, s.seed, "done")["run"] | other_tabs(registry, t, s, desk)}


def other_tabs(registry, t, s: State, desk: Desk) -> dict:
    """What the run bar needs to show the model in the tabs that know what to do with it."""
    info = registry.info(desk.model)
    family, few = FAMILIES[info.model], 0 < len(info.labels) <= CLASSES
    fits = {
        "latent": family.is_autoencoder and bases.is_plane(registry, desk.model),
        "classes": family.decodes and family.is_conditional and few, "swap": family.is_autoencoder and family.is_conditional,
        "inpaint": family.is_variational, "interpolate": family.decodes, "compare": family.draws,
    }  # fmt: skip
    return {"mine": {"name": desk.model, "dataset": s.dataset, "tabs": [[tab, t(f"tab.{tab}")] for tab, is_so in fits.items() if is_so]}}


def wish(registry, t, s: State, request: gr.Request, event: gr.EventData) -> dict:
    """What a run is to do next: pause, go, stop, best."""
    asked = validation.one_of(Sent.of(event._data)["wish"], "the wish", ("pause", "go", "stop", "best"))
    if desk := registry.studio.find(request.session_hash):
        desk.wish = asked
    return {}


def estimate(registry, t, s: State, request: gr.Request) -> dict:
    """How long it will take by the minutes that are set now."""
    desk = registry.studio.find(request.session_hash)
    return {} if desk and (desk.is_busy or desk.learner) else {"run": lessons.show_pictures(registry, t, s, desk)["run"]}


def draw(registry, t, s: State, request: gr.Request) -> dict:
    """The trained model's classes at the latents of another seed."""
    desk = registry.studio.find(request.session_hash)
    if not desk or not desk.learner or desk.is_busy:
        return {}
    return {"canvas": lessons.sheet(t, desk.learner, validation.whole(s.seed, "the seed", 0, validation.SEEDS))}


def clear(registry, t, s: State, request: gr.Request) -> dict:
    """Everything of this visitor's taken away: pictures, run, model, download."""
    registry.studio.close(request.session_hash)
    return lessons.show_pictures(registry, t, s, None) | {"after": gr.update(visible=False), "download": None}


def push(registry, t, s: Form, request: gr.Request, signed: gr.OAuthToken | None = None) -> Iterator[dict]:
    """The trained model put on the Hub by the visitor's own token, which is kept nowhere, or by that of their signing in."""
    token = signing.choose_token(s.token, signed)
    desk = registry.studio.find(request.session_hash)
    if not desk or not desk.learner or desk.is_busy:
        raise InputError("there is no trained model here: train one first")
    if not token or not s.repository.strip():
        raise InputError("give a repository, as you/name, and a token of yours that may write")
    done = {"phase": "done"} | other_tabs(registry, t, s, desk)
    yield {"run": done | {"text": t("train.pushing")}, "token": ""}
    link = hub.push(desk.save(runs.describe(desk.learner)), s.repository.strip(), token)
    yield {"run": done | {"text": t("train.pushed", link=link)}}


def open_state(registry, t, s: State) -> dict:
    """What a fresh page shows: the example."""
    names = bases.models_for(registry, s.dataset)
    s = replace(s, minutes=min(max(s.minutes, 1), MOST))
    menus = {"model": gr.update(choices=bases.model_choices(t, registry, names), value=s.model), "picture": lessons.blank(registry, t, s)}
    return lessons.show_pictures(registry, t, s, None) | asdict(s) | menus


def build_one(registry, t) -> dict:
    """Where one picture is drawn or photographed, corrected, and put among those of its class."""
    with gr.Accordion(t("train.one"), open=False, elem_classes=["one", "acts"]) as one:
        picture = uploads.picture_pad(registry, t, t("train.one_picture"), look="alone")
        label = gr.Textbox(label=t("train.one_class"), placeholder="A", max_length=100)
        names = {"add": "one_add", "put": "one_put", "out": "one_out"}
        buttons = {name: gr.Button(t(f"train.{key}"), size="md", visible=name == "add") for name, key in names.items()}
    return {"one": one, "picture": picture, "label": label, "editing": gr.Textbox(visible="hidden"), **buttons}


def build_after(t) -> dict:
    """What can be done with a trained model."""
    with gr.Column(visible=False, elem_classes="after") as after:
        outcome = gr.Markdown(elem_classes="look")
        gr.Markdown(t("train.after"), elem_classes="look")
        download = gr.DownloadButton(t("train.download"), elem_id=f"model-{t.language}", size="md")
        with gr.Accordion(t("train.push"), open=False):
            if signing.is_offered():
                signing.SignIn(t("train.sign_in"), t("train.signed_in"), size="md")
            repository = gr.Textbox(label=t("train.repository"), placeholder="you/my-letters", max_length=100)
            token = gr.Textbox(label=t("train.token"), type="password", max_length=200, info=t("train.token_says"))
            button = gr.Button(t("train.push_now"))
    return {"after": after, "outcome": outcome, "download": download, "repository": repository, "token": token, "push": button}


def build(registry, t, page) -> None:
    if not studio.is_open():
        events.question(t, TAB)
        gr.Markdown(t("train.closed"), elem_classes="look")
        return
    offers = functools.partial(bases.models_for, registry)
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            upload = gr.UploadButton(t("train.upload"), file_count="multiple", file_types=["image", ".zip"], elem_classes="acts", size="md")
            one = build_one(registry, t)
            classes = ClassList(text=t.group("classlist"))
            empty = gr.Button(t("train.clear"), size="sm", visible=False, elem_classes="asks")
            kinds = [(t(f"train.kind.{d}"), d) for d in samples.DATASETS if offers(d)]
            dataset = controls.Radio(kinds, value=State.dataset, label=t("train.kind"))
            model = controls.Names(bases.model_choices(t, registry, offers(State.dataset)), value=State.model, label=t("train.base"))
            minutes = controls.slider(1, MOST, State.minutes, step=1, label=t("train.minutes"))
            settable = {"dataset": dataset, "model": model, "minutes": minutes, "seed": controls.seed_control(t, TAB)}
            address.link_button(t, TAB, settable)
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            run = RunBar(text=t.group("runbar"), elem_classes="run")
            canvas = PixelCanvas(text=t.group("canvas"), elem_classes="hero", elem_id=f"train-{t.language}")
            others = gr.Button(t("train.others"), size="sm", visible=False, elem_classes="others")
            curves = LossCurves(text=t.group("losscurves"))
            after = build_after(t)
            gr.Markdown(t("train.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/finetuning.py")
    components = settable | {
        "files": upload,
        **{name: one[name] for name in ("picture", "label", "editing")},
        "page": gr.Number(0, visible="hidden"),
        "classes": classes,
        "repository": after["repository"],
        "token": after["token"],
    }
    outputs = settable | one | {"classes": classes, "run": run, "canvas": canvas, "curves": curves, "empty": empty, "others": others}
    outputs |= {"page": components["page"]}
    outputs |= {name: after[name] for name in ("after", "outcome", "download", "token")}

    def bind(on, function, how=events.bind_state, **options):
        return how(status, on, function, Form, components, outputs, registry, t, **options)

    for on, function, lane in (
        (upload.upload, take, "look"), (one["add"].click, add, "look"), (one["label"].submit, add, "look"), (one["put"].click, put, "look"), (one["out"].click, leave_out, "look"), (dataset.input, choose, "look"), (model.input, look, "look"), (run.submit, learn, "train"), (after["push"].click, push, "hub")
    ):  # fmt: skip
        bind([on], function, events.bind_stream, lane=LANES[lane])
    direct = {
        correct: canvas.select,
        turn: others.click,
        rename: classes.input,
        wish: run.select,
        draw: settable["seed"].input,
        estimate: minutes.input,
        clear: empty.click,
    }
    for function, on in direct.items():
        bind([on], function)

    def leave(request: gr.Request) -> None:
        registry.studio.close(request.session_hash)

    page.unload(leave)
    address.bind_load(t, TAB, State(), offers, open_state, outputs, registry, t)
