"""What the README and docs/ show must run, in both languages alike; their figures must be those of the model cards."""

import re
from pathlib import Path

import pytest

from genlib import hub, table

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAIRS = dict([READMES, ("CONTRIBUTING.md", "docs/zh/contributing.md")]) | {
    f"docs/{path.name}": f"docs/zh/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))
}  # English -> Chinese
MOST = {"README.md": 900, "README.zh-CN.md": 1800}  # words of prose; a Chinese character is one


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(name: str) -> list[tuple[str, str]]:
    """Language and text of each block of code, in order."""
    return re.findall(r"^ *```(\w*)\n(.*?)^ *```$", read(name), re.DOTALL | re.MULTILINE)


def blocks(language: str, holding: str = "", names: tuple[str, ...] = ()) -> list[str]:
    """The blocks of code in a language that hold some words, of all English texts or of those named."""
    return [block for name in names or PAIRS for kind, block in fences(name) if kind == language and holding in block]


def prose(name: str) -> str:
    """What is neither code nor table, nor for machines."""
    text = re.sub(r"\A---\n.*?\n---\n", "", read(name), flags=re.DOTALL)
    text = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return "\n".join(line for line in text.splitlines() if not line.startswith("|"))


def anchors(path: Path) -> set[str]:
    """What a link may name in a file: its headings, as GitHub spells them."""
    titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_library_example_runs(capsys):
    (block,) = blocks("python", "genlib.load(")
    exec(compile(block, "README", "exec"), {})
    assert "[10, 1, 28, 28]" in capsys.readouterr().out


def test_a_card_shows_no_picture_that_is_not_beside_it():
    shown = [
        (card.parent, name) for card in (ROOT / "checkpoints").glob("*/README.md") for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", card.read_text())
    ]
    assert [(folder.name, name) for folder, name in shown if not (folder / name).is_file()] == []


@pytest.mark.parametrize("name", READMES)
def test_the_table_says_what_the_cards_say(name):
    rows = re.findall(r"^\| `([a-z0-9.-]+)` \|(.*?)\|$", read(name), re.MULTILINE)
    assert {row for row, _ in rows} == set(hub.bundled_checkpoints())
    for row, text in rows:
        figures = hub.bundled_checkpoints()[row].figures
        for key, value in re.findall(r"`(\w+)` ([\d.]+)", text):
            figure = figures[key][-1] if isinstance(figures[key], list) else figures[key]  # of passes, the last
            assert f"{figure:.4g}" == value, (row, key)


@pytest.mark.parametrize("name", READMES)
def test_the_table_is_the_one_that_evaluate_writes(name):
    written = table.markdown(hub.bundled_checkpoints()).splitlines()[2:]
    assert [line for line in read(name).splitlines() if re.match(r"\| `[a-z0-9.-]+` \|", line)] == written


@pytest.mark.parametrize("name", [*PAIRS, *PAIRS.values()])
def test_every_picture_and_file_it_names_is_there(name):
    for path, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", read(name)):
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), (path, anchor)


@pytest.mark.parametrize(("english", "chinese"), PAIRS.items())
def test_both_languages_show_the_same_commands(english, chinese):
    def code(name):
        return [(kind, [line.split("#")[0].strip() for line in block.splitlines()]) for kind, block in fences(name)]

    assert code(english) == code(chinese)


@pytest.mark.parametrize(("english", "chinese"), PAIRS.items())
def test_both_languages_have_the_same_pictures_and_numbers_in_tables(english, chinese):
    def pictures(name):
        return [Path(path).name for path in re.findall(r"!\[[^]]*\]\(([^)]*)\)", read(name))]

    def numbers(name):
        rows = [line for line in read(name).splitlines() if line.startswith("|") and "`" not in line]
        return [sorted(re.findall(r"\d+(?:\.\d+)?", row)) for row in rows]

    assert pictures(english) == pictures(chinese)
    if english != "CONTRIBUTING.md":  # its table of words is English
        assert numbers(english) == numbers(chinese)


@pytest.mark.parametrize("name", READMES)
def test_the_readme_is_short_and_leads_to_all_the_rest(name):
    words = re.findall(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+", prose(name))
    assert len(words) <= MOST[name]
    for other in PAIRS if name == "README.md" else PAIRS.values():
        assert other in READMES or f"]({other})" in read(name), other


def test_every_variable_of_the_environment_is_named_in_both_languages():
    code = "".join(path.read_text(encoding="utf-8") for folder in ("genlib", "demo") for path in (ROOT / folder).rglob("*.py"))
    names = set(re.findall(r"environ(?:\.get)?[(\[]\"((?:GENLIB|GRADIO)_\w+)\"", code + read("latent_atelier.py")))
    assert len(names) >= 6
    for name in ("docs/install.md", "docs/zh/install.md"):
        assert {variable for variable in names if f"`{variable}`" not in read(name)} == set()
