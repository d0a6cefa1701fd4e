"""Who may import whom, read from the source."""

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{a.name}" for a in node.names)


FORBIDDEN = {
    "genlib": ("gradio", "demo", "app"),
    "genlib/models": ("genlib.objectives", "genlib.ops", "genlib.train", "genlib.data", "genlib.checkpoint", "genlib.hub"),
    "genlib/objectives": ("genlib.models.vae", "genlib.models.cvae", "genlib.models.pixelcnn", "genlib.ops", "genlib.train"),
    "genlib/ops": ("genlib.objectives", "genlib.train", "genlib.data", "genlib.hub"),
}


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_layer_imports_only_what_lies_below_it(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for name in imported(path):
            for forbidden in FORBIDDEN[folder]:
                assert name.split(".")[: forbidden.count(".") + 1] != forbidden.split("."), f"{path.name} imports {name}"


def test_only_the_hub_module_uses_the_hub_client():
    for path in (ROOT / "genlib").rglob("*.py"):
        if path.name != "hub.py":
            assert not any(name.split(".")[0] == "huggingface_hub" for name in imported(path)), path


def test_only_the_command_line_prints():
    for path in (ROOT / "genlib").rglob("*.py"):
        if path.name != "__main__.py":
            calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "print"]
            assert not calls, path


def test_both_languages_have_the_same_keys():
    en, zh = (json.loads((ROOT / "demo" / "text" / f"{lang}.json").read_text()) for lang in ("en", "zh"))
    assert en.keys() == zh.keys()


def test_no_bundled_file_is_too_large_for_the_hub():
    files = [p for p in (ROOT / "checkpoints").rglob("*") if p.is_file() and p.name != "training.safetensors"]
    assert files
    assert all(p.stat().st_size < 10_000_000 for p in files)
