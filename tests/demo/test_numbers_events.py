"""What the page's events and the API's endpoints do with the values of their controls: each value goes where its name says."""

import io
import json
from collections import defaultdict
from dataclasses import dataclass
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from demo import api, app, events, validation
from demo.registry import ModelRegistry
from demo.tabs import classes, compare, inpainting, interpolation, latent_map, pixel, swap
from demo.text import Text
from demo.widgets.base import from_pixels, pixels
from demo.widgets.mask_pad import to_text
from genlib import images, ops
from genlib.errors import InputError

registry, t = ModelRegistry(), Text("en")
S = registry.samples("mnist")
MODEL = registry.model("cvaegan-mnist")


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


def picked(k: int) -> dict:
    return {"pixels": pixels(S.x[k : k + 1]), "label": int(S.y[k]), "source": f"sample {k}"}


@pytest.fixture(scope="module")
def page():
    return app.build_demo()


def label(block) -> str:
    """What a control is called: on the page, or by the id of its element."""
    return str(getattr(block, "label", None) or getattr(block, "elem_id", None) or type(block).__name__)


def ask(page, name: str, tab, *before, **given):
    """What an event of a tab answers when each of its controls holds what is given for its name; of two of one name in turn."""
    given = {key.replace("_", " "): value for key, value in given.items()}
    functions = [f for f in page.fns.values() if f.page == "" and f.name == name and tab.__name__ in str(unwrapped(f.fn).__module__)]
    functions = [f for f in functions if {key(block) for block in f.inputs} == set(given)]
    assert functions, f"no event {name} of {sorted(given)}"
    taken = defaultdict(int)
    order = sorted(functions[0].inputs, key=lambda block: block._id)
    value = {}
    for block in order:
        values = given[key(block)]
        value[block._id] = values[taken[key(block)]] if isinstance(values, tuple) else values
        taken[key(block)] += 1
    return functions[0].fn(*before, *(value[block._id] for block in functions[0].inputs))


NAMES = {
    "Data set": "dataset", "Model": "model", "Class c": "label", "Seed": "seed", "Walk z towards the next seed": "walk", "Temperature": "temperature",
    "Mix with": "other", "How much of it": "mix", "Map": "view", "source-en": "source", "target-en": "target", "How much of c'": "mix", "Other picture": "other",
    "z towards the other picture's": "walk", "PicturePad": "picture", "MaskPad": "pad", "ClassPicker": "label", "Pictures at once": "n", "Start from": "start",
    "z of the PixelGAN": "code", "Guidance w (0: none)": "guidance", "Number": "number", "Path": "path", "Passes": "passes",
}  # fmt: skip


def key(block) -> str:
    name = label(block)
    return NAMES.get(name, "canvas" if type(block).__name__ == "PixelCanvas" else name)


def unwrapped(function):
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def chosen(index: int, **more):
    return gr.EventData(None, {"index": index, **more})


def where(**more) -> latent_map.State:
    return latent_map.State(**{"z1": 0.0, "z2": 0.0, "picture": picked(3)} | more)


def test_a_state_is_what_the_controls_of_its_fields_names_hold_and_only_what_a_function_names_is_updated():
    @dataclass(frozen=True)
    class Pair:
        a: int = 1
        b: str = "x"
        c: float = 0.5

    def add(extra, s):
        if s.a < 0:
            raise InputError("no such {thing}", thing="number")
        return {"b": f"{s.b}{s.a + extra}{s.c}"}

    with gr.Blocks() as blocks:
        components = {"a": gr.Number(), "b": gr.Textbox(), "several": gr.JSON()}
        line, button = gr.HTML(), gr.Button()
        events.bind_state(events.StatusLine(line, t), [button.click], add, Pair, components, components, 10)
    (event,) = blocks.fns.values()
    call = event.fn
    given = {components["a"]: 7, components["b"]: "y", components["several"]: {"state": {"c": 2.5, "unknown": 0}}}
    assert set(event.inputs) == set(given)
    assert call(given) == {components["b"]: "y172.5", line: ""}
    assert set(call(given | {components["a"]: -1})) == {line}
    assert "No such number." in call(given | {components["a"]: -1})[line]


@dataclass(frozen=True)
class Choice:
    dataset: str = ""
    a: int = 0


def test_a_data_set_that_was_chosen_is_not_set_back_and_a_second_event_leaves_the_line_alone():
    with gr.Blocks() as blocks:
        dataset, a, line = gr.Radio(["x", "y"]), gr.Number(), gr.HTML()
        components, status = {"dataset": dataset, "a": a}, events.StatusLine(line, t)

        def answer(s: Choice) -> dict:
            return {"dataset": s.dataset, "a": 7}

        for trigger, options in ((dataset.input, {}), (a.input, {}), (a.input, {"is_second": True})):
            events.bind_state(status, [trigger], answer, Choice, components, components, **options)
    answers = [event.fn({dataset: "x", a: 0}) for event in blocks.fns.values()]
    assert answers == [{a: 7, line: ""}, {dataset: "x", a: 7, line: ""}, {dataset: "x", a: 7}]


def test_a_picture_puts_the_cursor_at_its_mean_and_another_plane_keeps_it_within():
    mean = registry.model("vae2d-mnist").encode(S.x[3:4]).mean[0].tolist()
    state = latent_map.place(registry, t, where(layers="density", window="1,2,0.5", draws=4))["pad"]["state"]
    assert [state["z1"], state["z2"]] == pytest.approx(mean, abs=1e-4)
    assert (state["layers"], state["window"], state["draws"]) == ("density", "1,2,0.5", 4)
    found = latent_map.choose(registry, t, where(model="ae2d-mnist", z1=900.0, z2=0.25, window="1,2,0.5"))["pad"]
    assert found["state"]["z1"] == latent_map.reach(registry.folders["ae2d-mnist"])
    assert (found["state"]["z2"], found["state"]["window"]) == (0.25, "")
    assert [plane["name"] for plane in found["planes"]] == ["ae2d-mnist"]  # beside itself stands nothing


def test_another_data_set_brings_its_own_two_planes_and_keeps_the_layers():
    found = latent_map.switch(registry, t, where(dataset="fashion", layers="decoded", draws=2))
    assert [plane["name"] for plane in found["pad"]["planes"]] == ["vae2d-fashion", "ae2d-fashion"]
    assert (found["pad"]["state"]["layers"], found["pad"]["state"]["draws"]) == ("decoded", 2)
    assert (found["model"]["value"], found["other"]["value"]) == ("vae2d-fashion", "ae2d-fashion")


def test_what_is_set_in_the_pad_is_read_from_its_state_and_must_be_two_numbers():
    pad = latent_map.LatentPad()
    assert pad.preprocess(None) == {"state": {}}
    assert pad.preprocess({"state": {"z1": 1, "z2": 2.5, "layers": "codes"}, "planes": []})["state"]["z2"] == 2.5
    for bad in ({}, {"state": {"z1": 1}}, {"state": {"z1": "1", "z2": 2}}, {"state": {"z1": float("nan"), "z2": 2}}, [1]):
        with pytest.raises(InputError):
            pad.preprocess(bad)


def visit(page, tab, **query):
    """What a fresh page shows of a tab at an address."""
    show = [f for f in page.fns.values() if f.page == "" and f.name == "show" and not f.inputs]
    index = [latent_map, classes, swap, inpainting, pixel, interpolation, compare].index(tab)
    shown = show[index].fn(SimpleNamespace(query_params={"tab": tab.TAB} | {k: str(v) for k, v in query.items()}))
    return list(shown.values()) if isinstance(shown, dict) else shown


def test_an_address_puts_z1_and_z2_where_they_belong_and_only_within_the_map(page):
    def put(**query) -> tuple[float, float]:
        state = visit(page, latent_map, model="vae2d-mnist", **query)[0]["state"]
        return state["z1"], state["z2"]

    assert put(z1=0.5, z2=-1.5) == (0.5, -1.5)
    assert put(z1="x", z2="", dataset="none") == put() == put(z1=1e9, z2=0)
    assert put(picture=4) == pytest.approx(tuple(registry.model("vae2d-mnist").encode(S.x[4:5]).mean[0].tolist()), abs=1e-4)


def test_the_classes_controls_are_what_is_drawn_and_told():
    s = classes.State(label=3, seed=5, walk=0.25, temperature=0.7, other=8, mix=0.3)
    about = classes.show(registry, t, s)["hero"]["about"]
    assert about == {"model": "cvaegan-mnist", "label": 3, "other": 8, "mix": 0.3, "seed": 5, "walk": 0.25, "temperature": 0.7}


def test_a_cell_of_the_row_of_classes_is_its_class_in_every_models_row():
    found = classes.pick(registry, t, classes.State(seed=5), chosen(17, section=0))
    assert (found["label"], found["hero"]["about"]["label"], found["rows"]["about"]["seed"]) == (7, 7, 5)
    assert classes.pick(registry, t, classes.State(), chosen(17, section=1)) == {}


def test_compares_controls_are_what_is_drawn_and_a_cell_is_a_sample_of_its_rows_model(monkeypatch):
    s = compare.State(label=7, seed=4, temperature=0.6)
    value = compare.redraw(registry, t, s)["sheet"]
    names = compare.rows_for(registry, "mnist")
    row = names.index("cvaegan-mnist")
    cells = from_pixels(value["sections"][0]["pixels"])
    assert torch.allclose(cells[10 * row : 10 * row + 10], compare.draw(registry, "cvaegan-mnist", 7, 4, 0.6), atol=2 / 255)
    assert (value["about"]["seed"], value["about"]["temperature"], value["about"]["labels"][row]) == (4, 0.6, [7] * 10)
    seen = []
    monkeypatch.setattr(compare.closeup, "closeup", lambda *given: seen.append(given[2:]) or {})
    found = compare.pick(registry, t, s, chosen(10 * row + 3))
    dataset, rows, name, x, label = seen[0]
    assert (dataset, rows, name, label, found["cell"]) == ("mnist", names, "cvaegan-mnist", 7, 10 * row + 3)
    assert torch.allclose(x[0], cells[10 * row + 3], atol=1e-6)


def test_what_draws_pixel_by_pixel_is_blank_until_the_rest_is_shown(monkeypatch):
    drawn = []
    monkeypatch.setattr(compare, "draw_bytes", lambda _registry, name, *_: drawn.append(name) or torch.full((10, 1, 28, 28), 200, dtype=torch.uint8))
    names = compare.rows_for(registry, "mnist")
    slow = [name for name in names if name.startswith("pixel")]
    early = compare.redraw(registry, t, compare.State(number=3))["sheet"]
    assert early["more"]
    assert not set(drawn) & set(slow)
    cells = from_pixels(early["sections"][0]["pixels"]).unflatten(0, (len(names), 10))
    assert [name for name, row in zip(names, cells, strict=True) if float(row.max()) < 0.2] == slow
    (late,) = compare.complete(registry, t, compare.State(number=3))
    assert not late["sheet"]["more"]
    assert late["sheet"]["ask"] == early["ask"] == {"of": "compare", "n": 3}
    assert float(from_pixels(late["sheet"]["sections"][0]["pixels"]).min()) > 0.7


def test_a_family_stands_in_one_row_and_a_model_from_elsewhere_in_its_own():
    names = compare.rows_for(registry, "mnist")
    assert {"vae-mnist", "ae-mnist", "aegan-mnist"} <= set(names)
    assert not any("2d" in name or "gauss" in name for name in names)
    assert compare.rows_for(registry, "sprites") == ["cvaegan-sprites"]


def test_an_address_opens_compare_at_a_sample_and_one_beyond_the_sheet_opens_none():
    opened = compare.open_state(registry, t, compare.State(cell=3, label=99))
    assert opened["closer"]["about"]["model"] == compare.rows_for(registry, "mnist")[0]
    assert opened["label"]["value"] == -1
    assert compare.look_at(registry, t, compare.State(cell=10**6)) == {"sections": []}


def test_a_cell_that_is_picked_becomes_the_target_and_its_rows_picture_the_one_z_goes_to():
    s = swap.State(label=2, target=5, mix=0.3, other=71, walk=0.6, picture=picked(2))
    told = swap.slide(registry, t, s)["top"]["about"]
    assert (told["label"], told["target"], told["mix"], told["walk"]) == (2, 5, 0.3, 0.6)
    assert told["other"] == validation.as_argument(S.x[71:72])
    for meaning, after in (([8, 33], (8, 33, 1.0, 1.0)), ([6, None], (6, 71, 1.0, 0.0))):
        found = swap.pick(registry, t, s, chosen(0, meaning=meaning))
        assert tuple(found[name] for name in ("target", "other", "mix", "walk")) == after
        told = found["top"]["about"]
        assert (told["label"], told["target"], told["mix"], told["walk"]) == (2, after[0], 1.0, after[3])
    assert swap.pick(registry, t, s, chosen(0, meaning=3)) == {}


def test_a_new_picture_is_swapped_from_its_own_class_with_its_own_z():
    found = swap.guess_label(registry, t, swap.State(label=2, target=5, other=71, walk=0.7, picture=picked(4)))
    told = found["top"]["about"]
    assert (found["label"], found["walk"], told["label"], told["walk"]) == (4, 0.0, 4, 0.0)


def test_people_are_chosen_by_their_faces_and_called_by_numbers():
    found = swap.switch(registry, t, swap.State(dataset="faces"))
    people = from_pixels(found["target"]["pictures"])
    assert people.shape == (38, 1, 36, 36)
    assert found["target"]["names"][9] == "person 10"
    assert len(torch.unique(people.flatten(1), dim=0)) == 38
    assert found["target"]["value"] != found["label"]["value"] == 9
    assert found["other"]["numbers"][6] == found["other"]["value"]
    assert swap.switch(registry, t, swap.State())["target"]["pictures"] is None


def holed(k=2):
    mask = torch.zeros(28, 28, dtype=torch.bool)
    mask[12:20, 6:20] = True
    return {"pixels": picked(k)["pixels"], "mask": to_text(mask)}, mask


def test_another_picture_is_repaired_under_the_same_hole_as_its_own_class():
    pad, _ = holed()
    found = inpainting.pick(registry, t, inpainting.State(model="cvae-mnist", label=6, seed=9, passes=3, mask=pad, picture=picked(8)))
    assert (found["label"], found["mask"]["pixels"], found["mask"]["mask"]) == (8, picked(8)["pixels"], pad["mask"])
    assert {"model": "cvae-mnist", "label": 8, "seed": 9, "passes": 3}.items() <= found["film"]["about"].items()


def test_a_hole_that_comes_before_the_picture_chosen_last_is_repaired_in_that_picture():
    pad, _ = holed()
    late = inpainting.State(model="cvae-mnist", label=6, seed=9, passes=3, mask=pad, picture=picked(8))
    assert inpainting.show(registry, t, late) == inpainting.pick(registry, t, late)
    assert set(inpainting.show(registry, t, inpainting.State(label=6, passes=1, mask=pad, picture=picked(2)))) == {"film"}


@pytest.mark.parametrize(
    ("pressed", "dataset", "model", "answers"),
    [
        ("dataset", "fashion", "cvaegan-fashion", "switch"),
        ("model", "fashion", "cvaegan-fashion", "choose"),
        ("model", "fashion", "cvaegan-mnist", "switch"),  # asked before the data set's answer has brought its models
        ("model", "fashion", "nobody/knows-it", "choose"),
    ],
)
def test_a_list_of_models_that_is_left_does_not_take_back_the_data_set_that_was_pressed(pressed, dataset, model, answers):
    control = SimpleNamespace(_id=7)
    answer = events.choose_by(control, lambda *_: "switch", lambda *_: "choose")
    event = gr.EventData(control if pressed == "dataset" else SimpleNamespace(_id=8), {})
    assert answer(registry, t, SimpleNamespace(dataset=dataset, model=model), event) == answers


@pytest.mark.parametrize("seed", [None, -1, 2.5])
@pytest.mark.parametrize("tab", [classes, inpainting, interpolation, pixel])
def test_a_seed_that_is_none_does_not_keep_another_data_set_from_being_chosen(tab, seed):
    control = SimpleNamespace(_id=7)
    choose = events.choose_by(control, tab.switch, None)
    assert choose(registry, t, tab.State(dataset="fashion", seed=seed), gr.EventData(control, {}))["seed"] == 0
    assert choose(registry, t, tab.State(dataset="fashion", seed=8), gr.EventData(control, {}))["seed"] == 8


def test_a_sample_that_is_picked_brings_its_class_and_the_hole_stays():
    pad, _ = holed()
    found = pixel.pick_sample(registry, t, pixel.State(model="pixelcnn-mnistbin", picture=picked(8), mask=pad))
    assert (found["mask"]["mask"], found["mask"]["pixels"], found["label"]) == (pad["mask"], picked(8)["pixels"], 8)
    assert pixel.pick_sample(registry, t, pixel.State(model="pixelgan-mnist", label=17, picture=picked(8), mask=pad))["label"] == 17


def test_a_ways_ends_are_the_first_picture_and_the_other():
    s = interpolation.State(seed=4, path="spherical", picture=picked(2), other=picked(35), number=3)
    shown = interpolation.show(registry, t, s)
    start, end = (MODEL.encode(S.x[k : k + 1], S.y[k : k + 1]).mean[0].tolist() for k in (2, 35))
    about = shown["film"]["about"]
    assert about["start"] == pytest.approx(start, abs=1e-4)
    assert about["end"] == pytest.approx(end, abs=1e-4)
    assert (about["labels"], about["interpolation"]) == ([2, 5], "spherical")
    assert shown["plane"]["z"][2] == pytest.approx(torch.randn(2, 16, generator=seeded(4))[0].tolist(), abs=1e-4)
    assert all(value["ask"] == {"of": "interpolate", "n": 3} for value in shown.values())


def test_what_the_tabs_begin_with_is_what_their_controls_say(page):
    hero, rows, dataset, model, label, *values = visit(page, classes, label=4, seed=11, walk=0.5, temperature=0.5, other=2, mix=0.25)
    assert (
        hero["about"] == rows["about"] == {"model": "cvaegan-mnist", "label": 4, "other": 2, "mix": 0.25, "seed": 11, "walk": 0.5, "temperature": 0.5}
    )
    assert (dataset, model["value"], label["value"]) == ("mnist", "cvaegan-mnist", 4)
    assert [value["value"] if isinstance(value, dict) else value for value in values] == [11, 0.5, 0.5, 2, 0.25]
    top = visit(page, swap, label=3, target=9, mix=0.25, other=50, walk=0.75, picture=12)[0]["about"]
    assert (top["label"], top["target"], top["mix"], top["walk"]) == (3, 9, 0.25, 0.75)
    assert top["image"] == validation.as_argument(S.x[12:13])
    assert top["other"] == validation.as_argument(S.x[50:51])


def test_the_api_has_its_eight_endpoints_under_their_own_names_and_nothing_else(page):
    public = {f.api_name for f in page.fns.values() if f.api_visibility == "public"}
    assert public == {function.__name__ for function in api.ENDPOINTS}


@pytest.fixture(scope="module")
def endpoints():
    """The endpoints, whose files are bytes, and a folder to send pictures from."""
    server = api.Server(registry, SimpleNamespace(file=lambda png: png))
    return {function.__name__: api.bind(server, function) for function in api.ENDPOINTS}


def opened(png: bytes) -> torch.Tensor:
    """The cells of a sheet of one row, (N, 1, 28, 28)."""
    x = images.to_tensor(Image.open(io.BytesIO(png)))
    return torch.cat(x.split(28, dim=3))


def near(png: bytes, x) -> bool:
    return float((opened(png) - x).abs().max()) < 1.6 / 255


@pytest.fixture
def seven(tmp_path):
    (tmp_path / "seven.png").write_bytes(images.png(S.x[7:8]))
    return str(tmp_path / "seven.png")


@pytest.fixture
def mask(tmp_path):
    hole = np.zeros((28, 28), np.uint8)
    hole[10:20, 8:20] = 200
    hole[0:2] = 100  # less than half white is no hole
    Image.fromarray(hole).save(tmp_path / "mask.png")
    return str(tmp_path / "mask.png")


HOLE = torch.zeros(28, 28, dtype=torch.bool)
HOLE[10:20, 8:20] = True


def test_the_api_generates_at_the_temperature_and_seed_asked_for(endpoints):
    png, said = endpoints["generate"]("cvaegan-mnist", 5, 6, 11, 0.6)
    z = 0.6 * torch.randn(6, 16, generator=seeded(11))
    assert near(png, MODEL.decode(z, torch.full((6,), 5)))
    assert torch.allclose(torch.tensor(said["z"]), z)
    read = registry.classifier("mnist").logits(MODEL.decode(z, torch.full((6,), 5))).softmax(dim=1).max(dim=1)
    assert [v["label"] for v in said["verdicts"]] == read.indices.tolist()
    assert [v["probability"] for v in said["verdicts"]] == pytest.approx(read.values.tolist(), abs=1e-4)
    ((png, _),) = endpoints["sample"]("cvaegan-mnist", 5, 6, 11, 0.6)
    assert near(png, MODEL.decode(z, torch.full((6,), 5)))


def test_the_api_decodes_and_goes_from_start_to_end(endpoints):
    a, b = torch.randn(2, 16, generator=seeded(2)).tolist()
    png, _ = endpoints["decode"]("cvaegan-mnist", a, 4)
    assert near(png, MODEL.decode(torch.tensor([a]), torch.tensor([4])))
    for path in ("linear", "spherical"):
        png, said = endpoints["interpolate"]("cvaegan-mnist", a, b, 4, 5, path)
        assert near(png, ops.interpolate(MODEL, torch.tensor(a), torch.tensor(b), 5, torch.tensor([4]), path))
        assert (said["start"], said["end"]) == (pytest.approx(a), pytest.approx(b))


def test_the_api_encodes_and_swaps_with_the_class_given_and_guesses_where_it_is_none(endpoints, seven):
    for label, own in ((3, 3), (-1, 7)):
        said, q = endpoints["encode"]("cvaegan-mnist", seven, label), MODEL.encode(S.x[7:8], torch.tensor([own]))
        assert said["label"] == own
        assert said["mean"] == pytest.approx(q.mean[0].tolist(), abs=1e-4)
        assert said["logvar"] == pytest.approx(q.logvar[0].tolist(), abs=1e-4)
        png, told = endpoints["swap"]("cvaegan-mnist", seven, label, [5, 2])
        assert near(png, MODEL.decode(q.mean.expand(2, -1), torch.tensor([5, 2])))
        assert told["targets"] == [5, 2]
    assert endpoints["encode"]("ae2d-mnist", seven, None)["logvar"] == [None, None]
    assert endpoints["swap"]("cvaegan-mnist", seven, 3, "")[1]["targets"] == list(range(10))


def test_the_api_repairs_the_white_of_a_mask_by_the_passes_and_the_seed(endpoints, seven, mask):
    png, said = endpoints["inpaint"]("cvaegan-mnist", seven, mask, 3, 4, 9)
    frames = torch.cat(list(ops.inpaint(MODEL, S.x[7:8], HOLE, torch.tensor([3]), passes=4, rng=seeded(9))))
    assert near(png, frames)
    start = MODEL.decode(torch.randn(1, 16, generator=seeded(9)), torch.tensor([3]))
    inside = torch.cat([start, frames])[:, 0, HOLE]
    assert said["change"] == pytest.approx((inside[1:] - inside[:-1]).abs().mean(dim=1).tolist(), abs=1e-5)


def test_the_api_completes_at_the_temperature_guidance_and_seed_asked_for(endpoints, seven, mask, monkeypatch):
    seen = {}
    monkeypatch.setattr(api.ops, "complete", lambda model, n, y, **more: seen.update(more, n=n, y=y) or iter([S.x[:n]] * 28))
    *_, (_, said) = endpoints["sample"]("pixelcnn-mnist", 3, 2, 11, 0.6, seven, mask, 1.5)
    assert (seen["n"], seen["y"].tolist(), seen["temperature"], seen["guidance"]) == (2, [3, 3], 0.6, 1.5)
    assert torch.equal(seen["mask"], HOLE)
    assert torch.equal(seen["image"], registry.model("pixelcnn-mnist").quantize(S.x[7:8]))
    assert torch.equal(torch.rand(3, generator=seen["rng"]), torch.rand(3, generator=seeded(11)))
    assert (said["done"], said["final"], said["guidance"]) == (1.0, True, 1.5)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("generate", ("cvaegan-mnist", 5, 65, 0, 1.0)), ("generate", ("cvaegan-mnist", 5, 1, 0, 3.1)), ("sample", ("pixelcnn-mnist", 5, 1, 0, 0.04)),
        ("sample", ("pixelcnn-mnist", 5, 1, 0, 1.0, None, None, 8.5)), ("interpolate", ("cvaegan-mnist", [0.0] * 16, [1.0] * 16, 0, 1, "linear")),
        ("decode", ("cvaegan-mnist", [1e6 + 1] + [0.0] * 15, 0)), ("generate", ("cvaegan-mnist", -1, 1, 0, 1.0)),
    ],
)  # fmt: skip
def test_the_api_takes_nothing_beyond_its_bounds(endpoints, name, given):
    with pytest.raises(ValueError, match="must be|million"):
        list(endpoints[name](*given))


def test_a_download_tells_the_api_what_made_it(endpoints):
    png, _ = endpoints["generate"]("cvaegan-mnist", 5, 2, 11, 0.6)
    told = json.loads(Image.open(io.BytesIO(png)).text["latent-atelier"])
    assert {k: told[k] for k in ("label", "n", "seed", "temperature")} == {"label": 5, "n": 2, "seed": 11, "temperature": 0.6}
