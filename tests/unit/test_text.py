"""Every word and every error in both languages."""

import ast
import string
from pathlib import Path

import pytest

from demo import events, validation
from demo.text import Text
from genlib.errors import InputError

ROOT = Path(__file__).parents[2]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for folder in ("genlib", "demo") for path in (ROOT / folder).rglob("*.py")}
BOUNDED = {"whole": 1, "real": 1, "latent": 2, "classed": 3}  # which argument of these says what a value is
MET = ("demo/", "genlib/ops/", "genlib/models/base.py", "genlib/images.py")  # where what is raised is met on a page


def called(node: ast.AST) -> str:
    """The name of what a call calls."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "id", getattr(function, "attr", ""))


def problems() -> set[str]:
    """The names of all classes that are Problems."""
    found, bases = {"Problem", "Note"}, [
        (node.name, {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases})
        for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]  # fmt: skip
    for _ in bases:  # as deep as one derives from another
        found |= {name for name, of in bases if of & found}
    return found


def raised() -> list[tuple[Path, ast.expr]]:
    """The template of every Problem that is made, with the file it is made in."""
    kinds = problems()
    return [
        (path, node.args[0])
        for path, tree in TREES.items() for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in kinds and node.args
    ]  # fmt: skip


def met(path: Path) -> bool:
    return str(path.relative_to(ROOT)).startswith(MET)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_error_a_page_can_show_is_there_in_chinese():
    known = Text("zh").errors
    templates = [node.value for _, node in raised() if isinstance(node, ast.Constant)]
    assert len(templates) > 40
    assert [template for template in templates if template not in known] == []


def test_an_error_keeps_its_values_beside_its_template():
    """A constant, or the template of another; never a sentence put together on the spot."""
    assert [f"{path}:{node.lineno}" for path, node in raised() if met(path) and not isinstance(node, ast.Constant | ast.Attribute)] == []


def test_no_plain_value_error_reaches_a_page():
    plain = [
        f"{path.name}: {ast.unparse(node)}"
        for path, tree in TREES.items() if met(path)
        for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None and called(node.exc) == "ValueError"
    ]  # fmt: skip
    assert plain == ["base.py: raise ValueError('size')", "base.py: raise ValueError('length')"]  # caught on the spot


def test_a_translation_has_its_templates_values():
    for english, chinese in Text("zh").errors.items():
        assert fields(english) == fields(chinese), english


def test_what_a_value_is_called_is_there_in_chinese():
    known = Text("zh").errors
    names = {
        node.args[BOUNDED[called(node)]].value
        for path, tree in TREES.items() if path.parent.name == "tabs" or path.name in ("controls.py", "captions.py", "address.py", "events.py")
        for node in ast.walk(tree)
        if called(node) in BOUNDED and len(node.args) > BOUNDED[called(node)] and isinstance(node.args[BOUNDED[called(node)]], ast.Constant)
    }  # fmt: skip
    assert "the seed" in names
    assert {name for name in names if name not in known} - {"z1", "z2"} == set()


def test_both_languages_have_the_same_keys_and_values():
    english, chinese = Text("en").phrases, Text("zh").phrases
    assert set(english) == set(chinese)
    for key, phrase in english.items():
        if not key.startswith("equation."):
            assert fields(phrase) == fields(chinese[key]), key


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "The seed must be a whole number from 0 to 9, got 'x'."), ("zh", "随机种子必须是 0 到 9 的整数，而给出的是 'x'。")],
)
def test_a_page_says_an_error_in_its_own_language(language, says):
    with pytest.raises(InputError) as caught:
        validation.whole("x", "the seed", 0, 9)
    assert Text(language).problem(caught.value) == says


def test_an_error_nobody_translated_is_said_in_english():
    assert Text("zh").problem(InputError("quite {new}", new="new")) == "Quite new."


def test_a_spoiled_question_of_a_widget_is_answered_with_a_sentence():
    def ask(data):
        return data["nothing"]

    assert events.serve(Text("zh"), ask)({}) == {"error": "页面发来的内容无法回答：请重新加载页面。"}


def test_every_tab_says_its_errors_in_its_own_language():
    """`guarded` without a language speaks English: that is the API's alone."""
    mute = [
        f"{path.name}:{node.lineno}" for path, tree in TREES.items() if path.parent.name == "tabs"
        for node in ast.walk(tree) if called(node) == "guarded" and len(node.args) < 2
    ]  # fmt: skip
    assert mute == []
