"""What the tabs draw, against what models, seeds, classes and sliders say when they are asked by hand."""

import math
import re
from dataclasses import replace

import gradio as gr
import pytest
import torch

from demo import address, captions, controls, events, neighbours, readings, samples, story, swaps, tensors, validation
from demo.registry import ModelRegistry
from demo.tabs import classes, compare, inpainting, interpolation, latent_map, pixel, swap
from demo.text import Text
from demo.widgets.base import from_pixels, pixels
from demo.widgets.mask_pad import from_link, initial_pad, named_hole, to_text
from genlib import ood, ops
from genlib.checkpoint import Codes, read_codes
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr
from genlib.models.base import class_weights
from genlib.models.pixelgan import PixelGAN, PixelGANConfig
from genlib.objectives.likelihood import level_nll
from tests.conftest import small

registry, t = ModelRegistry(), Text("en")
MODEL = registry.model("cvaegan-mnist")
S = registry.samples("mnist")


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


def prior(seed: int, n: int = 1, width: int = 16):
    return torch.randn(n, width, generator=seeded(seed))


def picked(k: int, dataset: str = "mnist") -> dict:
    s = registry.samples(dataset)
    return {"pixels": pixels(s.x[k : k + 1]), "label": int(s.y[k]), "source": f"sample {k}"}


def same(value: dict, x) -> bool:
    """Whether a widget shows these pictures, but for one grey of 255 that rounding may make."""
    return value["n"] == len(x) and float((from_pixels(value) - x).abs().max()) < 1.6 / 255


def turned(a, b, at: float):
    """From one z to another by the angle between them, its length between theirs."""
    a, b = a.double().flatten(), b.double().flatten()
    angle = math.acos(float(a @ b / a.norm() / b.norm()))
    way = (math.sin((1 - at) * angle) * a / a.norm() + math.sin(at * angle) * b / b.norm()) / math.sin(angle)
    return (((1 - at) * a.norm() + at * b.norm()) * way).float()


def test_a_walk_turns_from_one_seed_to_the_next_and_temperature_scales_it():
    found = classes.latent(MODEL, classes.State(seed=5, walk=0.25, temperature=0.7))
    torch.testing.assert_close(found[0], 0.7 * turned(prior(5), prior(6), 0.25))
    torch.testing.assert_close(classes.latent(MODEL, classes.State(seed=5)), prior(5))


def test_a_mix_moves_weight_from_the_class_to_the_other():
    assert classes.mixture(classes.State(label=2, other=5, mix=0.3), 7)[0].tolist() == pytest.approx([0, 0, 0.7, 0, 0, 0.3, 0])
    assert classes.mixture(classes.State(label=2, other=2, mix=0.3), 3)[0].tolist() == pytest.approx([0, 0, 1])


WALKED = classes.State(label=3, seed=5, walk=0.25, temperature=0.7, other=8, mix=0.3)


def test_the_classes_tab_draws_one_z_in_a_mix_in_every_class_and_of_other_seeds():
    shown = classes.show(registry, t, WALKED)
    (hero,), (in_row, in_sheet) = shown["hero"]["sections"], shown["rows"]["sections"]
    names, z = hero["about"]["models"], 0.7 * turned(prior(5), prior(6), 0.25)[None]
    y = torch.zeros(1, 10)
    y[0, 3], y[0, 8] = 0.7, 0.3
    assert names[0] == "cvaegan-mnist"
    chosen, row, sheet = (section["pixels"] for section in (hero, in_row, in_sheet))
    assert same(chosen, torch.cat([ops.decode(registry.model(n), classes.latent(registry.model(n), WALKED), y) for n in names]))
    assert torch.allclose(from_pixels(chosen)[:1], MODEL.decode(z, y), atol=2 / 255)
    assert torch.allclose(from_pixels(row)[:10], MODEL.decode(z.expand(10, -1), torch.arange(10)), atol=2 / 255)
    zs = torch.stack([0.7 * turned(prior(5 + i), prior(6 + i), 0.25) for i in range(5)])
    assert torch.allclose(from_pixels(sheet), MODEL.decode(zs.repeat_interleave(10, 0), torch.arange(10).repeat(5)), atol=2 / 255)
    assert in_sheet["rows"] == [t("classes.seed", n=n) for n in (5, 6, 7, 8, 9)]
    assert hero["title"] == t("classes.mixed", a="3", b="8", p=30)
    assert in_row["chosen"] == 3
    assert all(len(registry.info(name).labels) <= 16 for name in classes.models_for(registry, "mnist"))
    assert classes.models_for(registry, "sprites") == []


def test_a_task_of_one_data_set_is_a_tabs_and_that_data_set_the_pages():
    for key, dataset in events.TASK_OF.items():
        tab, name = key.split(".")
        assert name in t.group(f"{tab}.task")
        assert f"dataset.{dataset}" in t.phrases


def test_the_tasks_of_the_classes_tab_are_done_by_what_is_shown_and_by_nothing_the_tab_begins_with():
    def done(**more):
        shown = classes.show(registry, t, classes.State(**more))
        return {*shown["hero"]["done"], *shown["rows"]["done"]}

    assert done() == set()
    assert done(seed=8) == {"classes.slant"}
    assert done(temperature=0.0) == {"classes.mean"}
    assert done(walk=1.0) == {"classes.walk"}
    assert "classes.doubt" in done(temperature=2.0, seed=1)
    assert "classes.doubt" not in done(temperature=2.0, seed=12)
    read = [i / 20 for i in range(1, 10) if "classes.mix" in done(label=8, other=5, mix=i / 20)]
    x = ops.decode(MODEL, prior(0), classes.mixture(classes.State(label=8, other=5, mix=read[0]), 10))
    assert int(registry.classifier("mnist").logits(x).argmax()) == 5
    assert "classes.mix" not in done(label=8, other=5, mix=0.9)  # more than half of it: no wonder


@pytest.mark.parametrize("label", [-1, 7])
def test_compare_draws_ten_of_a_class_or_of_each_in_turn_at_a_temperature(label):
    x, y = compare.draw(registry, "cvaegan-mnist", label, 4, 0.6), torch.arange(10) if label < 0 else torch.full((10,), label)
    torch.testing.assert_close(x, MODEL.decode(0.6 * prior(4, 10), y), atol=1e-5, rtol=0)
    assert compare.asked_classes(registry, "cvaegan-mnist", label).tolist() == y.tolist()
    assert compare.asked_classes(registry, "vae2d-mnist", label) is None


def test_the_nearest_training_pictures_stand_in_order_of_the_length_of_the_difference():
    x, query = torch.randint(0, 256, (50, 1, 8, 8), generator=seeded()).to(torch.uint8), torch.rand(1, 1, 8, 8, generator=seeded(1))
    known = neighbours.TrainingPictures(x, torch.arange(50), 50)
    found = neighbours.nearest_in_pixels(known, query, 6)
    distances = (x.float() / 255 - query).flatten(1).norm(dim=1)
    torch.testing.assert_close(found.distance, distances.sort().values[:6])
    assert found.y.tolist() == distances.argsort()[:6].tolist()
    torch.testing.assert_close(found.x, x[found.y].float() / 255)

    class Dark:
        def features(self, x):
            return x[:, 0, 0, :1]

    features = Dark().features(x.float() / 255)
    apart = (features - query[0, 0, 0, 0]).abs()[:, 0]
    for kept in (None, features):  # read of the nearest in pixels, which here are all, or kept
        found = neighbours.nearest_in_features(known, query, Dark(), kept, 3)
        assert found.y.tolist() == apart.argsort()[:3].tolist()
        torch.testing.assert_close(found.distance, apart.sort().values[:3])


def test_the_remark_of_rivals_is_made_where_the_smaller_fid_is_the_cvaes(monkeypatch):
    figures = {"cvae": {"fid": 3.0, "coverage": 0.9, "swap_sharpness": 0.5}, "cvaegan": {"fid": 4.0, "coverage": 0.8, "swap_sharpness": 0.7}}
    infos = {name: type("Info", (), {"model": name, "figures": f}) for name, f in figures.items()}
    monkeypatch.setattr(captions, "model_title", lambda _t, _registry, name: name)
    monkeypatch.setattr(compare, "models_for", lambda _registry, _dataset: list(infos))
    shelf = type("Shelf", (), {"info": staticmethod(infos.get)})
    said = compare.remarks(shelf, t, "x")
    assert said == " ".join([t("compare.rival", a="cvae", b="cvaegan", f="3.0", g="4.0"), t("compare.covers", c=90, d=80, s="0.50", r="0.70")])
    figures["cvae"]["coverage"] = 0.7
    assert compare.remarks(shelf, t, "x") == t("compare.rival", a="cvae", b="cvaegan", f="3.0", g="4.0")
    figures["cvae"]["fid"] = 5.0
    assert compare.remarks(shelf, t, "x") == ""


def holed(dataset="mnist", k=2, rows=(12, 20), columns=(6, 20)) -> tuple[dict, torch.Tensor]:
    mask = torch.zeros(28, 28, dtype=torch.bool)
    mask[rows[0] : rows[1], columns[0] : columns[1]] = True
    return {"pixels": picked(k, dataset)["pixels"], "mask": to_text(mask)}, mask


def repaired(pad, **more) -> dict:
    return inpainting.repair(registry, t, inpainting.State(**{"label": 8, "seed": 9, "passes": 1, "mask": pad, "picture": picked(2)} | more))


def beside(film, what=None) -> inpainting.Shown:
    return inpainting.Shown(film, what)


def test_a_film_is_the_passes_of_its_seed_their_changes_and_their_psnr_inside_the_hole():
    pad, mask = holed()
    film = repaired(pad, label=6, passes=4)
    x, label = S.x[2:3], torch.tensor([6])
    shown = [MODEL.decode(prior(9), label)]
    for _ in range(4):
        filled = torch.where(mask, shown[-1], x)
        shown.append(torch.where(mask, MODEL.decode(MODEL.encode(filled, label).mean, label), x))
    frames = torch.cat(shown[1:])
    assert film["about"]["label"] == 6
    assert same(film["pixels"], frames)
    inside = torch.stack(shown)[:, 0, 0][:, mask]
    assert film["change"] == pytest.approx((inside[1:] - inside[:-1]).abs().mean(dim=1).tolist(), abs=1e-4)
    errors = (frames[:, 0] - x[0])[:, mask].square().mean(dim=1)
    assert film["psnr"] == pytest.approx((-10 * errors.log10()).tolist(), abs=0.02)
    assert film["caption"] == t("inpaint.psnr", p=f"{-10 * errors[-1].log10():.1f}")


def test_beside_a_film_stand_other_models_other_seeds_and_the_next_classes():
    pad, mask = holed()
    others, fills, by_class = inpainting.compare(registry, t, beside(repaired(pad, passes=2)))["sections"]
    x = S.x[2:3]

    def end(seed, k):
        *_, last = ops.inpaint(MODEL, x, mask, torch.tensor([k]), passes=2, rng=seeded(seed))
        return last

    assert same(fills["pixels"], torch.cat([end(9 + i, 8) for i in range(5)]))
    assert fills["captions"] == [t("classes.seed", n=9 + i) for i in range(5)]
    assert same(by_class["pixels"], torch.cat([end(9, k) for k in (9, 0, 1, 2, 3)]))
    assert by_class["captions"] == list("90123")
    cells = from_pixels(others["pixels"])
    assert torch.allclose(cells[0], x[0], atol=1 / 255)
    near = psnr(x.expand_as(cells[1:]), cells[1:], mask.expand(len(cells) - 1, -1, -1)).tolist()
    assert [float(caption.split()[-2]) for caption in others["captions"][1:]] == pytest.approx(near, abs=0.11)


def test_a_raster_repair_is_three_completions_of_the_films_class_and_seed(monkeypatch):
    pad, mask = holed()
    seen = {}
    monkeypatch.setattr(inpainting.ops, "complete", lambda model, n, y, **more: seen.update(more, n=n, y=y) or iter([S.x[:3]]))
    (shown,) = inpainting.continue_hole(registry, t, beside(repaired(pad)))
    assert (seen["n"], seen["y"].tolist()) == (3, [8, 8, 8])
    assert torch.equal(seen["mask"], mask)
    assert torch.allclose(seen["image"], S.x[2:3])
    assert torch.equal(torch.rand(3, generator=seen["rng"]), torch.rand(3, generator=seeded(9)))
    assert shown["about"]["seed"] == 9


def test_a_film_is_followed_by_what_is_of_its_own_picture_hole_class_and_seed():
    pad, _ = holed()
    film = repaired(pad)
    assert beside(film, {"about": film["about"]}).is_of_film("model", "passes")
    assert not beside(film).is_of_film()
    for key, other in (("label", 3), ("seed", 1), ("image", "x"), ("mask", "x"), ("model", "m")):
        assert not beside(film, {"about": film["about"] | {key: other}}).is_of_film("model", "passes")


def test_a_hole_has_the_place_that_its_name_says():
    masks = {name: named_hole(name, 8, 16) for name in ("top", "bottom", "left", "centre", "middle")}
    boxes = {
        name: (*mask.any(dim=1).nonzero().flatten()[[0, -1]].tolist(), *mask.any(dim=0).nonzero().flatten()[[0, -1]].tolist())
        for name, mask in masks.items()
    }
    assert boxes == {"top": (0, 3, 0, 15), "bottom": (4, 7, 0, 15), "left": (0, 7, 0, 7), "centre": (2, 5, 5, 10), "middle": (3, 5, 4, 11)}
    assert initial_pad({"pixels": {"h": 8, "w": 16}}, "", "left")["mask"] == to_text(masks["left"])
    assert to_text(masks["centre"]).index("1") == 2 * 16 + 5
    assert from_link("gAE=", 4, 4).nonzero().tolist() == [[0, 0], [3, 3]]


def test_a_repairs_task_is_done_where_its_picture_says_so():
    opened = inpainting.open_state(registry, t, inpainting.State())
    assert opened["film"]["done"] == []
    assert opened["film"]["caption"].startswith(t("inpaint.easy_said"))
    hard = inpainting.show_example(registry, t, inpainting.State(mask={}), gr.EventData(None, {"example": "hard"}))
    assert (hard["film"]["done"], hard["label"]["value"]) == (["inpaint.hard"], 2)
    assert hard["film"]["caption"].startswith(t("inpaint.hard_said"))
    pad, _ = holed(k=3, rows=(14, 28), columns=(0, 28))
    assert repaired(pad, picture=picked(3), label=5, passes=2)["done"] == ["inpaint.class"]
    assert repaired(pad, picture=picked(3), label=3, passes=2)["done"] == []
    assert repaired(pad, picture=picked(3), label=2, passes=2)["done"] == []
    assert repaired(holed(k=3, rows=(0, 14), columns=(0, 28))[0], picture=picked(3), label=5, passes=2)["done"] == []
    told = inpainting.State(mask=opened["mask"], picture=picked(49), label=2, passes=2)
    assert t("inpaint.easy_said") not in inpainting.repair(registry, t, told)["caption"]  # a 9 told that it is a 2 is no easy one
    assert repaired(pad, picture=picked(3), label=3, passes=1)["done"] == ["inpaint.first"]
    one, _ = holed(k=1, rows=(0, 28), columns=(0, 14))
    assert repaired(one, picture=picked(1), label=1, passes=10)["done"] == ["inpaint.much"]
    x = registry.samples("faces").x[:1]
    eyes = torch.zeros(64, 64, dtype=torch.bool)
    eyes[8:19, 4:60] = True
    face = {"dataset": "faces", "model": "cvaegan-faces", "label": 9, "picture": picked(0, "faces")}
    assert repaired({"pixels": pixels(x), "mask": to_text(eyes)}, passes=2, **face)["done"] == ["inpaint.eyes"]
    assert set(t.group("inpaint.task")) == {"first", "hard", "class", "much", "eyes"}


def ends():
    return [interpolation.End(S.x[k : k + 1], int(S.y[k]), MODEL.encode(S.x[k : k + 1], S.y[k : k + 1]).mean, []) for k in (2, 35)]


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_class_and_z_go_along_together(path):
    a, b = ends()
    z, x, y = interpolation.between(MODEL, a, b, path, 5)
    for k in range(5):
        at = k / 4
        torch.testing.assert_close(z[k], ((1 - at) * a.z + at * b.z)[0] if path == "linear" else turned(a.z, b.z, at), atol=1e-4, rtol=0)
        assert y[k, a.label].item() == pytest.approx(1 - at)
        assert y[k, b.label].item() == pytest.approx(at)
    torch.testing.assert_close(x, MODEL.decode(z, y), atol=1e-5, rtol=0)


def test_a_strip_tells_each_steps_length_and_how_near_the_ends_are_redrawn():
    a, b = ends()
    film, canvas = (show(registry, t, interpolation.State(), a, b) for show in (interpolation.film, interpolation.strips))
    z, x, _ = interpolation.between(MODEL, a, b, "linear", 33)
    assert film["change"][0] is None  # there is none before the first
    assert film["change"][1:] == pytest.approx([*(x[1:] - x[:-1]).flatten(1).norm(dim=1).tolist()], rel=1e-4)
    assert film["caption"] == t("interpolate.norms", a=f"{a.z.norm():.1f}", m=f"{(a.z + b.z).norm() / 2:.1f}", b=f"{b.z.norm():.1f}")
    assert film["begin"] == 16
    second, first = canvas["sections"]
    back = MODEL.decode(torch.cat([a.z, b.z]), torch.tensor([a.label, b.label]))
    assert same(first["pixels"], torch.cat([a.x, back[:1], b.x, back[1:]]))
    near = [-10 * math.log10(float((back[k] - end.x[0]).square().mean())) for k, end in enumerate((a, b))]
    assert [first["captions"][k] for k in (1, 3)] == [f"G(z), {v:.1f} dB" for v in near]
    straight, turning = (interpolation.between(MODEL, a, b, path, 9) for path in ("linear", "spherical"))
    assert same(second["pixels"], torch.cat([straight[1], turning[1]]))
    assert second["captions"] == [f"‖z‖ {v:.1f}" for way in (straight, turning) for v in way[0].norm(dim=1).tolist()]


def test_a_plane_has_the_pictures_above_two_draws_of_the_seed_below_and_mixes_classes_both_ways():
    a, b = ends()
    value = interpolation.plane(registry, t, interpolation.State(seed=4), a, b)
    corners = torch.cat([a.z, b.z, prior(4, 2)])
    torch.testing.assert_close(torch.tensor(value["z"]), corners, atol=1e-5, rtol=0)
    assert value["labels"] == [a.label, b.label, a.label, b.label]
    labels, (u, v) = [1, 2, 3, 4], (0.25, 0.75)
    z, x = interpolation.on_plane(MODEL, corners, labels, torch.tensor([[u, v]]))
    torch.testing.assert_close(z[0], turned(turned(corners[0], corners[1], u), turned(corners[2], corners[3], u), v), atol=1e-4, rtol=0)
    y = torch.zeros(1, 10)
    y[0, 1:5] = torch.tensor([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
    torch.testing.assert_close(x, MODEL.decode(z, y), atol=1e-5, rtol=0)
    cells = from_pixels(value["pixels"])
    assert len(cells) == 64
    at = torch.tensor([[(3 + 0.5) / 8, (5 + 0.5) / 8]])  # the fourth of the sixth row
    expected = interpolation.on_plane(MODEL, corners, value["labels"], at)[1]
    assert torch.allclose(cells[5 * 8 + 3], expected[0], atol=2 / 255)


def test_an_end_is_the_mean_of_its_code_of_the_class_given_and_a_descents_of_the_seed():
    import json

    x, y = S.x[2:3], torch.tensor([4])
    (end,) = interpolation.find_end(registry, "mnist", "cvaegan-mnist", json.dumps(pixels(x)), 4, 0)
    torch.testing.assert_close(end.z, MODEL.encode(x, y).mean, atol=1e-5, rtol=0)
    assert end.label == 4

    class Shelf:
        def model(self, _name):
            return small("gan")

    picture = pixels(torch.rand(1, 1, 8, 8, generator=seeded(2)))
    first = next(interpolation.find_end(Shelf(), "mnist", "m", json.dumps(picture), -1, 6))
    starts = torch.randn(4, 4, generator=seeded(6))
    errors = (small("gan").decode(starts) - from_pixels(picture)).square().flatten(1).sum(dim=1)
    assert first.way[0].error == pytest.approx(float(errors.min()), rel=1e-4)
    assert first.label == -1


def test_a_descent_of_two_ends_shows_both_and_the_sum_of_their_errors():
    steps = [ops.Descent(k, torch.zeros(1, 2), torch.full((1, 1, 2, 2), k / 10), float(10 - k)) for k in range(4)]
    a, b = (interpolation.End(torch.zeros(1, 1, 2, 2), -1, torch.zeros(1, 2), way) for way in (steps, steps[:2]))
    film = interpolation.descent(t, interpolation.State(), a, b)
    assert film["change"] == [20.0, 18.0, 17.0, 16.0]  # the shorter one waits at its end
    assert (from_pixels(film["pixels"])[3, 0, 0] * 10).tolist() == pytest.approx([3, 3, 1, 1], abs=0.03)
    assert interpolation.descent(t, interpolation.State(), a._replace(way=[]), b) == {}


def test_a_film_turns_where_the_classifier_reads_the_second_picture_for_good():
    a, b = ends()
    film = interpolation.film(registry, t, interpolation.State(), a, b)
    read = registry.classifier("mnist").logits(interpolation.between(MODEL, a, b, "linear", 33)[1]).argmax(dim=1).tolist()
    before, turn, *late = film["finds"]["interpolate.turn"]
    assert [before, *late] == [turn - 1, turn + 1, turn + 2]  # a hand comes a little early or late
    assert read[0] == a.label
    assert read[turn:] == [b.label] * (33 - turn)
    assert read[turn - 1] != b.label
    assert [caption.replace(",", "").split()[0] for caption in film["captions"]] == [str(k) for k in read]
    assert interpolation.turns(registry, "mnist", a.x) == []


@pytest.mark.parametrize(("angle", "path", "is_short"), [(90, "linear", True), (60, "linear", False), (90, "spherical", False)])
def test_a_straight_path_is_short_where_half_way_it_has_lost_a_quarter_of_its_length(angle, path, is_short):
    z = torch.zeros(2, 16)
    z[0, 0], z[1, 0], z[1, 1] = 3, 3 * math.cos(math.radians(angle)), 3 * math.sin(math.radians(angle))
    a, b = (interpolation.End(S.x[k : k + 1], int(S.y[k]), z[k : k + 1], []) for k in (0, 1))
    film = interpolation.film(registry, t, interpolation.State(path=path), a, b)
    assert film["done"] == (["interpolate.short"] if is_short else [])


def test_a_point_of_a_plane_that_is_read_as_neither_class_does_the_task():
    z = ops.decode(MODEL, prior(0).expand(10, -1), torch.arange(10))
    read = int(registry.classifier("mnist").logits(z).argmax(dim=1)[3])
    data = {"model": "cvaegan-mnist", "z": [prior(0)[0].tolist()] * 4, "at": [0.5, 0.5]}
    answers = {k: interpolation.point(registry, t, data | {"labels": [k] * 4}) for k in (3,)}
    assert read == 3
    assert answers[3]["done"] == []
    mixed = interpolation.point(registry, t, data | {"labels": [1, 8, 1, 8]})
    own = int(registry.classifier("mnist").logits(from_pixels(mixed["picture"])).argmax())
    assert mixed["done"] == ([] if own in (1, 8) else ["interpolate.plane"])


def at(**more) -> latent_map.State:
    return latent_map.State(**{"z1": 1.5, "z2": -0.5, "picture": picked(3)} | more)


def test_the_map_shows_the_chosen_plane_and_one_beside_it_each_with_its_own_posterior():
    value = latent_map.view(registry, t, at())
    assert (value["state"]["z1"], value["state"]["z2"]) == (1.5, -0.5)
    assert [plane["name"] for plane in value["planes"]] == ["vae2d-mnist", "ae2d-mnist"]
    for plane in value["planes"]:
        model = registry.model(plane["name"])
        assert same(plane["picture"], model.decode(torch.tensor([[1.5, -0.5]])))
        assert plane["posterior"]["mean"] == pytest.approx(model.encode(S.x[3:4]).mean[0].tolist(), abs=1e-4)
    spread, point = (plane["posterior"]["logvar"] for plane in value["planes"])
    assert spread == pytest.approx(registry.model("vae2d-mnist").encode(S.x[3:4]).logvar[0].tolist(), abs=1e-4)
    assert point == [None, None]
    for alone in ("", "vae2d-mnist"):
        assert len(latent_map.view(registry, t, at(other=alone))["planes"]) == 1
    assert [latent_map.title(registry, t, name) for name in ("ae2d-mnist", "vae2dbeta0.3-mnist")] == ["AE", "VAE, β = 0.3"]


def test_a_plane_reaches_as_far_as_nearly_all_codes_and_never_less_than_the_priors_circles(monkeypatch):
    codes = Codes(torch.linspace(-10, 10, 2001).repeat(2, 1).T, None, torch.zeros(2001))
    for far, expected in ((1, 10.5), (0.1, 3.0)):  # 0.998 of ten, a twentieth more
        monkeypatch.setattr(latent_map, "read_codes", lambda _folder, far=far: codes._replace(mean=far * codes.mean))
        assert latent_map.reach(f"folder {far}") == expected
    monkeypatch.setattr(latent_map, "read_codes", lambda _folder: codes._replace(mean=torch.zeros(0, 2)))
    assert latent_map.reach("empty") == 3.0


def test_a_picture_lands_at_its_mean_and_another_beta_is_told_where():
    q = registry.model("vae2d-mnist").encode(S.x[3:4])
    assert latent_map.land(registry, "vae2d-mnist", picked(3)) == pytest.approx(tuple(q.mean[0].tolist()), abs=1e-4)
    found = latent_map.encode(registry, {"name": "vae2dbeta3-mnist", "pixels": picked(3)["pixels"]})["posterior"]
    assert found["mean"] == pytest.approx(registry.model("vae2dbeta3-mnist").encode(S.x[3:4]).mean[0].tolist(), abs=1e-4)
    with pytest.raises(InputError, match="2-D latent"):
        latent_map.encode(registry, {"name": "vae-mnist", "pixels": picked(3)["pixels"]})


def test_the_bytes_sent_decode_a_plane_as_the_model_does_and_bring_its_codes():
    sent, model = tensors.tensors(registry, "vae2d-mnist"), registry.model("vae2d-mnist")
    z = torch.randn(5, 2, generator=seeded())
    assert [sent[f"{i}.weight"].dtype for i in range(3)] == [torch.float16, torch.int8, torch.int8]  # the first is too small to be worth it
    h = z
    for i in range(3):
        weight = sent[f"{i}.weight"].float() * sent.get(f"{i}.steps", torch.ones(1))
        assert torch.equal(weight, model.decoder[2 * i].weight)  # not only nearly
        h = h @ weight.T + sent[f"{i}.bias"].float()
        h = torch.nn.functional.silu(h) if i < 2 else h.sigmoid()
    torch.testing.assert_close(h.reshape(5, 1, 28, 28), model.decode(z), atol=1 / 255, rtol=0)
    codes = read_codes(registry.folders["vae2d-mnist"])
    torch.testing.assert_close(sent["mean"].float(), codes.mean[: tensors.POINTS], atol=4e-3, rtol=0)
    torch.testing.assert_close(sent["logvar"].float(), codes.logvar[: tensors.POINTS], atol=1e-2, rtol=0)
    assert sent["label"].tolist() == codes.label[: tensors.POINTS].tolist()
    assert "logvar" not in tensors.tensors(registry, "ae2d-mnist")
    drawn = registry.model("aegan2d-mnist").prior(200, seeded())
    torch.testing.assert_close(tensors.tensors(registry, "aegan2d-mnist")["draws"].float(), drawn, atol=0.02, rtol=1e-3)


def test_the_bytes_of_the_judge_are_its_five_layers_and_other_models_send_none():
    sent, judge = tensors.tensors(registry, "lenet-mnist"), registry.model("lenet-mnist")
    assert [list(sent[f"{i}.weight"].shape) for i in range(5)] == [[6, 1, 5, 5], [16, 6, 5, 5], [120, 400], [84, 120], [10, 84]]
    torch.testing.assert_close(sent["4.bias"].float(), judge.head.bias.detach(), atol=1e-3, rtol=1e-3)
    with pytest.raises(InputError, match="no plane"):
        tensors.tensors(registry, "cvae-mnist")
    assert tensors.address(registry, "ae2d-mnist").startswith("tensors?name=ae2d-mnist&v=")
    assert tensors.address(registry, "ae2d-mnist") != tensors.address(registry, "vae2d-mnist")


NAME = "pixelcnn-mnistbin"


def test_half_a_picture_is_kept_above_and_drawn_below_and_a_hole_is_the_pads():
    x, mask = pixel.begun(pixel.State(start="half", picture=picked(2)))
    assert mask.all(dim=1).tolist() == [r >= 14 for r in range(28)]
    assert torch.allclose(x, S.x[2:3], atol=1 / 255)
    pad, hole = holed(k=5)
    x, mask = pixel.begun(pixel.State(start="hole", picture=picked(2), mask=pad))
    assert torch.equal(mask, hole)
    assert torch.allclose(x, S.x[5:6], atol=1 / 255)
    assert pixel.begun(pixel.State(picture=picked(2), mask=pad)) == (None, None)


def test_a_stream_draws_at_the_seed_temperature_and_guidance_it_tells(monkeypatch):
    seen = {}

    def complete(model, n, y, **more):
        seen.update(more, n=n, y=y)
        return iter([torch.zeros(n, 1, 28, 28)] * 56)

    monkeypatch.setattr(pixel.ops, "complete", complete)
    *_, last = pixel.stream(registry, t, pixel.State(label=7, seed=5, n=3, temperature=0.6, start="half", picture=picked(2), guidance=1.25))
    assert (seen["n"], seen["y"].tolist(), seen["temperature"], seen["guidance"], seen["every"]) == (3, [7, 7, 7], 0.6, 1.25, 14)
    assert torch.equal(seen["image"], registry.model("pixelcnn-mnist").quantize(S.x[2:3]))
    assert torch.equal(torch.rand(2, generator=seen["rng"]), torch.rand(2, generator=seeded(5)))
    assert (last["temperature"], last["guidance"], last["label"], last["at"]) == (0.6, 1.25, 7, 784)
    assert {"seed": 5, "n": 3, "label": 7, "temperature": 0.6, "guidance": 1.25}.items() <= last["about"].items()


def asked(x, **more) -> dict:
    return {"model": NAME, "label": 0, "pixels": pixels(x), "temperature": 0.5} | more


def test_what_is_said_of_a_pixel_is_at_the_streams_temperature():
    x = (S.x[2:3] > 0.5).float()
    i = 14 * 28 + 13
    p = (registry.model(NAME).logits(x)[0].flatten(1)[:, i] / 0.5).softmax(dim=0)
    said = readings.distribution(registry, asked(x, pixel=i))
    assert said["p"] == pytest.approx(p.tolist(), abs=2e-5)
    assert said["level"] == int(x.flatten()[i])
    assert said["own"] == pytest.approx(p[said["level"]].item(), abs=2e-5)
    assert said["entropy"] == pytest.approx(-float((p * p.log()).sum()), rel=1e-3)
    p = (registry.model(NAME).logits(x) / 0.5).softmax(dim=1).double()
    entropy = -(p * p.clamp(min=1e-300).log()).sum(dim=1)
    said = readings.entropies(registry, asked(x))
    assert said["most"] == pytest.approx(float(entropy.max()), rel=1e-3)
    assert said["sum"] == pytest.approx(float(entropy.sum()), rel=1e-3)
    assert same(said["pixels"], (entropy / entropy.max()).float()[:, None])


def test_a_tenth_of_the_strongest_influence_is_a_quarter_darker_and_none_is_black():
    shown = from_pixels(readings.heat(torch.tensor([[1.0, 0.1, 0.01], [1e-9, 0.0, 1e-3]])))[0, 0].flatten().tolist()
    assert shown == pytest.approx([1, 0.75, 0.5, 0.15, 0, 0.25], abs=0.003)


def test_bayes_turns_the_nats_of_the_classes_into_their_probabilities(monkeypatch):
    model, x = registry.model("pixelcnn-fashion"), registry.samples("fashion").x[4:5]
    table = readings.likelihoods(registry, t, "fashion", "pixelcnn-fashion", picked(4, "fashion"))
    nats = torch.cat([level_nll(model.logits(x, torch.tensor([k])), x) for k in range(10)]).double()
    p = (nats.min() - nats).exp()
    p = 100 * p / p.sum()
    assert [float(v) for v in re.findall(r"<span>([\d.]+)\u202f%", table)] == pytest.approx(p.tolist(), abs=0.15)
    assert [float(v) for v in re.findall(r"</td><td>([\d.]+)</td>", table)] == pytest.approx((nats / 784 / math.log(2)).tolist(), abs=0.001)
    assert table.index("class=best") < table.index(f"<td>{nats.min():.1f}</td>")


def test_the_repair_beside_a_completion_is_of_the_same_class_and_seed():
    pad, mask = holed(k=5)
    shown = pixel.beside(registry, t, pixel.State(label=6, seed=9, start="hole", picture=picked(2), mask=pad))["beside"]
    x = S.x[5:6]
    net = registry.model(shown["about"]["model"])
    *_, fill = ops.inpaint(net, x, mask, torch.tensor([6]), rng=seeded(9))
    assert same(shown["sections"][0]["pixels"], torch.cat([torch.where(mask, 0.25, x), fill, x]))
    near = -10 * math.log10(float((fill - x)[0, 0, mask].square().mean()))
    assert f"{near:.1f}\u00a0dB" in shown["sections"][0]["captions"][1]


def test_a_category_that_is_chosen_is_the_one_that_is_drawn():
    config = PixelGANConfig(size=8, classes=0, categories=3, latent_dim=5, levels=2, width=4, dilations=(1,), frequencies=0, features=8)
    z = PixelGAN(config).prior(4, seeded(1), 2)
    assert z[:, :3].tolist() == [[0, 0, 1]] * 4
    expected = PixelGAN(config).prior(4, seeded(1))
    assert torch.equal(z[:, 3:], expected[:, 3:])


def test_a_swap_without_a_target_goes_to_the_next_class_and_nothing_is_guessed_that_is_given():
    x = S.x[9:10]
    assert swap.resolve_labels(registry, swap.State(label=4, target=2), MODEL, x) == (4, 2)
    assert swap.resolve_labels(registry, swap.State(label=9), MODEL, x) == (9, 0)
    assert swap.resolve_labels(registry, swap.State(), MODEL, x)[0] == int(registry.classifier("mnist").logits(x).argmax())
    factors = type("Config", (), {"factors": (2, 3), "classes": 6})
    assert [validation.next_class(factors, 5), validation.next_class(factors, 1), validation.next_class(factors, 3, 2)] == [3, 2, 5]


def swapping(**more) -> swap.State:
    return swap.State(**{"label": 2, "target": 5, "other": 71, "picture": picked(2)} | more)


def test_the_sliders_of_a_swap_move_z_and_class_each_on_its_own():
    top, source = swap.result(registry, t, swapping(mix=0.3, walk=0.6))
    z, there = MODEL.encode(S.x[2:3], torch.tensor([2])).mean, MODEL.encode(S.x[71:72], S.y[71:72]).mean
    mix = torch.zeros(1, 10)
    mix[0, 2], mix[0, 5] = 0.7, 0.3
    expected = torch.cat([S.x[2:3], MODEL.decode(0.4 * z + 0.6 * there, mix), MODEL.decode(z, torch.tensor([2]))])
    assert (source.y, source.target) == (2, 5)
    assert same(top["sections"][0]["pixels"], expected)
    assert top["about"]["z"] == pytest.approx(z[0].tolist(), abs=1e-5)
    read = registry.classifier("mnist").logits(expected[1:2]).softmax(dim=1)[0]
    unlike = registry.is_unlike("mnist", expected[1:2])[0]
    assert top["sections"][0]["good"][1] == (int(read.argmax()) == 2 and not unlike)  # less than half way: still a 2


def test_half_way_a_swap_is_asked_to_be_the_target(monkeypatch):
    asked = []
    monkeypatch.setattr(captions, "verdicts", lambda t, registry, dataset, x, y=None, model="": asked.append(y.tolist()) or (["?"], [None]))
    for mix in (0.49, 0.5):
        swap.result(registry, t, swapping(mix=mix))
    assert asked == [[2], [5]]


def test_a_large_picture_is_right_or_wrong_where_one_class_was_asked_for_and_neither_where_two():
    (one,), (two,) = (classes.show(registry, t, classes.State(label=3, other=5, mix=mix))["hero"]["sections"] for mix in (0, 0.3))
    row = classes.show(registry, t, classes.State(label=3))["rows"]["sections"][0]
    assert one["good"] == row["good"][3::10]
    assert two["good"] == [None] * len(one["good"])


def test_a_swap_that_is_unlike_any_real_picture_says_so_and_its_task_is_done(monkeypatch):
    top = swap.slide(registry, t, swapping())["top"]
    assert (top["sections"][0]["captions"][1][-2:], top["done"]) == ("%)", [])
    monkeypatch.setattr(registry, "is_unlike", lambda dataset, x: torch.ones(len(x), dtype=torch.bool))
    top = swap.slide(registry, t, swapping(mix=0.5))["top"]
    assert top["sections"][0]["captions"][1].startswith(t("swap.unlike", v=""))
    assert (top["sections"][0]["good"][1], top["done"]) == (False, ["swap.doubt", "swap.between"])
    assert swap.slide(registry, t, swapping(label=1, target=7))["top"]["done"][0] == "swap.slant"
    mine = swap.slide(registry, t, swapping(picture={"pixels": picked(2)["pixels"], "source": "drawing"}))["top"]["done"]
    assert mine == ["swap.draw", "swap.doubt"]
    faces = swap.State(dataset="faces", model="cvaegan-faces", label=9, target=9, walk=1.0, other=50, picture=picked(0, "faces"))
    assert swap.slide(registry, t, faces)["top"]["done"] == ["swap.doubt", "swap.light"]
    assert {f"swap.{name}" for name in t.group("swap.task")} == {f"swap.{name}" for name in ("slant", "draw", "doubt", "between", "light")}


def test_a_row_a_sheet_and_two_strips_are_of_one_z():
    z = MODEL.encode(S.x[2:3], torch.tensor([2])).mean
    found = swap.correct_label(registry, t, swapping())
    shown, sheet = found["sheets"]["sections"]
    x = MODEL.decode(z.expand(10, -1), torch.arange(10))
    assert same(shown["pixels"], x)
    assert (shown["own"], shown["aimed"]) == ([2], 5)
    right = (registry.classifier("mnist").logits(x).argmax(dim=1) == torch.arange(10)) & ~registry.is_unlike("mnist", x)
    assert shown["note"].startswith(t("swap.hits", n=int(right.sum()), k=10))
    info = registry.info("cvaegan-mnist")
    assert f"{round(100 * info.figures['swap_identity_acc'], 1)} %" in shown["note"]
    cells = from_pixels(sheet["pixels"]).unflatten(0, (5, 11))
    rows, own = S.x[70:75], S.y[70:75]
    assert torch.allclose(cells[:, 0], rows, atol=1 / 255)
    assert torch.allclose(cells[3, 1:], MODEL.decode(MODEL.encode(rows[3:4], own[3:4]).mean.expand(10, -1), torch.arange(10)), atol=2 / 255)
    assert sheet["meanings"][11 * 3 : 11 * 4] == [[int(own[3]), 73], *([k, 73] for k in range(10))]
    walk, mix = (from_pixels(section["pixels"]) for section in found["film"]["sections"])
    there = MODEL.encode(S.x[71:72], S.y[71:72]).mean
    assert torch.allclose(walk[2:3], MODEL.decode(0.75 * z + 0.25 * there, torch.tensor([5])), atol=2 / 255)
    weights = torch.zeros(1, 10)
    weights[0, 2], weights[0, 5] = 0.75, 0.25
    assert torch.allclose(mix[2:3], MODEL.decode(z, weights), atol=2 / 255)


def test_swaps_beside_the_truth_tell_their_mean_psnr_and_that_of_the_picture_left_as_it_is():
    s, name = registry.samples("faces"), "cvaegan-faces"
    y, x, model = int(s.y[0]), s.x[:1], registry.model(name)
    z = model.encode(x, s.y[:1]).mean
    source = swap.read(registry, swap.State(dataset="faces", model=name, label=y, other=50, picture=picked(0, "faces")))
    (shown,) = swaps.pairs(registry, t, "faces", name, picked(0, "faces"), source)
    cells = from_pixels(shown["pixels"]).unflatten(0, (-1, 2))
    targets = torch.tensor(shown["about"]["targets"])
    assert y not in targets
    assert torch.allclose(cells[:, 0], model.decode(z.expand(len(targets), -1), targets), atol=2 / 255)
    for k, true in zip(targets.tolist(), cells[:, 1], strict=True):
        found = ((s.y == k) & (s.attribute == s.attribute[0])).nonzero()[0, 0]
        assert torch.allclose(true, s.x[found], atol=1 / 255)
    reached, copied = psnr(cells[:, 1], cells[:, 0]), psnr(cells[:, 1], x.expand_as(cells[:, 1]))
    numbers = [float(v) for v in re.findall(r"([\d.]+) dB", shown["note"])]
    assert numbers == pytest.approx([reached.mean().item(), copied.mean().item()], abs=0.15)


def test_five_pictures_are_spread_over_the_lights():
    s = registry.samples("sprites")
    assert s.attribute[swaps.sources(s)].unique().numel() == min(5, len(s.attributes))
    assert swaps.sources(S) == [70, 71, 72, 73, 74]
    s = registry.samples("faces")
    assert s.attribute[swaps.others(s)].tolist() == list(range(15))


def test_a_picture_is_strange_where_it_is_redrawn_worse_than_nineteen_of_twenty_samples():
    s, name = registry.samples("faces"), "cvaegan-faces"
    reached = psnr(s.x, ops.reconstruct(registry.model(name), s.x, s.y))
    usual = registry.usual_psnr("faces", name)
    assert int((reached < usual).sum()) == 5
    mine, x = {"source": "upload"}, s.x[:1]
    for off, warned in ((-0.2, True), (0.2, False)):
        back = x + 10 ** (-(usual + off) / 20)
        assert bool(swap.ood_warning(registry, t, swap.State(dataset="faces", model=name, picture=mine), x, back)) is warned
    assert swap.ood_warning(registry, t, swap.State(dataset="faces", model=name, picture=picked(0, "faces")), x, x + 1) == ""
    assert swap.ood_warning(registry, t, swap.State(picture=mine), x, x + 1) == ""


def test_a_class_is_told_by_the_choices_that_differ():
    model = registry.model("cvaegan-sprites")
    labels = captions.class_names(t, registry, "sprites")
    label, other = 3 * 216 + 1 * 36 + 4 * 6 + 2, 3 * 216 + 5 * 36 + 4 * 6 + 2
    assert swap.describe_class(t, model, labels, label, other) == f"{t('factor.1')} 1"
    assert ops.neighbours((2, 3), 4).tolist() == [1, 4, 3, 4, 5]


def test_a_reading_is_told_with_its_share_and_is_right_where_it_is_what_was_asked(monkeypatch):
    class Shelf:
        classifier = staticmethod(lambda _dataset: True)
        own = {}
        guess = staticmethod(lambda _dataset, x, _model: torch.tensor([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1], [0.0, 0.0, 1.0]]))
        is_unlike = staticmethod(lambda _dataset, x: torch.tensor([False, False, True]))

    monkeypatch.setattr(captions, "class_names", lambda *_: ["a", "b", "c"])
    said, right = captions.verdicts(t, Shelf, "mnist", torch.zeros(3, 1, 8, 8), torch.tensor([1, 1, 2]))
    assert said == ["b (70\u202f%)", "a (60\u202f%)", "c\u202f?"]
    assert right == [True, False, False]
    assert captions.verdicts(t, Shelf, "mnist", torch.zeros(3, 1, 8, 8), torch.tensor([1, 3, 2]))[1] == [True, None, False]
    assert captions.verdicts(t, Shelf, "mnist", torch.zeros(3, 1, 8, 8))[1] == [None] * 3


def test_a_guess_is_a_probability_and_an_unlike_picture_lies_beyond_its_threshold():
    x = S.x[:20]
    logits = registry.classifier("mnist").logits(x)
    torch.testing.assert_close(registry.guess("mnist", x), logits.exp() / logits.exp().sum(dim=1, keepdim=True))
    reference = ood.load_reference(registry.folders["classifier-mnist"])
    noise = torch.rand(20, 1, 28, 28, generator=seeded())
    for some in (x, noise):
        features = registry.classifier("mnist").features(some)
        assert registry.is_unlike("mnist", some).tolist() == (reference.distance(features) > reference.threshold).tolist()


def test_pixels_travel_picture_by_picture_row_by_row_colour_last():
    import base64

    x = torch.arange(24.0).view(2, 3, 2, 2) / 255
    value = pixels(x)
    assert (value["n"], value["h"], value["w"], value["c"]) == (2, 2, 2, 3)
    assert list(base64.b64decode(value["data"]))[:6] == [0, 4, 8, 1, 5, 9]
    assert torch.allclose(from_pixels(value), x)


@pytest.mark.parametrize(("sent", "becomes"), [(5, 2.0), (-1, 0.5), ("1.25", 1.25), (None, 0.5), (float("nan"), 0.5), (0.75, 0.75)])
def test_a_slider_beyond_its_end_is_at_its_end(sent, becomes):
    import gradio as gr

    with gr.Blocks():
        assert controls.slider(0.5, 2, 1).preprocess(sent) == becomes


def test_numbers_are_taken_up_to_both_of_their_ends_and_no_further():
    assert [validation.whole(v, "n", 1, 9) for v in (1, 9, "5", 3.0)] == [1, 9, 5, 3]
    assert [validation.real(v, "n", 0.5, 2) for v in (0.5, 2, "1.5")] == [0.5, 2, 1.5]
    for judge, bad in ((validation.whole, (0, 10, 2.5, True)), (validation.real, (0.4, 2.1, True, "x", float("nan")))):
        for value in bad:
            with pytest.raises(ValueError, match="must be"):
                judge(value, "n", *((1, 9) if judge is validation.whole else (0.5, 2)))
    assert validation.label_tensor(MODEL, 4, 3).tolist() == [4, 4, 4]
    assert validation.label_tensor(registry.model("vae2d-mnist"), 4, 3) is None
    assert torch.equal(torch.rand(3, generator=validation.rng(8)), torch.rand(3, generator=seeded(8)))


def test_an_address_is_read_by_the_kinds_of_the_state_and_what_is_not_here_is_replaced():
    initial = classes.State(dataset="mnist", model="m", label=3, mix=0.5)
    asked = {"label": "7", "mix": "0.25", "model": "other", "dataset": "fashion", "x": "y"}
    assert address.read_state(initial, asked) == replace(initial, dataset="fashion", model="other", label=7, mix=0.25)
    assert address.read_state(initial, {"label": "x", "mix": "1"}) == replace(initial, mix=1.0)
    names = {"mnist": ["a", "b"], "fashion": [], "sprites": ["c"]}
    assert address.replace_missing(replace(initial, dataset="fashion", model="b"), lambda d: names.get(d, [])).model == "b"
    here = address.replace_missing(replace(initial, dataset="sprites", model="b"), lambda d: names.get(d, []))
    assert here == replace(initial, dataset="sprites", model="c")


def test_where_a_metric_went_is_from_its_first_to_its_last_value():
    assert story.course([None, -1.23456, 5.0, 0.5]) == "−1.235 → 0.5"


def test_lights_stand_at_their_azimuth_and_elevation():
    s = registry.samples("faces")
    found = controls.groups(t, s)
    name = s.attributes[int(s.attribute[7])]
    assert found["at"][found["of"][7]] == [int(name[:4]), int(name[4:])]
    assert controls.groups(t, S) is None
    assert controls.sample_of({"source": "sample 42"}) == 42


def test_sample_digits_are_ten_of_each_class_in_turn_and_garments_are_worn_on_a_faint_body():
    assert S.y.tolist() == list(range(10)) * 10
    s = samples.load("sprites")
    assert [len(part) for part in s.garments()] == [6, 6, 6, 6]
    layers = s.layers[:24, s.attributes.index("walk 0 front")].float() / 255
    body = 0.25 * layers[0, :3] * layers[0, 3:]
    shirt = layers[12 + 4]
    worn = body * (1 - shirt[3:]) + shirt[:3] * shirt[3:]
    torch.testing.assert_close(s.garments()[2][4], worn[:, 8:56, 8:56])


def test_class_weights_of_an_encoder_are_its_class_rows():
    assert torch.equal(MODEL.condition(torch.tensor([3])), class_weights(torch.tensor([3]), 10))
