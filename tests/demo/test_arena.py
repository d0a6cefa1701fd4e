"""The arena's state, its address, and that the server hears of nothing but the page's first question."""

import json
import re
import subprocess

import gradio as gr
import pytest

from demo import arena as engine
from demo.registry import ModelRegistry
from demo.tabs import arena
from demo.text import Text
from demo.widgets import Arena


def test_an_address_is_read_field_by_field_and_what_does_not_fit_is_as_it_begins():
    query = {
        "dataset": "grid",
        "rule": "wgan",
        "beside": "r1,none,wgangp",
        "seed": "7",
        "k": "0",
        "hiddenD": "64, 32",
        "step": "300",
        "points": "AAAA",
    }
    assert arena.state_from_query(query) == arena.State(
        dataset="grid", rule="wgan", beside="r1,wgangp", seed=7, k=0, hiddenD="64, 32", step=300, points="AAAA"
    )
    spoiled = {
        "dataset": "mnist", "rule": "", "lesson": "none", "seed": "-1", "k": "nan", "lrD": "inf", "lrG": "x", "hiddenG": "<b>", "optimizer": "lion",
        "step": "1e9", "points": "?!", "z1": "3",
    }  # fmt: skip
    assert arena.state_from_query(spoiled) == arena.State()


def test_the_widget_is_told_all_of_the_state_and_says_what_of_it_no_control_holds():
    shown = arena.values(arena.State(rule="r1", beside="wgan,wgangp", step=40, points="AAAA"))
    assert shown["beside"] == ["wgan", "wgangp"]
    assert shown["arena"] == {k: v for k, v in shown.items() if k != "arena"} | {"state": {"step": "40", "points": "AAAA"}}


@pytest.fixture(scope="module")
def page():
    with gr.Blocks() as page:
        arena.build(ModelRegistry(), Text("en"), page)
    return page


def test_nothing_that_is_set_reaches_the_server(page):
    (widget,) = [block._id for block in page.blocks.values() if isinstance(block, Arena)]
    asked = [fn for fn in page.fns.values() if fn.fn is not None]
    (target,) = [target for fn in asked for target in fn.targets]
    assert page.blocks[target[0]].elem_classes == ["opening"]  # what asks once, when the tab is opened
    assert {block._id for block in asked[0].inputs} == set()
    assert widget in {block._id for block in asked[0].outputs}


def test_every_control_is_in_the_address_and_every_field_of_the_state_is_shown():
    names = {field for field in arena.State.__dataclass_fields__}
    shown = arena.values(arena.State())
    assert names <= set(shown)
    assert names - set(shown["arena"]["state"]) == set(shown) - {"arena", "step", "points"}


def test_what_is_gathered_from_the_controls_begins_a_run_anew_and_keeps_the_drawing():
    script = arena.gather(["dataset", "seed"], lesson="free")
    old = {"dataset": "ring", "seed": 0, "lesson": "modes", "step": 90, "points": "AAAA", "state": {"step": "90", "points": "AAAA"}}
    run = subprocess.run(["node", "-p", f"JSON.stringify(({script})('drawn', 5, {json.dumps(old)}))"], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == {
        "dataset": "drawn", "seed": 5, "lesson": "free", "step": 0, "points": "AAAA", "state": {"step": "0", "points": "AAAA"},
    }  # fmt: skip


def test_the_engine_is_one_text_of_all_its_scripts():
    text = arena.engine({})["text"]
    assert text == engine.source()
    assert all(f"const {name} =" in text for name in ("complete", "check", "modesOf", "LESSONS"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_choice_of_the_engine_has_its_words(language):
    t, text = Text(language), engine.source()
    spoken = {f"arena.bad.{name}" for name in re.findall(r'trouble\(key, "(\w+)"|message: "(\w+)"', text) for name in name if name}
    choices = [*(f"arena.data.{d}" for d in arena.DATA), *(f"arena.rule.{r}" for r in arena.RULES), *(f"arena.lesson.{n}" for n in arena.LESSONS)]
    assert len(spoken) > 4
    assert [key for key in [*choices, *sorted(spoken)] if key not in t.phrases] == []
