"""How a tab answers: live events, errors as sentences in the page's language, questions and answers counted."""

import dataclasses
import functools
import html
import inspect
import re
from typing import Any, Literal, NamedTuple

import gradio as gr
from gradio.blocks import Block

from demo.registry import ModelRegistry
from demo.text import Text, english
from demo.validation import SEEDS, whole
from demo.widgets import Status, Tasks
from demo.widgets.base import Sent, whole_number
from genlib.errors import InputError, Problem

EXPECTED = (Problem, ValueError)  # what a person can put right
SPOILED = (KeyError, IndexError, TypeError, AttributeError, RuntimeError)  # what a page never sends of itself


def refusal(error: Exception, t: Text | None) -> gr.Error:
    """The error as Gradio shows it, in the page's language; in English to those who call the API."""
    if t is None:
        return gr.Error(english(error), print_exception=False)
    return gr.Error(t.problem(error), print_exception=False, title=t("error.title"))


def guard(function, t: Text | None = None):
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


def serve(t: Text, function, *bound):
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


class StatusLine(NamedTuple):
    """The line in which a tab's live events say what was wrong, and the language they say it in."""

    line: gr.HTML
    t: Text


def number_question(tab: str, before: str = "") -> str:
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


def number_answer(tab: str, n, value: dict) -> dict:
    """A widget's value that answers the n-th of a tab's questions; one that nobody has counted is never put back."""
    return value | ({"ask": {"of": tab, "n": abs(whole(n, "a question's number", -SEEDS, SEEDS))}} if n else {})


def read_state(state_type: type, components: dict[str, Block], values: dict) -> Any:
    """The tab's State, of its controls' values.  A component whose name is no field holds several fields, under "state" in its value."""
    known = {field.name for field in dataclasses.fields(state_type)}
    fields = {}
    for name, component in components.items():
        fields |= {name: values[component]} if name in known else Sent.of(values[component])["state"]
    return state_type(**{name: value for name, value in fields.items() if name in known})


def private(function) -> dict:
    """Of a page's event: not of the API, nor under a name that an endpoint may have."""
    return {"api_visibility": "private", "api_name": f"{function.__module__}.{function.__name__}"}


def name_updates(outputs: dict, updates: dict, choice: Block | None = None) -> dict:
    return {outputs[name]: update for name, update in updates.items() if outputs[name] is not choice}


def choice_of(triggers) -> Block | None:
    """The first choice among what asks, if there is one: the answer does not set it, since a person may have chosen anew meanwhile."""
    blocks = (getattr(trigger, "__self__", None) for trigger in triggers)
    return next((block for block in blocks if isinstance(block, gr.Radio)), None)


def signed(call, function, bound: tuple):
    """The call with the signature of what is left of the function, by which Gradio counts; with gr.EventData where that asks for it."""
    signature = inspect.signature(function)
    call.__signature__ = signature.replace(parameters=list(signature.parameters.values())[len(bound) :])
    return call


def alert(status: StatusLine, error: Exception) -> dict:
    return {status.line: f'<p role="alert">{html.escape(status.t.problem(error))}</p>'}


def bind_state(
    status: StatusLine, triggers, function, state_type: type, components: dict, outputs: dict, *bound, js: str | None = None, is_second=False
):
    """What a tab answers while a control moves: function(*bound, State) -> {an output's name: its update}; what it leaves out is left alone.

    No queue, latest wins, nothing flashes; `status` says what was wrong.  is_second: another event answers the same control, and a good answer
    of this one does not take away what that one says is wrong.  Returns the event, for what follows it.
    """
    well, choice = {} if is_second else {status.line: ""}, choice_of(triggers)

    @functools.wraps(function)
    def call(values, *event):
        try:
            updates = function(*bound, read_state(state_type, components, values), *event)
        except EXPECTED as error:
            return alert(status, error)
        return name_updates(outputs, updates, choice) | well

    return gr.on(
        triggers, signed(call, function, bound), set(components.values()), [*outputs.values(), status.line], queue=False,
        trigger_mode="always_last", show_progress="hidden", js=js, **private(function),
    )  # fmt: skip


def mend_seed(s):
    """A tab's State, its seed the first if what was typed is none: that is said where it is typed, and no reason to stay with a data set."""
    try:
        return dataclasses.replace(s, seed=whole(s.seed, "the seed", 0, SEEDS)) if hasattr(s, "seed") else s
    except InputError:
        return dataclasses.replace(s, seed=type(s)().seed)


def choose_by(dataset: Block, switch, choose):
    """What answers the data set's control and the model's: `switch` where the data set was pressed or the model is still another one's, else `choose`.

    One event for both: a list of models that is left asks once more, and of two events that answer might come after the next data set's.
    """

    def choose_either(registry, t, s, event: gr.EventData) -> dict:
        is_asked = event.target is not None and event.target._id == dataset._id
        is_late = s.model in registry.kept and not registry.suits(registry.info(s.model), s.dataset)
        return switch(registry, t, mend_seed(s)) if is_asked or is_late else choose(registry, t, s)

    choose_either.__module__ = switch.__module__
    return choose_either


class Lane(NamedTuple):
    """A part of the queue, and how many of it go on at a time on the whole server; whether who asks again meanwhile is answered afterwards."""

    name: str
    most: int
    mode: Literal["once", "always_last"] = "always_last"


SAMPLING = Lane("sampling", 2)


def bind_stream(
    status: StatusLine, on, function, state_type: type, components: dict, outputs: dict, *bound, js: str | None = None, lane: Lane = SAMPLING
):
    """What a tab draws while one watches: function(*bound, State) yields such updates.  `on`: triggers, or what listens, as an event's `then`.

    By the queue, in its lane.  Returns the event, for what cancels it.
    """

    @functools.wraps(function)
    def stream(values, *event):
        try:
            for updates in function(*bound, read_state(state_type, components, values), *event):
                yield name_updates(outputs, updates) | {status.line: ""}
        except EXPECTED as error:
            yield alert(status, error)

    listen = on if callable(on) else functools.partial(gr.on, on)
    return listen(
        signed(stream, function, bound), set(components.values()), [*outputs.values(), status.line], trigger_mode=lane.mode,
        show_progress="hidden", concurrency_id=lane.name, concurrency_limit=lane.most, js=js, **private(function),
    )  # fmt: skip


def is_halfway(registry: ModelRegistry, dataset: str, model: str, n) -> bool:
    """Whether another data set was chosen whose model is not there yet, which an event sees that Gradio triggers anew.

    Raises InputError where a person has chosen such a model.
    """
    if registry.suits(registry.info(model), dataset):
        return False
    if whole(n or 0, "a question's number", -SEEDS, SEEDS) >= 0:
        raise InputError("{model} draws no pictures of this data set: choose its own", model=model)
    return True


# Tasks that can be done with one data set only.
TASK_OF = {
    "latent.border": "mnist", "latent.collapse": "mnist", "classes.slant": "mnist", "inpaint.class": "mnist", "inpaint.much": "mnist",
    "inpaint.eyes": "faces", "swap.slant": "mnist", "swap.draw": "mnist", "swap.light": "faces",
}  # fmt: skip
TERM = re.compile(r"\[(\w+)\]")


def lede_html(t: Text, tab: str) -> str:
    """What to do, as HTML; a term in brackets explains itself when it is pointed at or reached by key."""

    def explain(match: re.Match) -> str:
        term = match[1]
        word, meaning = t.phrases.get(f"word.{term}", term), html.escape(t(f"term.{term}"))
        return f'<span class="term" tabindex="0" data-means="{meaning}" aria-label="{meaning}">{word}</span>'

    said = TERM.sub(explain, html.escape(t(f"{tab}.do")))
    return f"<p>{said}</p>"


def question(t, tab: str) -> StatusLine:
    """The tab's question, what to do, its tasks, and the line in which its live events say what was wrong."""
    gr.Markdown(f"## {t(f'{tab}.question')}", elem_classes="question")
    gr.HTML(lede_html(t, tab), elem_classes="lede")
    tasks = t.group(f"{tab}.task") or {"try": t(f"{tab}.try")}
    listed = [{"name": name, "text": text, "of": TASK_OF.get(f"{tab}.{name}", "")} for name, text in tasks.items()]
    Tasks(tab=tab, tasks=listed, text=t.group("tasks"), elem_classes="tasks-line")
    return StatusLine(Status("", elem_classes="wrong"), t)


def event_number(event: gr.EventData, key: str, count: int = 10**6) -> int:
    """A number below `count` that a widget's event tells.  Raises InputError."""
    return whole_number(Sent.of(event._data), key, 0, count - 1)
