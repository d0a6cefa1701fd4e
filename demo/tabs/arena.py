"""GAN arena: why do GANs fail, and what cures it?"""

import dataclasses
import json
import math
import re
from typing import Any

import gradio as gr

from demo import address, arena, captions, controls, events
from demo.widgets import Arena

TAB = "arena"
DATA = ("ring", "grid", "roll", "moons", "segments", "drawn")
RULES = ("nonsaturating", "saturating", "leastsquares", "r1", "wgan", "wgangp")
LESSONS = ("free", "dirac", "vanishing", "modes", "distance", "clipping")
OPTIMIZERS = ("", "adam", "rmsprop", "sgd")


@dataclasses.dataclass(frozen=True)
class State:
    """What a person can set.  None and "" leave a setting to the rule; the names are those of the engine's settings."""

    dataset: str = "ring"
    rule: str = "nonsaturating"
    beside: str = ""  # more rules, played from the same seed, with commas between
    seed: int = 0
    lesson: str = "free"
    k: float | None = None
    batch: float | None = None
    lrD: float | None = None  # noqa: N815
    lrG: float | None = None  # noqa: N815
    hiddenD: str = ""  # noqa: N815
    hiddenG: str = ""  # noqa: N815
    latent: float | None = None
    weight: float | None = None
    clip: float | None = None
    noise: float | None = None
    pack: float | None = None
    optimizer: str = ""
    step: int = 0  # of the run
    points: str = ""  # a drawing: the base64 of two bytes a point


CHOICES = {"dataset": DATA, "rule": RULES, "lesson": LESSONS, "optimizer": OPTIMIZERS}
FORMS = {"hiddenD": r"[\d, ]{0,40}", "hiddenG": r"[\d, ]{0,40}", "points": r"[A-Za-z0-9+/]{0,2000}={0,2}"}
BOUNDS = {"seed": 10**6, "step": 10**5}


def fits(name: str, value) -> bool:
    """Whether a field of the State may have this value.  A number that a rule cannot play with is the page's to refuse, in a sentence."""
    if name in CHOICES:
        return value in CHOICES[name]
    if name in FORMS:
        return re.fullmatch(FORMS[name], value) is not None
    if name in BOUNDS:
        return 0 <= value <= BOUNDS[name]
    return value is None or isinstance(value, str) or math.isfinite(value)


def state_from_query(query: dict) -> State:
    """The State an address asks for; what does not fit is as it is initially."""
    asked, initial = dataclasses.asdict(address.read_state(State(), query)), dataclasses.asdict(State())
    state = State(**{name: value if fits(name, value) else initial[name] for name, value in asked.items()})
    return dataclasses.replace(state, beside=",".join(rule for rule in RULES if rule in state.beside.split(",")))


def values(state: State) -> dict:
    """What the controls hold, by name, and `arena`, the widget's value: all of it, and what of it no control holds, as the address has it."""
    shown = dataclasses.asdict(state) | {"beside": [rule for rule in state.beside.split(",") if rule]}
    step, points = shown["step"], shown["points"]
    return shown | {"arena": shown | {"state": {"step": str(step), "points": points}}}


def engine(_data: dict) -> dict:
    return {"text": arena.source()}


def gather(names: list[str], **also) -> str:
    """A script: the controls' values, then the widget's -> the widget's new value.  A run begins at step 0 again."""
    return f"""(...values) => {{
        const old = values.pop(), value = {{...old, step: 0, state: {{...old.state, step: "0"}}}};
        {json.dumps(names)}.forEach((name, i) => {{ value[name] = values[i]; }});
        return Object.assign(value, {json.dumps(also)});
    }}"""


def choose(kind, t, label: str, names: tuple[str, ...], group: str, value, *classes: str):
    return kind([(t(f"arena.{group}.{name}"), name) for name in names], value=value, label=t(label), elem_classes=["classes", "acts", *classes])


def build_settings(t) -> dict:
    """The settings that a rule has a value for; an empty field leaves it at that."""
    fields = {}
    for pair in (("k", "batch"), ("lrD", "lrG"), ("hiddenD", "hiddenG"), ("latent", "weight"), ("clip", "noise"), ("pack", "optimizer")):
        with gr.Row():
            for name in pair:
                same = {"label": t(f"arena.set.{name}"), "min_width": 120, "elem_id": f"arena-{name}-{t.language}"}
                if name in FORMS:
                    fields[name] = gr.Textbox("", max_length=40, **same)
                elif name == "optimizer":
                    fields[name] = gr.Dropdown([(t(f"arena.optimizer.{name or 'own'}"), name) for name in OPTIMIZERS], value="", **same)
                else:
                    fields[name] = controls.Number(None, **same)
    return fields


def build(registry, t, page) -> None:
    first = values(State())["arena"]
    widget = Arena(first, server_functions=[events.serve(t, engine)], text=t.group("arena"), language=t.language, render=False)
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            fields: dict[str, Any] = {"dataset": choose(controls.Radio, t, "control.dataset", DATA, "data", State.dataset, "game")}
            fields["rule"] = choose(controls.Radio, t, "arena.rule", RULES, "rule", State.rule, "game")
            with gr.Accordion(t("arena.compare"), open=False, elem_classes="game"):
                fields["beside"] = choose(gr.CheckboxGroup, t, "arena.beside", RULES, "rule", [])
            fields["seed"] = controls.seed_control(t, TAB)
            fields["lesson"] = choose(controls.Radio, t, "arena.lesson", LESSONS, "lesson", State.lesson)
            with gr.Accordion(t("arena.more"), open=False, elem_id=f"arena-more-{t.language}"):
                fields |= build_settings(t)
            components = fields | {"arena": widget}
            address.link_button(t, TAB, components)
        with gr.Column(elem_classes="stage"):
            events.question(t, TAB)
            widget.render()
            gr.Markdown(t("arena.look"), elem_classes="look game")
            captions.foot(t, TAB, "demo/arena/losses.js")

    def bind(triggers, script, inputs, outputs):
        gr.on(triggers, None, inputs, outputs, js=script, queue=False, show_progress="hidden", api_visibility="private")

    def show(request: gr.Request):
        query = dict(request.query_params) if request else {}
        shown = values(state_from_query(query if query.get("tab") == TAB else {}))
        return {component: shown[name] for name, component in components.items()}

    # All in the page: what is set goes to the widget, what a lesson or a drawing sets comes back, and the server hears of neither.
    names, every = list(fields), list(components.values())
    leave = f"(...values) => [({gather(names, lesson='free')})(...values), 'free']"
    bind([fields[name].input for name in names if name not in ("dataset", "rule")], gather(names), every, widget)
    bind([fields["dataset"].input, fields["rule"].input], leave, every, [widget, fields["lesson"]])
    bind([widget.input], f"(value) => {json.dumps(names)}.map((name) => value[name])", widget, list(fields.values()))
    address.when_opened(t, show, every)
