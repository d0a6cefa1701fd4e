"""Interpolation and Compare, without a browser."""

import json

import pytest
import torch

from demo import closeup, events, neighbours
from demo.registry import ModelRegistry
from demo.samples import Samples
from demo.tabs import compare, interpolation
from demo.text import Text
from demo.widgets.base import from_pixels, pixels
from genlib import checkpoint, ops
from genlib.models.gan import GAN, GANConfig
from tests.conftest import small


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
    film = interpolation.descent(Text("en"), interpolation.State(model="gan"), a, b)
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


def test_a_training_picture_is_its_own_nearest_in_pixels_and_in_features(registry):
    known = neighbours.training_pictures("fashion")
    x = known.x[17:18].float() / 255
    for found in closeup.nearest(registry, "fashion", x).values():
        assert found.distance[0] < 0.1
        assert found.distance.tolist() == sorted(found.distance.tolist())
        torch.testing.assert_close(found.x[0], x[0])
        assert found.y[0] == known.y[17]


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
def test_the_training_pictures_beside_the_samples_are_those_whose_features_the_classifier_keeps(registry, dataset):
    known, reference = neighbours.training_pictures(dataset), registry.reference(dataset)
    assert len(known.x) == len(reference.features) == 10_000
    some = torch.tensor([0, 1, 4321, 9999])
    features = registry.classifier(dataset).features(known.x[some].float() / 255)
    torch.testing.assert_close(features, reference.features[some], atol=0.01, rtol=0)
    assert registry.classifier(dataset).logits(known.x[some].float() / 255).argmax(dim=1).tolist() == known.y[some].tolist()


def test_no_held_out_sample_is_among_the_training_pictures(registry):
    for dataset in ("mnist", "fashion"):
        known = {x.numpy().tobytes() for x in neighbours.training_pictures(dataset).x}
        assert not known & {x.numpy().tobytes() for x in (registry.samples(dataset).x * 255).round().to(torch.uint8)}


def test_a_close_look_shows_both_kinds_of_nearest_their_distances_and_each_ds_word(registry):
    x = registry.samples("mnist").x[7:8]
    names = ["cvaegan-mnist", "cvae-mnist", "dcgan-mnist", "cgan-mnist"]
    value = closeup.closeup(registry, Text("en"), "mnist", names, "cgan-mnist", x, 7)
    (shown,) = value["sections"]
    rows = closeup.nearest(registry, "mnist", x)
    assert torch.allclose(from_pixels(shown["pixels"]), torch.cat([x, rows["pixels"].x, x, rows["features"].x]), atol=1 / 255)
    assert shown["captions"][1] == f"{rows['pixels'].y[0]} · {rows['pixels'].distance[0]:.1f}"
    assert shown["captions"][8] == f"{rows['features'].y[0]} · {rows['features'].distance[0]:.1f}"
    usual = neighbours.usual_distances(registry, "mnist")
    assert f"within {usual[0]:.1f} in pixels, within {usual[1]:.1f} in features." in shown["lines"][0]
    real = registry.samples("mnist")
    for name, line in (("cgan-mnist", 1), ("dcgan-mnist", 2), ("cvaegan-mnist", 2)):
        assert f"{round(100 * closeup.realness(registry.model(name), x, real, 7))}" in shown["lines"][line]
    assert shown["lines"][3] == Text("en")("compare.d_batch")  # CGAN's D alone has BatchNorm
    assert not any("BatchNorm" in line for line in closeup.closeup(registry, Text("en"), "mnist", names, "dcgan-mnist", x, 7)["sections"][0]["lines"])
    near = [float(rows[key].distance[0]) for key in ("pixels", "features")]
    assert ("compare.close" in value["done"]) == (near[0] < usual[0] and near[1] < usual[1])
    for limits, is_close in (
        ((near[0] + 1, near[1] + 1), True),
        ((near[0] - 1, near[1] + 1), False),
        ((near[0] + 1, near[1] - 1), False),
        ((near[0] + 1, None), True),
    ):
        assert closeup.is_close(rows, limits) == is_close
    assert shown["captions"][0].startswith("this: ")
    assert "compare.nearest" in value["done"]


def test_a_data_set_without_training_pictures_says_why(registry, tmp_path, monkeypatch):
    monkeypatch.setenv("GENLIB_DATA", str(tmp_path))
    neighbours.training_pictures.cache_clear()
    for dataset, word in (("faces", "GENLIB_DATA"), ("sprites", "too many")):
        name = f"cvaegan-{dataset}"
        value = closeup.closeup(registry, Text("en"), dataset, [name], name, registry.samples(dataset).x[:1], 0)
        assert word in value["sections"][0]["lines"][0]
        assert value["done"] == []
    neighbours.training_pictures.cache_clear()


def test_a_planes_corners_are_its_four_latents_and_its_middle_keeps_their_norm(registry):
    a, b = ends(registry, "cvaegan-mnist")
    value, model = interpolation.plane(registry, Text("en"), interpolation.State(), a, b), registry.model("cvaegan-mnist")
    corners = torch.tensor(value["z"])
    for at, corner in (([0, 0], 0), ([1, 0], 1), ([0, 1], 2), ([1, 1], 3)):
        z, _ = interpolation.on_plane(model, corners, value["labels"], torch.tensor([at], dtype=torch.float32))
        torch.testing.assert_close(z[0], corners[corner], atol=1e-4, rtol=0)
    assert value["norm"] == pytest.approx(float(corners.norm(dim=1).mean()), rel=1e-3)
    said = interpolation.point(registry, Text("en"), {k: value[k] for k in ("model", "z", "labels", "at")})
    assert (said["picture"], said["read"]) == (value["picture"], value["read"])


@pytest.mark.parametrize("wrong", [{"at": [2, 0]}, {"at": [0.5]}, {"z": [[0.0] * 16]}, {"z": None}, {"labels": [0, 0, 0, 99]}, {"model": "none"}])
def test_a_point_that_is_on_no_plane_is_answered_with_a_sentence(registry, wrong):
    data = {"model": "cvaegan-mnist", "z": [[0.1 * k] * 16 for k in range(1, 5)], "labels": [0, 1, 2, 3], "at": [0.5, 0.5]}
    answer = events.serve(Text("en"), interpolation.point, registry, Text("en"))
    assert "error" not in answer(data)
    assert "error" in answer(data | wrong)


@pytest.mark.parametrize("family", ["dcgan", "gan", "wgan"])
def test_how_real_a_picture_is_to_a_critic_is_said_beside_real_ones(family):
    model, x = small(family), torch.rand(20, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    order, real = model.score(x).argsort(), Samples(x, torch.zeros(20, dtype=torch.long))
    assert closeup.realness(model, x[order[-1:]], real) == pytest.approx(0.95)
    assert closeup.realness(model, x[order[:1]], real) == 0
    last = [p for p in model.parameters() if p.ndim == 1][-1]  # a critic's zero means nothing
    last += 100
    assert closeup.realness(model, x[order[-1:]], real) == pytest.approx(0.95)


def test_a_d_that_reads_the_class_is_asked_of_each_pictures_own():
    model, x = small("cgan"), torch.rand(12, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    y = torch.arange(12) % 3
    scores = model.score(x, y)
    for k in (0, 4, 8):
        assert closeup.realness(model, x[k : k + 1], Samples(x, y), int(y[k])) == pytest.approx(float((scores < scores[k]).float().mean()))


def test_what_is_said_of_the_figures_is_in_the_figures(registry):
    said = {dataset: compare.remarks(registry, Text("en"), dataset) for dataset in ("mnist", "faces", "fashion")}
    figures = {name: registry.info(name).figures for name in ("cvae-faces", "cvaegan-faces", "cvaegan-mnist")}
    assert f"FID of {figures['cvaegan-mnist']['fid_floor']:.1f}" in said["mnist"]
    assert ("CVAE has the smaller FID" in said["faces"]) == (figures["cvae-faces"]["fid"] < figures["cvaegan-faces"]["fid"])
    assert "smaller FID" not in said["mnist"]
    measured = {name for name, words in said.items() if "100 real pictures of each class" in words}
    assert measured == {"fashion"}  # tests/bench/augmentation.py measured there alone


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
