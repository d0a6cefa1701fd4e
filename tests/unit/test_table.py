"""The table of all checkpoints, and the command that makes it."""

import argparse
import json
from dataclasses import replace

import pytest
import torch
import yaml

from genlib import __main__ as command
from genlib import card, checkpoint, data, hub, table
from genlib.evaluation import report, writing
from genlib.evaluation.figures import FIGURES
from genlib.families import FAMILIES
from tests.conftest import small


def info(**more) -> checkpoint.Info:
    whole = checkpoint.Info(model="gan", config={}, name="gan-mnist", figures={"fid": 12.345678, "fid_spread": 0.5, "kid": 1.0})
    return replace(whole, **more)


def test_a_row_has_the_figures_of_its_family_with_their_spread():
    text = table.markdown({"gan-mnist": info(training={"steps": 9360})})
    assert text.splitlines()[2] == "| `gan-mnist` | `fid` 12.35 ± 0.5 | 9,360 |"


def test_binarised_pictures_are_told_in_nats_and_grey_ones_in_bits():
    figures = {"nll_nats": 80.9, "bits_per_dim": 0.149}
    assert table.select_figures(info(model="pixelcnn", config={"levels": 2}, figures=figures)) == {"nll_nats": 80.9}
    assert table.select_figures(info(model="pixelcnn", config={"levels": 256}, figures=figures)) == {"bits_per_dim": 0.149}


def test_every_figure_of_the_table_is_explained_on_the_card():
    assert {key for family in FAMILIES.values() for key in (*family.figures, *table.SWAPS)} <= FIGURES.keys()
    assert all(figure.meaning for figure in FIGURES.values())


def test_a_figure_of_fewer_pictures_says_of_how_many():
    text = table.describe(info(dataset="mnist", training={"evaluated": {"n": 2000}}))
    assert text == "`fid` 12.35 ± 0.5 (n = 2,000)"
    assert "n =" not in table.describe(info(dataset="mnist", training={"evaluated": {"n": 10_000}}))


def test_evaluating_all_writes_the_table_from_what_was_measured(tmp_path, monkeypatch):
    for name in ("gan-mnist", "gan-fashion"):
        checkpoint.save(small("gan"), tmp_path / name, name=name, dataset=name.split("-")[1])
    monkeypatch.setattr(hub, "bundled_checkpoints", lambda: {name: None for name in ("gan-fashion", "gan-mnist")})
    monkeypatch.setattr(hub, "resolve", lambda name: tmp_path / name)

    def measured(name, root, *, n, seed, command, device):
        if name == "gan-fashion":
            raise data.DataError("FashionMNIST is not here")
        card.write(tmp_path / name, replace(checkpoint.read_info(tmp_path / name), figures={"fid": 3.25}), {"n": n})
        return {"model": name, "metrics": {"fid": 3.25}}

    monkeypatch.setattr(writing, "evaluate", measured)
    command.evaluate_all(argparse.Namespace(data=tmp_path, n=5, seed=0, out=tmp_path / "out", json=False, device="cpu"))
    assert "| `gan-mnist` | `fid` 3.25 (n = 5) |" in (tmp_path / "out" / "table.md").read_text()
    assert [row["model"] for row in json.loads((tmp_path / "out" / "table.json").read_text())] == ["gan-mnist"]


def test_the_share_of_clipped_weights_is_what_lies_at_the_box():
    model = small("wgan")
    for p in model.critic.parameters():
        p.copy_(torch.where(torch.arange(p.numel()).view(p.shape) % 2 == 0, 0.01, 0.003))
    weights = torch.cat([p.flatten() for p in model.critic.parameters()])
    assert report.clipped_share(model) == pytest.approx(float((weights == 0.01).float().mean()))


def test_a_card_tells_of_other_seeds_and_their_mean_and_not_of_what_a_stranger_put_there():
    said = {"seed": 8, "steps": 2, "accuracy_by_seed": {"8": 0.98, "9": 0.99}}
    info = checkpoint.Info(model="ssgan", config={}, name="x", training=said)
    assert "By the seeds 8, 9, each with labels of its own known, `accuracy` is 0.9800, 0.9900; mean 0.9850." in card.text(info)
    for strange in ("much", {}, {"8": "<b>"}, {"<b>": 0.9}, [0.9]):
        assert "By the seeds" not in card.text(replace(info, training=said | {"accuracy_by_seed": strange}))


def test_a_card_names_papers_data_figures_device_and_base():
    figures = {"fid": 3.25, "inpaint_psnr_db": [20.0, 21.5]}
    training = {"device": "cuda", "minutes": 2, "steps": 7, "base": "owner/base", "folder": "letters"}
    text = card.text(info(model="wgangp", dataset="mnist", figures=figures, training=training))
    front = yaml.safe_load(text.split("---\n")[1])
    assert front["datasets"] == ["ylecun/mnist"]
    assert front["base_model"] == "owner/base"
    assert "arxiv:1704.00028" in front["tags"]
    metrics = {m["type"]: m["value"] for result in front["model-index"][0]["results"] for m in result["metrics"]}
    assert metrics == {"fid": 3.25, "inpaint_psnr_db": 21.5}
    assert "[arXiv:1704.00028](https://arxiv.org/abs/1704.00028)" in text
    assert "Fine-tuned from `owner/base`" in text
    assert "2 minutes on cuda" in text
    assert "minutes on the CPU" in card.text(info(training={"minutes": 2}))


def test_the_bounds_of_two_likelihoods_do_not_stand_beside_each_other():
    figures = {"neg_elbo_nats": 100.0, "fid": 1.0}
    bernoulli, gaussian = {"name": "elbo"}, {"name": "elbo", "nll": "gaussian_nll"}
    assert "neg_elbo_nats" in table.select_figures(info(model="vae", figures=figures, objective=bernoulli))
    assert "neg_elbo_nats" not in table.select_figures(info(model="vae", figures=figures, objective=gaussian))
    assert "neg_elbo_nats" not in table.comparable(info(model="cvae", figures=figures))  # its family's usual pixels have unit variance
