"""What the README shows must run, and its figures must be those of the model cards."""

import re
from pathlib import Path

from genlib import hub

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_python_example_runs(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(block, "README", "exec"), {})
    assert "[10, 1, 28, 28]" in capsys.readouterr().out


def test_the_table_says_what_the_cards_say():
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*?) \|$", README, re.MULTILINE)
    assert {name for name, _ in rows} == set(hub.bundled())
    for name, text in rows:
        figures = hub.bundled()[name].figures
        for key, value in re.findall(r"`(\w+)` ([\d.]+)", text):
            assert f"{figures[key]:.4g}" == value, (name, key)
