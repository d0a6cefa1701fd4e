"""What is told of each model."""

import base64
import html
import inspect
import json
import re
import subprocess
import sys
import textwrap

import pytest
import torch

import genlib
from demo import captions, pace, plotted, story
from demo.captions import ROOT
from demo.registry import ModelRegistry
from demo.tabs import compare
from demo.text import Text
from genlib import checkpoint, ops
from genlib.curves import Curves
from genlib.families import FAMILIES
from genlib.models.gan import GAN, GANConfig
from genlib.objectives.wasserstein import WGANGPObjective
from tests.conftest import small


def test_every_family_has_its_story_and_an_equation_of_balanced_braces_alike_in_both_languages():
    en, zh = Text("en"), Text("zh")
    for name in FAMILIES:
        assert len(en(f"story.{name}")) > 20
        assert len(zh(f"story.{name}")) > 8
        latex = en(f"equation.{name}")
        assert latex == zh(f"equation.{name}")
        assert latex.count("{") == latex.count("}") > 0
        assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}")


def test_a_paper_with_an_arxiv_number_is_a_link_and_another_its_name():
    assert 'href="https://arxiv.org/abs/1312.6114"' in story.paper_link("1312.6114")
    assert story.paper_link("Sohn & al., NIPS 2015") == "Sohn &amp; al., NIPS 2015"


def test_a_run_made_to_fail_says_so_and_how_many_classes_it_kept():
    registry = ModelRegistry()
    entropy = registry.info("dcgan-collapsed-mnist").figures["class_entropy_nats"]
    for text in (Text("en"), Text("zh")):
        assert f"{entropy:.2f}" in story.head(registry, text, "dcgan-collapsed-mnist")
        assert f"{entropy:.2f}" not in story.head(registry, text, "dcgan-mnist")
        assert f"DCGAN{text('separator')}{text('trait.collapsed')}</h3>" in story.head(registry, text, "dcgan-collapsed-mnist")


def test_a_model_that_knew_few_labels_is_called_by_their_number():
    registry = ModelRegistry()
    for n in (100, 200):
        assert captions.model_title(Text("en"), registry, f"ssgan{n}-mnist") == f"Semi-supervised GAN, {n} labels"


def test_a_storys_code_is_the_losss_own_lines():
    registry = ModelRegistry()
    told = html.unescape(story.anatomy(registry, Text("en"), "wgangp-mnist"))
    for loss in (WGANGPObjective.critic_loss, WGANGPObjective.generator_loss):
        assert textwrap.dedent(inspect.getsource(loss)) in told
    assert f"every {registry.info('wgangp-mnist').objective['every']} batches" in told
    assert "234,177 parameters" in told  # of G
    assert sum(p.numel() for p in registry.model("wgangp-mnist").generator.parameters()) == 234_177


def test_a_model_that_knew_few_labels_is_told_with_its_networks_and_both_its_turns():
    told = story.anatomy(ModelRegistry(), Text("en"), "ssgan100-mnist")
    assert told.count("<pre") == 2


def test_a_model_is_told_with_the_curves_of_its_run(tmp_path):
    torch.manual_seed(0)
    checkpoint.save(GAN(GANConfig(hidden=(8,), discriminator_hidden=(8,))), tmp_path, name="gan-mnist", dataset="mnist")
    registry, name = ModelRegistry((str(tmp_path),)), str(tmp_path)
    assert story.curves(registry, Text("en"), name) == ""
    curves = Curves()
    for step in range(5):
        curves.add({"discriminator/<real>": 1.0 / (step + 1)})
    curves.save(tmp_path)
    told = story.curves(registry, Text("en"), name)
    assert told.count("<svg") == 1
    assert "<real>" not in told
    assert told.count("&lt;real&gt; 1 → 0.2") == 2  # to be seen, and to be read out
    (line,) = re.findall(r'<line class="now"[^>]*>', told)
    assert 'data-batches="5"' in line


def test_a_film_is_sent_where_a_run_kept_one_with_what_is_known_of_each_moment(tmp_path):
    checkpoint.save(small("gan"), tmp_path, name="gan-mnist", dataset="mnist", film={"steps": [1, 2000], "minutes": [0.1, 3], "fid": [90.25, 7]})
    registry, name = ModelRegistry((str(tmp_path),)), str(tmp_path)
    assert story.film(registry, Text("en"), name) == {}  # the file is not there
    (tmp_path / "film.png").write_bytes(b"sheet")
    value = story.film(registry, Text("en"), name)
    assert base64.b64decode(value["png"]) == b"sheet"
    assert value["captions"] == ["after batch 1, 0.1 min, FID 90.2", "after batch 2,000, 3 min, FID 7"]
    assert story.film(ModelRegistry(), Text("en"), "vae2d-mnist") == {}


def test_who_chooses_a_model_of_three_turns_has_done_a_task_and_who_is_shown_it_has_not():
    registry, text = ModelRegistry(), Text("en")
    for name, done in (("cvaegan-mnist", ["compare.turns"]), ("gan-mnist", [])):
        assert compare.choose(registry, text, compare.State(model=name))["film"].get("done") == done
        assert "done" not in compare.read(registry, text, compare.State(model=name))["film"]


def curves_of(tmp_path, language: str) -> str:
    """The part of a story with a GAN's curves."""
    checkpoint.save(small("gan"), tmp_path, name="gan-mnist", dataset="mnist")
    curves = Curves()
    for step in range(5):
        curves.add({"discriminator/loss": step - 3.0, "discriminator/real": 0.5, "generator/loss": 2.0})
    curves.save(tmp_path)
    return story.curves(ModelRegistry((str(tmp_path),)), Text(language), str(tmp_path))


def test_curves_are_in_the_themes_colours_and_say_nothing_to_the_rest_of_the_page(tmp_path):
    told = curves_of(tmp_path, "en")
    assert told.count("<svg") == 3
    assert "loss −3 → 1" in told
    for variable in ("--body-text-color", "--quiet", "--border-color-primary", "--color-accent"):
        assert f"var({variable})" in told
    assert set(re.findall(r"#[0-9a-f]{6}\b", re.sub(r"var\(--line-\d, #\w+\)", "", told))) == set()
    assert "<style" not in told
    assert "font-family" not in told
    ids = re.findall(r' id="([^"]+)"', told)
    assert len(ids) == len(set(ids)) > 0
    assert set(re.findall(r"(?:href=\"|url\()#([^\")]+)", told)) == set(ids)


def test_curves_speak_the_pages_language_and_are_the_same_every_time(tmp_path):
    told = curves_of(tmp_path, "zh")
    assert ">批次</text>" in told
    assert ">概率</text>" in told
    assert ">batches</text>" not in told
    plotted.curve_panel.cache_clear()
    assert curves_of(tmp_path, "zh") == told


def test_a_page_without_matplotlib_says_so_in_its_language(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "genlib.plots", None)
    monkeypatch.delattr(genlib, "plots", raising=False)
    assert "没有安装：请运行 pip install matplotlib" in curves_of(tmp_path, "zh")


def test_an_event_of_the_page_imports_no_matplotlib():
    """Gradio would, to choose a backend before each one."""
    code = """
import sys, httpx
from demo.app import build_demo, launch_kwargs
demo = build_demo()
_, url, _ = demo.launch(prevent_thread_lock=True, server_name="127.0.0.1", **launch_kwargs())
httpx.post(url + "gradio_api/run/models", json={"data": []}, timeout=60).raise_for_status()
print("matplotlib" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("text", ["", "[]", '{"metrics": {"a": []}, "stretch": 1}', '{"metrics": {"a": ["x"]}, "stretch": 1}'])
def test_spoiled_curves_are_left_out(tmp_path, text):
    torch.manual_seed(0)
    checkpoint.save(GAN(GANConfig(hidden=(8,), discriminator_hidden=(8,))), tmp_path, name="gan-mnist", dataset="mnist")
    (tmp_path / checkpoint.CURVES).write_text(text)
    registry = ModelRegistry((str(tmp_path),))
    assert "<svg" not in story.curves(registry, Text("en"), str(tmp_path))
    assert json.dumps(story.show(registry, Text("en"), str(tmp_path)))


def test_how_far_the_pixelgan_sees_is_what_its_story_says():
    model = ModelRegistry().model("pixelgan-mnist")
    x, z = torch.full((1, 1, 28, 28), 0.5), model.prior(1, torch.Generator().manual_seed(0))
    seen = ops.influence(model.pixelcnn, x, model.conditioning(z), 14 * 28 + 14).nonzero() - 14
    assert seen.abs().max() == 5
    assert "five pixels far" in Text("en")("story.pixelgan")
    assert "五个像素" in Text("zh")("story.pixelgan")


def test_how_soon_a_model_was_how_good_is_read_off_its_film_and_its_card_and_the_chosen_one_is_told():
    registry, text = ModelRegistry(), Text("en")
    info = registry.info("gan-mnist")
    (title, minutes, fid), _ = pace.courses(registry, text, ["gan-mnist", "cgan-mnist", "classifier-mnist"])
    assert (title, minutes[-1], fid[-1]) == ("GAN", info.training["minutes"], info.figures["fid"])
    film = [(m, f) for m, f in zip(info.film["minutes"], info.film["fid"], strict=True) if 0 < m < minutes[-1]]
    assert list(zip(minutes[:-1], fid[:-1], strict=True)) == film
    chart = pace.chart(registry, text, ["gan-mnist", "cgan-mnist"], "gan-mnist")
    assert f"GAN: FID {fid[-1]:.3g} after {minutes[-1]:.3g} minutes." in chart
    assert text("pace.minutes") in chart
    assert Text("zh")("pace.minutes") in pace.chart(registry, Text("zh"), ["gan-mnist", "cgan-mnist"], "gan-mnist")
    assert pace.chart(registry, text, ["gan-mnist"], "gan-mnist") == ""


@pytest.mark.parametrize("film", [{}, {"minutes": 3, "fid": [1]}, {"minutes": ["a", None, 0, 1, 9], "fid": [1, 2, 3, 40.0, 5]}])
def test_a_strangers_film_gives_what_can_stand_on_the_axes(film):
    assert pace.moments(film, minutes=5) == ([(1, 40.0)] if film and isinstance(film["minutes"], list) else [])
