"""What is told of each model."""

import json
import re

import pytest
import torch

from demo import story
from demo.captions import ROOT
from demo.registry import ModelRegistry
from demo.text import Text
from genlib import checkpoint
from genlib.curves import Curves
from genlib.families import FAMILIES
from genlib.models.gan import GAN, GANConfig


def test_every_family_has_its_story_and_its_objective():
    base = (ROOT / "genlib/objectives/base.py").read_text()
    for language in ("en", "zh"):
        t = Text(language)
        for name, family in FAMILIES.items():
            assert len(t(f"story.{name}")) > (20 if language == "en" else 8)
            code = family.source.read_text()
            for parts in re.findall(r"([A-Z]\w+)\.(\w+)", t(f"equation.{name}")):
                assert all(part in code or part in base for part in parts), parts


def test_a_model_is_told_with_the_curves_of_its_run(tmp_path):
    torch.manual_seed(0)
    checkpoint.save(GAN(GANConfig(hidden=(8,), discriminator_hidden=(8,))), tmp_path, name="gan-mnist", dataset="mnist")
    registry, name = ModelRegistry((str(tmp_path),)), str(tmp_path)
    assert "<svg" not in story.model_story_html(registry, Text("en"), name)
    curves = Curves()
    for step in range(5):
        curves.add({"discriminator/<real>": 1.0 / (step + 1)})
    curves.save(tmp_path)
    told = story.model_story_html(registry, Text("en"), name)
    assert told.count("<polyline") == 1
    assert "discriminator/&lt;real&gt;" in told
    assert "1 → 0.2" in told


@pytest.mark.parametrize("text", ["", "[]", '{"metrics": {"a": []}, "stretch": 1}', '{"metrics": {"a": ["x"]}, "stretch": 1}'])
def test_spoiled_curves_are_left_out(tmp_path, text):
    torch.manual_seed(0)
    checkpoint.save(GAN(GANConfig(hidden=(8,), discriminator_hidden=(8,))), tmp_path, name="gan-mnist", dataset="mnist")
    (tmp_path / checkpoint.CURVES).write_text(text)
    registry = ModelRegistry((str(tmp_path),))
    assert "<svg" not in story.curves(registry, Text("en"), str(tmp_path))
    assert json.dumps(story.model_story_html(registry, Text("en"), str(tmp_path)))
