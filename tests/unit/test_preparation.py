"""Own pictures as the models know them: strangers' photographs, drawings, what is ready already, what is refused."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from demo import samples
from genlib import hub, images, ood, preparation
from genlib.data import own
from genlib.errors import InputError
from genlib.preparation import Handle, clothes, digits
from tests.bench.uploads import drawn, empty_tables, labelled, probabilities, read, right
from tests.photographs import photograph

PICTURES = Path(__file__).parents[1] / "pictures"


def encoded(picture: Image.Image | np.ndarray, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(out, kind, **options)
    return out.getvalue()


def page(height: int = 300, width: int = 300, level: int = 230) -> np.ndarray:
    return np.full((height, width), level, np.uint8)


def prepared(raw: bytes, kind: str = "digits", handle: Handle = Handle()):  # noqa: B008
    return preparation.prepare(raw, kind, 28, 1, handle)


def box_of(x: torch.Tensor) -> tuple[int, int]:
    """Height and width of what is bright in (1, 1, H, W)."""
    seen = x[0, 0] > 0.3
    return int(seen.any(dim=1).sum()), int(seen.any(dim=0).sum())


def centre_of(x: torch.Tensor) -> tuple[float, float]:
    weight = x[0, 0] / x.sum()
    return float((weight.sum(1) * torch.arange(28)).sum()), float((weight.sum(0) * torch.arange(28)).sum())


@pytest.fixture(scope="module")
def strangers():
    raws, y = labelled(PICTURES / "digits")
    return read(raws, "digits"), y


def test_strangers_digits_are_read_right(strangers):
    x, y = strangers
    p = probabilities(hub.load("classifier-mnist"), x)
    assert right(p, y) == 1
    assert float((p[range(len(y)), y] > 0.9).float().mean()) >= 0.85


def test_strangers_digits_have_mnists_ink_and_frame(strangers):
    x, _ = strangers
    assert 0.10 <= float(x.mean()) <= 0.14
    for one in x.split(1):
        assert max(box_of(one)) in (19, 20, 21)
        assert max(abs(v - 14) for v in centre_of(one)) <= 0.6


def test_a_neighbour_at_the_rim_is_left_out():
    raws, y = labelled(PICTURES / "digits-wide")
    assert right(probabilities(hub.load("classifier-mnist"), read(raws, "digits")), y) == 1
    assert any("Other marks left out" in str(note) for raw in raws for note in prepared(raw).notes)


@pytest.mark.parametrize(("name", "label"), [("shadow4", 4), ("colour7", 7), ("lined3", 3), ("tilt3", 3)])
def test_shadow_colour_ruled_paper_and_tilt_are_seen_through(name, label):
    x = prepared((PICTURES / f"{name}.jpg").read_bytes()).x
    assert int(hub.load("classifier-mnist").logits(x).argmax()) == label


def test_digits_photographed_by_the_maker_are_read_nearly_as_well_as_plain_ones():
    s = samples.load("mnist")
    raws = [photograph(one[0].numpy(), np.random.default_rng(i), s.x[i - 1, 0].numpy() if i % 5 == 0 else None) for i, one in enumerate(s.x)]
    assert right(probabilities(hub.load("classifier-mnist"), read(raws, "digits")), s.y) >= 0.93


def test_the_maker_is_a_function_of_its_seed():
    digit = samples.load("mnist").x[3, 0].numpy()
    assert photograph(digit, np.random.default_rng(5)) == photograph(digit, np.random.default_rng(5))
    assert photograph(digit, np.random.default_rng(5)) != photograph(digit, np.random.default_rng(6))


def test_chalk_on_a_board_is_the_same_as_ink_on_paper():
    raw = (PICTURES / "digits" / "329_9.jpg").read_bytes()
    plain, negative = prepared(raw), prepared(encoded(ImageOps.invert(Image.open(io.BytesIO(raw)).convert("RGB"))))
    assert plain.invert
    assert not negative.invert
    assert float((plain.x - negative.x).abs().mean()) < 0.02


@pytest.mark.parametrize("level", [240, 150, 90, 60])
def test_paper_of_any_grey_holds_darker_ink(level):
    paper = page(level=level)
    paper[60:240, 140:160] = level // 3
    height, width = box_of(prepared(encoded(paper)).x)
    assert height in (19, 20, 21)
    assert width <= 5


def test_a_picture_is_turned_and_inverted_as_it_was_asked_to_be():
    raw = (PICTURES / "digits" / "327_7.jpg").read_bytes()
    lying = encoded(Image.open(io.BytesIO(raw)).convert("RGB").rotate(90, expand=True))
    assert float((prepared(lying, handle=Handle(turn=1)).x - prepared(raw).x).abs().mean()) < 0.02
    assert prepared(raw, handle=Handle(invert=False)).invert is False


def test_what_a_person_framed_is_what_is_read():
    both = page(200, 400)
    both[40:160, 90:110] = 20  # a one
    both[40:160, 250:264] = both[40:54, 250:340] = 20  # a corner, heavier
    whole = prepared(encoded(both))
    assert box_of(whole.x)[1] > 12
    assert any("same weight" in str(note) for note in whole.warnings)
    left = prepared(encoded(both), handle=Handle(cut=(0.0, 0.0, 0.5, 1.0)))
    assert box_of(left.x)[1] <= 5
    assert left.cut == (0.0, 0.0, 0.5, 1.0)


@pytest.mark.parametrize("handle", [{"turn": 4}, {"turn": -1}, {"cut": (0.5, 0.0, 0.5, 1.0)}, {"cut": (0.0, 0.0, 2.0, 1.0)}])
def test_a_handle_out_of_bounds_is_refused(handle):
    with pytest.raises(InputError):
        Handle(**handle)


def test_strokes_of_every_width_come_to_the_same():
    widths = []
    for pen in (8, 16, 30):
        paper = page(400, 400)
        paper[80:320, 200 - pen // 2 : 200 + pen // 2] = 30
        paper[80 : 80 + pen, 120:280] = 30
        widths.append(float(prepared(encoded(paper)).x.mean()))
    assert max(widths) < 1.25 * min(widths)


def test_a_drawing_of_any_size_means_the_same():
    x = {side: drawn(PICTURES / "strokes", side)[0] for side in (60, 240)}
    assert float((x[60] - x[240]).abs().mean()) < 0.01


def test_two_peoples_drawings_are_read():
    x, y = drawn(PICTURES / "strokes", 150)
    assert right(probabilities(hub.load("classifier-mnist"), x), y) >= 0.94
    assert 0.08 <= float(x.mean()) <= 0.12


@pytest.mark.parametrize("value", ["x", [[1, 2]], [[[1, float("nan")]]], [[["a", "b"]]], [[[1, 2, 3]]], [[[1e9, 0]]], 7, [[[0, 0]] * 20_001]])
def test_what_is_no_drawing_is_refused(value):
    with pytest.raises(InputError):
        preparation.draw(value, "digits", 28)


def test_a_dot_is_a_dot_and_nothing_is_refused():
    assert box_of(preparation.draw([[[50, 50]]], "digits", 28).x) != (0, 0)
    with pytest.raises(images.PictureError, match="empty"):
        preparation.draw([], "digits", 28)


@pytest.mark.parametrize("name", ["mnist", "fashion", "sprites"])
@pytest.mark.parametrize("way", [Image.Resampling.NEAREST, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS])
def test_a_picture_of_the_data_set_enlarged_comes_back_as_it_was(name, way):
    x = samples.load(name).x[7:12]
    size, channels, kind = x.shape[-1], x.shape[1], preparation.DATASET_KINDS[name]
    for one in x.split(1):
        big = Image.fromarray(images.sheet(one)).resize((size * 10,) * 2, way)
        assert float((preparation.prepare(encoded(big), kind, size, channels).x - one).abs().mean()) < 0.012


def test_a_photograph_is_not_taken_for_an_enlarged_picture():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (280, 280), dtype=np.uint8))
    area = np.asarray(noise.resize((28, 28), Image.Resampling.BOX))
    assert (np.asarray(images.square(noise, 28, 1)) == area).all()


def article(ground: int = 235, tone: int = 60) -> np.ndarray:
    """A dark garment of 200×120 in a corner of a plain ground, with the grain of a photograph."""
    scene = np.random.default_rng(0).normal(ground, 3, (400, 300, 3))
    scene[30:230, 40:160] += tone - ground
    return scene.clip(0, 255).astype(np.uint8)


def test_clothes_are_cut_out_negated_and_framed():
    made = prepared(encoded(article()), "clothes")
    height, width = box_of(made.x)
    assert height == 28
    assert 16 <= width <= 18
    assert float(made.x[0, 0, 14, 14]) == pytest.approx((255 - 60) / 255, abs=0.03)
    assert float(made.x[0, 0, :, 0].max()) == 0
    left = int((made.x[0, 0].max(dim=0).values > 0.3).nonzero()[0])
    assert abs(left - (28 - width) / 2) <= 1
    assert not made.warnings
    assert float(prepared(encoded(article()), "clothes", Handle(invert=False)).x[0, 0, 14, 14]) == pytest.approx(60 / 255, abs=0.03)


def test_strangers_clothes_are_read_as_well_as_was_measured():
    raws, y = labelled(PICTURES / "clothes")
    some = slice(None, None, 3)
    assert right(probabilities(hub.load("classifier-fashion"), read(raws[some], "clothes")), y[some]) >= 0.4


def test_the_same_picture_gives_the_same_clothes_each_time():
    raw = labelled(PICTURES / "clothes")[0][4]
    assert torch.equal(prepared(raw, "clothes").x, prepared(raw, "clothes").x)


def test_an_empty_table_is_said_to_hold_nothing():
    assert all(prepared(raw, "clothes").warnings for raw in empty_tables(4))
    with pytest.raises(images.PictureError, match="blank"):
        prepared(encoded(page()), "clothes")


def test_noise_and_digits_are_unlike_clothes_and_clothes_are_not():
    known, classifier = (function(hub.BUNDLED / "classifier-fashion") for function in (ood.load_reference, hub.checkpoint.load))
    noise = torch.rand(20, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    share = [float(known.is_unlike(classifier.features(x)).float().mean()) for x in (noise, samples.load("mnist").x, samples.load("fashion").x)]
    assert share[0] >= 0.9
    assert share[1] >= 0.9
    assert share[2] <= 0.1


def test_the_tenth_nearest_decides_and_a_share_of_held_out_ones_lies_beyond():
    known = ood.make_reference(torch.arange(20.0)[:, None], torch.linspace(0, 19, 101)[:, None], share=0.05)
    assert float(known.distance(torch.tensor([[0.0]]))) == 9.0
    assert float(known.distance(torch.tensor([[9.5]]))) == pytest.approx(4.5)
    beyond = known.is_unlike(torch.linspace(0, 19, 101)[:, None]).float().mean()
    assert 0.02 <= float(beyond) <= 0.05


def test_a_reference_comes_back_as_it_was_written(tmp_path):
    known = ood.make_reference(torch.randn(30, 4), torch.randn(50, 4))
    ood.save_reference(known, tmp_path)
    again = ood.load_reference(tmp_path)
    assert torch.equal(again.features, known.features)
    assert again.threshold == pytest.approx(known.threshold)
    assert ood.load_reference(tmp_path / "none") is None


def test_every_data_sets_pictures_have_a_kind():
    kinds = {
        name: preparation.kind_of(hub.bundled_checkpoints()[name])
        for name in ("cvaegan-mnist", "cvaegan-fashion", "cvaegan-faces", "cvaegan-sprites")
    }
    assert list(kinds.values()) == ["digits", "clothes", "faces", "colour"]
    with pytest.raises(InputError, match="digits, clothes"):
        preparation.prepare(encoded(page()), "trees", 28, 1)


def test_stages_are_there_to_be_seen():
    assert list(prepared((PICTURES / "digits" / "320_0.jpg").read_bytes()).stages) == ["photograph", "light", "ink", "symbol", "frame"]
    assert list(prepared(encoded(article()), "clothes").stages) == ["photograph", "ground", "negative", "frame"]


def test_light_is_divided_out_to_the_same_contrast_everywhere():
    ramp = np.linspace(240, 110, 400)[None, :, None].repeat(300, 0).repeat(3, 2)
    for column in (60, 200, 340):
        ramp[100:200, column : column + 12] *= 0.4
    contrast = digits.divide_light(ramp.astype(np.uint8), True).mean(axis=2)
    depths = [float(np.median(contrast[110:190, column + 3 : column + 9])) for column in (60, 200, 340)]
    assert max(depths) - min(depths) < 0.12
    assert min(depths) > 0.7  # log(1 / 0.4) is 0.92


def test_an_article_that_leaves_the_picture_is_doubted():
    inside, across = np.zeros((2, 40, 40), bool)
    inside[10:30, 10:30] = across[10:, :] = True
    assert not clothes.warn(inside, edge=80.0)
    assert "reaches the edge" in str(clothes.warn(across, edge=80.0)[0])
    assert "No ground" in str(clothes.warn(inside, edge=5.0)[0])


def test_a_face_is_seen_in_a_photograph_of_any_kind_but_digits_and_none_in_clothes():
    lit = samples.load("faces").x[[0, 6, 12, 18]]
    shown = [images.png(x[None]) for x in lit]
    assert any(preparation.shows_face(raw, "colour") for raw in shown)  # one is enough to ask
    assert [preparation.shows_face(raw, "digits") for raw in shown] == [False] * 4
    assert [preparation.shows_face(raw, "faces") for raw in shown] == [True] * 4
    worn = [path.read_bytes() for path in sorted((PICTURES / "clothes").glob("*.jpg"))[:10]]
    assert len(worn) == 10
    assert not any(preparation.shows_face(raw, "clothes") for raw in worn)
    small = torch.nn.functional.interpolate(lit[:1], size=44, mode="area")
    assert not preparation.shows_face(images.png(small), "colour")  # too small to be looked at


def test_who_trains_from_the_shell_reads_how_many_pictures_show_a_face(tmp_path):
    (tmp_path / "ann").mkdir()
    for k, x in enumerate(samples.load("faces").x[:3]):
        (tmp_path / "ann" / f"{k}.png").write_bytes(images.png(x[None]))
    said = " ".join(own.describe_pictures(own.folder(tmp_path, 64, 1, "faces"), "faces"))
    assert "3 of 3 show a face, the first ann/0.png: let only those be learned who agreed to it" in said
    assert "show a face" not in " ".join(own.describe_pictures(own.folder(tmp_path, 28, 1, "digits"), "digits"))
