"""What the pixel tab shows of a PixelCNN's inner life."""

import math
import re

import gradio as gr
import pytest
import torch

from demo import captions, events, readings
from demo.registry import ModelRegistry
from demo.tabs import pixel
from demo.text import Text
from demo.widgets.base import from_pixels, pixels
from demo.widgets.mask_pad import to_mask
from genlib import checkpoint, ops
from genlib.errors import InputError
from genlib.models.pixelgan import PixelGAN, PixelGANConfig
from genlib.objectives.likelihood import level_nll

registry, t, NAME = ModelRegistry(), Text("en"), "pixelcnn-mnist"


def picked(k: int) -> dict:
    s = registry.samples("mnist")
    return {"pixels": pixels(s.x[k : k + 1]), "label": int(s.y[k]), "source": f"sample {k}"}


def state(**more) -> pixel.State:
    return pixel.State(**{"n": 2, "picture": picked(3)} | more)


def drawn(registry=registry, **more) -> dict:
    """The last of a stream's values."""
    *_, last = pixel.stream(registry, t, state(**more), pause=0)
    return last


def served(function, data: dict, *bound) -> dict:
    """A server function's answer as the page gets it."""
    return events.serve(t, function, *bound)(data)


def asked(**more) -> dict:
    return {"model": NAME, "label": 3, "temperature": 1.0, "pixels": picked(3)["pixels"]} | more


def test_the_table_holds_the_exact_likelihood_of_each_class():
    table = readings.likelihoods(registry, t, "mnist", NAME, picked(4))
    x, model = from_pixels(picked(4)["pixels"]), registry.model(NAME)
    nats = [level_nll(model.logits(x, torch.tensor([k])), x).item() for k in range(10)]
    assert re.findall(r"</th><td>([\d.]+)</td>", table) == [f"{v:.1f}" for v in nats]
    assert re.search(r"class=best><th>(\d)<", table).group(1) == "4" == str(min(range(10), key=nats.__getitem__))


def test_guidance_is_in_the_drawing_in_what_is_told_and_in_the_distribution():
    model = registry.model(NAME)
    last = drawn(seed=5, guidance=3.0)
    x = ops.draw(model, 2, torch.tensor([3, 3]), rng=torch.Generator().manual_seed(5), guidance=3.0)
    assert last["pixels"] == pixels(x)
    assert (last["guidance"], last["about"]["guidance"]) == (3.0, 3.0)
    p = ops.guided_logits(model, x[:1], torch.tensor([3]), 3.0)[0].flatten(1)[:, 400].softmax(dim=0)
    told = readings.distribution(registry, {"model": NAME, "label": 3, "temperature": 1.0, "guidance": 3.0, "pixel": 400, "pixels": pixels(x[:1])})
    assert told["p"] == pytest.approx(p.tolist(), abs=1e-5)
    assert pixel.State().guidance == model.config.guidance
    with pytest.raises(ValueError, match="guidance must be"):
        drawn(guidance=99)


def test_a_model_without_guidance_is_drawn_as_ever_and_says_nothing_of_it():
    last = drawn(model="pixelcnn-mnistbin", n=1, guidance=3.0)
    assert last["guidance"] is None
    assert "guidance" not in last["about"]


def test_a_painted_hole_is_drawn_anew_nine_times_and_the_rest_kept():
    shown = picked(8)
    pad = pixel.pad_with_hole(shown)
    s = state(label=8, n=9, start="hole", picture=shown, mask=pad)
    *_, last = pixel.stream(registry, t, s)
    anew, x, mask = from_pixels(last["pixels"]), from_pixels(shown["pixels"]), to_mask(pad["mask"], 28, 28)
    assert torch.equal(anew[:, :, ~mask], x[:, :, ~mask].expand(9, -1, -1))
    assert len(torch.unique(anew, dim=0)) == 9
    assert last["mask"] == pad["mask"]
    beside = pixel.beside(registry, t, s)
    repair = from_pixels(beside["beside"]["sections"][0]["pixels"])[1]
    assert torch.equal(repair[:, ~mask], x[0][:, ~mask])
    assert beside["painting"]["visible"] is True
    beside = pixel.beside(registry, t, state(label=8, start="half", picture=shown, mask=pad))
    assert (beside["beside"], beside["painting"]["visible"]) == ({"sections": []}, "hidden")


def test_an_empty_hole_leaves_the_picture_as_it_is():
    shown = picked(8)
    last = drawn(label=8, start="hole", picture=shown, mask=pixel.pad_with_hole(shown) | {"mask": "0" * 784})
    assert last["at"] == 784
    assert torch.equal(from_pixels(last["pixels"]), from_pixels(shown["pixels"]).expand(2, -1, -1, -1))


def test_the_entropy_map_is_of_every_pixel_and_its_sum_below_that_of_noise():
    answer = readings.entropies(registry, asked())
    heat = from_pixels(answer["pixels"])
    assert heat.max() == 1
    assert 0 < answer["sum"] < 784 * math.log(256)
    assert heat[0, 0, 0, 0] < 0.1  # nobody doubts a corner
    assert "error" in served(readings.entropies, asked(label=77), registry)


def test_the_receptive_field_grows_with_depth():
    seen = [(from_pixels(readings.distribution(registry, asked(pixel=20 * 28 + 14, depth=d))["seen"]) > 0).sum().item() for d in (0, 2, 7)]
    assert seen[0] < seen[1] < seen[2]
    assert "error" in served(readings.distribution, asked(pixel=400, depth=99), registry)


def test_the_blind_spot_stays_however_deep_and_the_lstms_have_none():
    answer = readings.fields({"size": 16, "pixel": 9 * 16 + 5, "depth": 6})
    cnn, row, diagonal = from_pixels(answer["seen"])[:, 0] > 0
    assert not cnn[8, 13]  # a row up, far to the right
    assert diagonal[8, 13]
    assert row[2, 14]
    assert not any(view.flatten()[9 * 16 + 5 :].any() for view in (cnn, row, diagonal))
    assert "error" in served(readings.fields, {"size": 16, "pixel": 999, "depth": 1})


def test_a_model_of_two_levels_and_no_class_has_one_likelihood_and_keeps_a_half_in_black_and_white():
    table = readings.likelihoods(registry, t, "mnist", "pixelcnn-mnistbin", picked(4))
    assert table.count("<tr") == 2
    assert "Bayes" not in table
    last = drawn(model="pixelcnn-mnistbin", start="half", picture=picked(4))
    below, x = from_pixels(last["pixels"]), from_pixels(picked(4)["pixels"])
    assert set(below.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(below[:, :, :14], (x[:, :, :14] > 0.5).float().expand(2, -1, -1, -1))


@pytest.fixture(scope="module")
def pixelgan(tmp_path_factory):
    """A shelf with a PixelGAN of few steps and its name."""
    folder = tmp_path_factory.mktemp("pixelgan")
    torch.manual_seed(0)
    model = PixelGAN(PixelGANConfig(width=8, dilations=(1, 2), levels=4, latent_dim=3))
    for p in model.parameters():
        p.data.mul_(1.5)
    checkpoint.save(model, folder, name="pixelgan-mnist", dataset="mnist", labels=tuple("0123456789"))
    return ModelRegistry((str(folder),)), str(folder)


def test_a_pixelgan_draws_from_the_prior_or_redraws_a_picture(pixelgan):
    registry, name = pixelgan
    s = registry.samples("mnist")
    picture = {"pixels": pixels(s.x[4:5]), "label": int(s.y[4])}
    fresh = drawn(registry, model=name, label=4, picture=picture)
    again = drawn(registry, model=name, label=4, picture=picture, code="picture")
    assert fresh["given"] == ["z", "c"]
    assert fresh["z"] == registry.model(name).prior(2, torch.Generator().manual_seed(0)).tolist()
    own = registry.model(name).encode(s.x[4:5], s.y[4:5]).mean[0].tolist()
    assert again["z"][0] == again["z"][1] == pytest.approx(own)
    data = {
        "model": name,
        "label": 4,
        "temperature": 1.0,
        "pixel": 300,
        "z": fresh["z"][1:],
        "pixels": pixels(from_pixels(fresh["pixels"])[1:2]),
    }
    seen = readings.distribution(registry, data)
    assert sum(seen["p"]) == pytest.approx(1, abs=1e-3)
    assert readings.distribution(registry, data | {"z": again["z"][:1]})["p"] != seen["p"]
    found = readings.entropies(registry, {"model": name, "label": 4, "temperature": 1.0, "pixels": fresh["pixels"], "z": fresh["z"]})
    assert found["most"] > 0


@pytest.mark.parametrize("z", [None, [], [[1.0]], [[float("nan")] * 3], "z"])
def test_a_z_that_is_none_is_answered_with_a_sentence(pixelgan, z):
    registry, name = pixelgan
    x = pixels(torch.zeros(1, 1, 28, 28))
    data = {"model": name, "label": 4, "temperature": 1.0, "pixel": 3, "z": z, "pixels": x}
    assert "error" in served(readings.distribution, data, registry)


def test_the_nats_of_a_pixelgan_are_given_its_own_code(pixelgan):
    registry, name = pixelgan
    s = registry.samples("mnist")
    table = readings.likelihoods(registry, Text("en"), "mnist", name, {"pixels": pixels(s.x[4:5]), "label": int(s.y[4])})
    assert table.count("<tr") == 2
    assert "p(x|z" in table


def test_a_pixelgan_of_categories_is_asked_for_one_of_them():
    registry, t, name = ModelRegistry(), Text("en"), "pixelgan-mnist"
    assert captions.class_names(t, registry, "mnist", name) == [f"category {k}" for k in range(30)]
    picture = {"pixels": pixels(registry.samples("mnist").x[4:5]), "label": 4}
    fresh = drawn(model=name, label=17, picture=picture)
    assert [z.index(1.0) for z in fresh["z"]] == [17, 17]
    assert [sum(z) for z in fresh["z"]] == [1.0, 1.0]
    assert (fresh["given"], fresh["asked"]) == (["z"], "category 17")
    with pytest.raises(InputError, match="0 to 29"):
        drawn(model=name, label=30, picture=picture)
    again = drawn(model=name, label=17, n=1, picture=picture, code="picture")
    assert again["z"][0] != fresh["z"][0]
    assert sum(again["z"][0]) == pytest.approx(1, abs=1e-5)
    assert "p(x|z)" in readings.likelihoods(registry, t, "mnist", name, picture)
    s = state(model=name, label=17, start="hole", picture=picture, mask=pixel.pad_with_hole(picture))
    assert pixel.beside(registry, t, s)["beside"] == {"sections": []}


def test_over_categories_stands_no_class_and_over_a_model_that_is_told_nothing_no_choice():
    found = {name: pixel.follow_model(registry, t, state(model=name))["label"] for name in (NAME, "pixelgan-mnist", "pixelcnn-mnistbin")}
    assert [update["label"] for update in found.values()][:2] == [t("control.class"), t("pixel.categories")]
    assert [update["visible"] for update in found.values()] == [True, True, False]
    assert [drawn(model=name, n=1)["given"] for name in found] == [["c"], ["z"], []]
    assert drawn(model="pixelcnn-mnistbin", n=1)["asked"] == ""


def test_sampling_goes_to_the_next_seed_and_on_from_a_stop_keeps_what_was_seen():
    first, *_, last = pixel.sample(registry, t, state(seed=4))
    assert first == {"seed": 5}
    assert last["screen"]["pixels"] == drawn(seed=5)["pixels"]
    seen = last["screen"]["pixels"] | {"n": 1, "data": picked(6)["pixels"]["data"]}
    event = gr.EventData(None, {"pixels": seen, "at": 300})
    begun, second, *growing, last = pixel.draw_on(registry, t, state(seed=5, n=3), event)
    assert growing[0]["screen"]["at"] == 308  # nothing of what was there is shown as if it were drawn
    kept, anew = from_pixels(begun["picture"]["pixels"]).flatten(), from_pixels(last["screen"]["pixels"]).flatten(1)
    x = from_pixels(seen).flatten()
    assert torch.equal(kept, torch.where(torch.arange(784) < 300, x, 0))
    assert torch.equal(anew[:, :300], x[:300].expand(3, -1))
    assert len(torch.unique(anew, dim=0)) == 3
    assert (begun["start"], begun["mask"]["mask"], second) == ("hole", "0" * 300 + "1" * 484, {"seed": 6})
    again = state(seed=6, n=3, start="hole", picture=begun["picture"], mask=begun["mask"])  # what the address keeps
    assert drawn_as(again)["pixels"] == last["screen"]["pixels"]


def drawn_as(s: pixel.State) -> dict:
    *_, last = pixel.stream(registry, t, s)
    return last


def test_a_task_is_done_where_its_settings_are():
    assert drawn(n=1)["done"] == []
    assert drawn(n=1, temperature=0.3)["done"] == ["pixel.cold"]
    assert drawn(n=1, guidance=3.0, start="half")["done"] == ["pixel.led", "pixel.half"]
    assert drawn(n=1, model="pixelcnn-mnistbin", guidance=4.0)["done"] == []
    known = {f"pixel.{name}" for name in t.group("pixel.task")}
    assert {"pixel.cold", "pixel.led", "pixel.half", "pixel.stop", "pixel.unsure"} == known
