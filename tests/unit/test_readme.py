"""What the README shows must run, and its figures must be those of the model cards."""

import re
from pathlib import Path

import pytest

from genlib import hub

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")


def blocks(language: str, holding: str = "", name: str = "README.md") -> list[str]:
    found = re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    return [block for block in found if holding in block]


def test_the_library_example_runs(capsys):
    (block,) = blocks("python", "genlib.load")
    exec(compile(block, "README", "exec"), {})
    assert "[10, 1, 28, 28]" in capsys.readouterr().out


@pytest.mark.parametrize("name", READMES)
def test_the_table_says_what_the_cards_say(name):
    rows = re.findall(r"^\| `([a-z0-9.-]+)` \|(.*?)\|$", (ROOT / name).read_text(), re.MULTILINE)
    assert {row for row, _ in rows} == set(hub.bundled())
    for row, text in rows:
        figures = hub.bundled()[row].figures
        for key, value in re.findall(r"`(\w+)` ([\d.]+)", text):
            figure = figures[key][-1] if isinstance(figures[key], list) else figures[key]  # of passes, the last
            assert f"{figure:.4g}" == value, (row, key)


@pytest.mark.parametrize("name", READMES)
def test_every_picture_and_file_it_names_is_there(name):
    for path in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text()):
        assert (ROOT / path).exists(), path


def test_both_languages_show_the_same_commands():
    for language in ("bash", "python"):
        code = [
            [line.split("#")[0].strip() for block in blocks(language, name=name) for line in block.splitlines()]
            for name in READMES
        ]
        assert code[0] == code[1]
