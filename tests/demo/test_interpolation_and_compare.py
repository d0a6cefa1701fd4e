"""Interpolation and Compare, without a browser."""

import json
import re

import pytest
import torch

from demo import events, neighbours
from demo.registry import ModelRegistry
from demo.tabs import compare, interpolation
from demo.text import Text
from demo.widgets.base import from_pixels, pixels
from genlib import checkpoint, ops
from genlib.models.dcgan import DCGAN, DCGANConfig
from genlib.models.gan import GAN, GANConfig
from tests.conftest import small, write_idx


@pytest.fixture(scope="module")
def registry():
    return ModelRegistry()


def ends(registry, name, dataset="mnist", picks=(2, 35)):
    s = registry.samples(dataset)
    return [list(interpolation.find_end(registry, dataset, name, json.dumps(pixels(s.x[k : k + 1])), int(s.y[k]), 0))[-1] for k in picks]


@pytest.mark.parametrize("name", ["vae2d-mnist", "cvaegan-mnist"])
@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_the_way_begins_and_ends_at_the_two_reconstructions(registry, name, path):
    a, b = ends(registry, name)
    model = registry.model(name)
    z, x, _ = interpolation.between(model, a, b, path, 5)
    torch.testing.assert_close(z[[0, -1]], torch.cat([a.z, b.z]))
    for end, frame in ((a, x[:1]), (b, x[-1:])):
        y = torch.tensor([end.label]) if ops.num_classes(model) else None
        torch.testing.assert_close(frame, ops.decode(model, end.z, y), atol=1e-4, rtol=0)
    assert not torch.equal(x[2], x[0])


def test_the_spherical_path_keeps_the_norm_that_the_straight_one_loses(registry):
    a, b = ends(registry, "cvaegan-mnist")
    norms = {path: interpolation.between(registry.model("cvaegan-mnist"), a, b, path, 9)[0].norm(dim=1) for path in ("linear", "spherical")}
    assert norms["linear"][4] < norms["spherical"][4]
    torch.testing.assert_close(norms["spherical"][4], (a.z.norm() + b.z.norm()) / 2)


def test_a_model_without_encoder_finds_z_downhill_and_shows_the_way(tmp_path):
    torch.manual_seed(0)
    checkpoint.save(GAN(GANConfig()), tmp_path / "gan", name="gan-mnist", dataset="mnist")
    registry = ModelRegistry((str(tmp_path / "gan"),))
    a, b = ends(registry, str(tmp_path / "gan"))
    assert len(a.way) > 10
    assert a.way[-1].error < a.way[0].error
    film = interpolation.descent(Text("en"), "gan", a, b)
    assert from_pixels(film["pixels"]).shape == (len(a.way), 1, 28, 56)
    assert len(film["change"]) == len(a.way)


def test_one_seed_is_one_z_in_models_of_one_latent_size(registry):
    prior = [registry.model(name).prior(4, torch.Generator().manual_seed(5)) for name in ("cvae-mnist", "cvaegan-mnist")]
    assert torch.equal(*prior)
    x = compare.draw(registry, "cvae-mnist", -1, 5, 1.0)
    y = torch.arange(10)
    z = registry.model("cvae-mnist").prior(10, torch.Generator().manual_seed(5))
    assert torch.equal(x, ops.decode(registry.model("cvae-mnist"), z, y))


def test_the_table_shows_what_evaluate_measured_and_nothing_else(registry):
    value = compare.figures(registry, Text("en"), "mnist")
    assert {row["name"] for row in value["rows"]} == set(compare.models_for(registry, "mnist"))
    for row in value["rows"]:
        assert row["figures"]
        assert all(registry.info(row["name"]).figures[key] == v for key, v in row["figures"].items())
    assert not any("mnistbin" in row["name"] for row in value["rows"])  # measured against other pictures


def test_a_training_picture_is_found_as_its_own_nearest_neighbour(registry, tmp_path, monkeypatch):
    x = (registry.samples("mnist").x[:40] * 255).round().to(torch.uint8)
    for split in ("train", "t10k"):
        write_idx(tmp_path / "MNIST" / "raw" / f"{split}-images-idx3-ubyte.gz", x[:, 0].numpy())
        write_idx(tmp_path / "MNIST" / "raw" / f"{split}-labels-idx1-ubyte.gz", registry.samples("mnist").y[:40].numpy())
    monkeypatch.setenv("GENLIB_DATA", str(tmp_path))
    neighbours.training_set.cache_clear()
    known = neighbours.training_set("mnist")
    near, apart, likest = neighbours.nearest(known, x[7:8].float() / 255, registry.classifier("mnist"), k=3)
    assert float(apart[0]) == 0
    assert apart.tolist() == sorted(apart.tolist())
    torch.testing.assert_close(near[0], x[7].float() / 255)
    torch.testing.assert_close(likest[0], x[7].float() / 255)
    neighbours.training_set.cache_clear()


def test_without_the_training_set_it_says_where_to_put_it(registry, tmp_path, monkeypatch):
    monkeypatch.setenv("GENLIB_DATA", str(tmp_path))
    neighbours.training_set.cache_clear()
    value = compare.inspect_sample(registry, Text("en"), "mnist", "cvae-mnist", pixels(registry.samples("mnist").x[:1]))
    assert "GENLIB_DATA" in value["sections"][0]["note"]
    neighbours.training_set.cache_clear()


def test_a_planes_corners_are_its_four_latents_and_its_middle_keeps_their_norm(registry):
    a, b = ends(registry, "cvaegan-mnist")
    value, model = interpolation.plane(registry, "cvaegan-mnist", 0, a, b), registry.model("cvaegan-mnist")
    corners = torch.tensor(value["z"])
    for at, corner in (([0, 0], 0), ([1, 0], 1), ([0, 1], 2), ([1, 1], 3)):
        z, _ = interpolation.on_plane(model, corners, value["labels"], torch.tensor([at], dtype=torch.float32))
        torch.testing.assert_close(z[0], corners[corner], atol=1e-4, rtol=0)
    assert value["norm"] == pytest.approx(float(corners.norm(dim=1).mean()), rel=1e-3)
    said = interpolation.answer(registry, {k: value[k] for k in ("model", "z", "labels", "at")})
    assert said["picture"] == value["picture"]


@pytest.mark.parametrize("wrong", [{"at": [2, 0]}, {"at": [0.5]}, {"z": [[0.0] * 16]}, {"z": None}, {"labels": [0, 0, 0, 99]}, {"model": "none"}])
def test_a_point_that_is_on_no_plane_is_answered_with_a_sentence(registry, wrong):
    data = {"model": "cvaegan-mnist", "z": [[0.1 * k] * 16 for k in range(1, 5)], "labels": [0, 1, 2, 3], "at": [0.5, 0.5]}
    answer = events.serve(Text("en"), interpolation.answer, registry)
    assert "error" not in answer(data)
    assert "error" in answer(data | wrong)


@pytest.mark.parametrize("family", ["dcgan", "gan", "wgan"])
def test_how_real_a_picture_is_to_a_critic_is_said_beside_real_ones(family):
    model, real = small(family), torch.rand(20, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    order = model.score(real).argsort()
    assert compare.realness(model, real[order[-1:]], real) == pytest.approx(0.95)
    assert compare.realness(model, real[order[:1]], real) == 0
    last = [p for p in model.parameters() if p.ndim == 1][-1]  # a critic's zero means nothing
    last += 100
    assert compare.realness(model, real[order[-1:]], real) == pytest.approx(0.95)


def test_each_critic_without_a_class_has_its_word_on_a_sample(tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        checkpoint.save(DCGAN(DCGANConfig(latent_dim=4, width=4)), tmp_path, name="dcgan-mnist", dataset="mnist")
    registry, x = ModelRegistry((str(tmp_path),)), torch.zeros(1, 1, 28, 28)
    assert re.search(r"D of .*: more real than \d+ % of real pictures", compare.describe_realness(registry, Text("en"), "mnist", "dcgan", x))


def test_what_is_said_of_the_figures_is_in_the_figures(registry):
    said = {dataset: compare.remarks(registry, Text("en"), dataset) for dataset in ("mnist", "faces")}
    figures = {name: registry.info(name).figures for name in ("cvae-faces", "cvaegan-faces", "cvaegan-mnist")}
    assert f"FID of {figures['cvaegan-mnist']['fid_floor']:.1f}" in said["mnist"]
    assert ("cvae-faces has the smaller FID" in said["faces"]) == (figures["cvae-faces"]["fid"] < figures["cvaegan-faces"]["fid"])
    assert "smaller FID" not in said["mnist"]


@pytest.mark.parametrize(("dataset", "name"), [("mnist", "cvaegan-mnist"), ("mnist", "vae2d-mnist"), ("faces", "cvae-faces")])
def test_half_way_along_a_straight_line_z_is_never_longer_than_the_mean_of_both_ends(registry, dataset, name):
    """As the tab says of any model."""
    a, b = ends(registry, name, dataset, (0, 60))
    z, _, _ = interpolation.between(registry.model(name), a, b, "linear", 33)
    assert z[16].norm() <= (a.z.norm() + b.z.norm()) / 2 + 1e-5


def test_the_plain_autoencoders_row_is_read_less_surely_than_the_vaes(registry):
    """Its story says: some by luck."""
    sure = {
        name: [float(registry.guess("mnist", compare.draw(registry, name, -1, seed, 1.0)).amax(dim=1).mean()) for seed in range(4)]
        for name in ("ae2d-mnist", "vae2d-mnist")
    }
    assert sum(sure["ae2d-mnist"]) < sum(sure["vae2d-mnist"])
