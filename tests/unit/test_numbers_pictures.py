"""Pictures in and out, what their preparation makes of them, and the numbers of curves, tables, cards and distances."""

import io
import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

from genlib import card, checkpoint, curves, images, ood, preparation, table
from genlib.data import characters, yale
from genlib.evaluation.figures import FIGURES, Figure
from genlib.preparation import base, clothes, digits, faces, plain, strokes
from genlib.preparation.base import Handle


def seeded(k: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(k)


def encoded(picture, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(out, kind, **options)
    return out.getvalue()


def test_a_grey_becomes_the_nearest_byte_and_what_is_beyond_its_end():
    x = torch.tensor([-1.0, 0.0, 0.49 / 255, 0.51 / 255, 127.6 / 255, 1.0, 3.0]).view(1, 1, 1, 7)
    assert images.to_uint8(x).flatten().tolist() == [0, 0, 0, 1, 128, 255, 255]
    rgb = torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1, 1)
    assert images.to_uint8(rgb).flatten().tolist() == [255, 128, 0]
    torch.testing.assert_close(images.to_tensor(Image.fromarray(np.array([[[255, 128, 0]]], np.uint8))), rgb, atol=0.002, rtol=0)


def test_cells_follow_each_other_row_by_row_and_the_last_row_is_filled_with_black():
    x = torch.arange(1, 6).view(5, 1, 1, 1).expand(5, 1, 2, 3) / 255
    sheet = images.sheet(x, 2)
    assert sheet.shape == (6, 6)
    assert sheet[::2, ::3].tolist() == [[1, 2], [3, 4], [5, 0]]
    many = torch.arange(130).view(130, 1, 1, 1) / 255
    assert images.sheet(many, 130).flatten().tolist() == list(range(130))


def test_a_large_picture_is_averaged_over_whole_squares():
    big = np.random.default_rng(0).integers(0, 256, (60, 3 * 1024 + 5), np.uint8)
    small = images.open_picture(encoded(big))
    assert small.size == (-(-(3 * 1024 + 5) // 3), 20)
    assert np.asarray(small)[4, 7] == pytest.approx(big[12:15, 21:24].mean(), abs=0.6)
    assert images.open_picture(encoded(np.zeros((10, 2047), np.uint8))).size == (2047, 10)


@pytest.mark.parametrize(("top", "levels"), [(65535, (0, 32768, 65535)), (255, (0, 128, 255))])
def test_a_picture_of_many_bits_is_scaled_by_what_they_can_hold(top, levels):
    picture = Image.fromarray(np.array([levels], np.int32), "I")
    assert list(images.plain(picture).tobytes()) == [0, 128, 255]


def test_what_shines_through_is_white_behind_dark_ink_and_black_behind_light_ink():
    for ink, ground in ((0, 255), (100, 255), (185, 255), (200, 0), (255, 0)):
        picture = Image.new("RGBA", (10, 10), (ink, ink, ink, 0))
        picture.paste((ink, ink, ink, 255), (2, 2, 5, 5))
        seen = np.asarray(images.opaque(picture).convert("L"))
        assert (seen[0, 0], seen[3, 3]) == (ground, ink)


def test_a_centre_square_is_averaged_by_area():
    grey = np.random.default_rng(1).integers(0, 256, (6, 10), np.uint8)
    made = np.asarray(images.square(Image.fromarray(grey), 2, 1))
    expected = grey[:, 2:8].reshape(2, 3, 2, 3).mean(axis=(1, 3))
    assert np.abs(made - expected).max() <= 0.51


def ruled(height: int = 200, width: int = 300) -> np.ndarray:
    """Each pixel of its own grey, dark above and to the left."""
    return np.add.outer(np.arange(height), np.arange(width)).clip(0, 255).astype(np.uint8)


def test_a_picture_is_turned_clockwise_and_cut_by_shares_of_what_is_then_upright():
    picture = Image.fromarray(ruled())
    turned = base.upright(encoded(picture), Handle(turn=1))
    assert turned.size == (200, 300)
    assert np.array_equal(np.asarray(turned), np.rot90(np.asarray(picture), -1))
    part = np.asarray(base.crop(picture, (0.1, 0.25, 0.5, 1.0)))
    assert np.array_equal(part, np.asarray(picture)[50:200, 30:150])
    assert base.look(Image.new("L", (800, 400))).shape == (200, 400, 3)
    assert base.look(Image.new("L", (300, 200))).shape == (200, 300, 3)


def test_a_mask_lies_in_its_box_and_its_rim_is_the_border():
    mask = np.zeros((7, 9), bool)
    mask[2:5, 3:8] = True
    assert base.box(mask) == (3, 2, 8, 5)
    ring = np.zeros((4, 5), int)
    ring[1:-1, 1:-1] = 9
    assert base.border(ring).tolist() == [0] * 18


@pytest.mark.parametrize(("kind", "dark", "turned"), [("digits", False, True), ("digits", True, False), ("faces", False, False)])
def test_without_opencv_what_lies_on_light_ground_is_turned_to_light_on_dark(kind, dark, turned):
    picture = np.full((40, 40), 30 if dark else 220, np.uint8)
    picture[10:30, 10:30] = 120
    made = plain.prepare(Image.fromarray(picture), 28, kind)
    assert made.invert is turned
    corner = (255 - picture[0, 0] if turned else picture[0, 0]) / 255
    assert made.x[0, 0, 0, 0].item() == pytest.approx(float(corner), abs=0.01)


def test_a_strokes_width_and_size_are_the_data_sets():
    grey = strokes.draw_strokes([np.array([[0.0, 0.0], [0.0, 300.0]])])
    assert grey.shape[0] == 20
    assert grey[5:15].sum(axis=1) == pytest.approx(1.7, abs=0.3)
    corner = np.array([[0.0, 0.0], [0.0, 200.0], [100.0, 200.0]])
    for width in (1.7, 3.4):
        assert strokes.draw_strokes([corner], width)[5:10].sum(axis=1) == pytest.approx(width + 1 / 8, abs=0.16)
    elbow = strokes.draw_strokes([corner])
    assert elbow[5:10].sum(axis=1) == pytest.approx(1.7 + 1 / 8, abs=0.16)
    assert elbow.shape[0] == 20
    assert elbow.shape[1] == pytest.approx((20 - 1.7) / 2 + 1.7, abs=1)
    assert elbow[-1, -3] > 0.3 > elbow[0, -3]
    dot = strokes.draw_strokes([np.array([[5.0, 5.0], [6.0, 6.0]])])
    assert dot.shape == (2, 2)


def test_a_drawing_stands_with_its_centre_of_mass_at_pixel_fourteen():
    grey = np.zeros((20, 9), np.float32)
    grey[:, 7:], grey[0] = 1.0, 1.0  # heavy on the right, and above
    out = strokes.frame(grey).astype(float)
    mass = out / out.sum()
    assert (mass.sum(axis=1) @ np.arange(28), mass.sum(axis=0) @ np.arange(28)) == (pytest.approx(14, abs=0.51), pytest.approx(14, abs=0.51))


@pytest.mark.parametrize(("kind", "side"), [("digits", 20), ("clothes", 28)])
def test_a_drawing_fills_the_box_its_data_set_fills(kind, side):
    x = preparation.draw([[[0, 0], [0, 100], [30, 100]]], kind, 28).x[0, 0]
    assert int((x.max(dim=1).values > 0.1).sum()) in (side - 1, side)
    assert x.sum() == pytest.approx(float(strokes.draw_strokes([np.array([[0.0, 0], [0, 100], [30, 100]])], side=side).sum()), rel=0.01)  # whole


@pytest.mark.parametrize("width", [6, 12, 24])
def test_a_strokes_width_is_measured_and_drawn_at_mnists(width):
    bar = np.zeros((1500, 200), bool)
    bar[40:1460, 80 : 80 + width] = True
    assert digits.measure_stroke(bar) == pytest.approx(width + 2, abs=0.2)  # four times the mean of 1, 2 … ½w … 2, 1
    corner = np.zeros((200, 200), bool)
    corner[40:160, 40 : 40 + width] = corner[160 - width : 160, 40:160] = True
    drawn = digits.draw_at_width(corner)
    assert drawn.shape == (20, 20)
    assert drawn[3:12].sum(axis=1).mean() == pytest.approx(2.4 - 2 / 8, abs=0.125)  # so measured, on a grid eight times finer


def test_an_edge_is_moved_by_as_much_as_is_said():
    solid = np.zeros((60, 60), bool)
    solid[20:40] = True
    for by in (-4, 0, 3):
        assert digits.move_edge(solid, by, 1.0)[:, 30].sum() == pytest.approx(20 + 2 * by, abs=0.8)


def test_contrast_is_the_logarithm_of_a_grey_over_its_ground():
    rgb, ground = np.full((9, 9, 3), 40, np.uint8), np.full((3, 3, 3), 200, np.float32)
    assert digits.contrast_with(rgb, ground) == pytest.approx(np.log(48 / 208), abs=1e-4)


def marks(*boxes, side: int = 100) -> digits.Marks:
    ink = np.zeros((side, side), bool)
    for top, left, bottom, right in boxes:
        ink[top:bottom, left:right] = True
    return digits.Marks.of(ink)


def test_of_several_marks_the_heaviest_counts_and_what_lies_near_it_and_none_at_the_rim():
    main, near, far, speck, rim = (30, 30, 70, 40), (30, 46, 50, 50), (30, 60, 60, 66), (10, 10, 12, 12), (0, 80, 60, 100)
    symbol, others = digits.find_symbol(marks(main, near, far, speck, rim))
    assert symbol[30:70, 30:40].all()
    assert symbol[30:50, 46:50].all()  # six pixels away of forty: within 0.22
    assert not symbol[:, 55:].any()
    assert not symbol[10:12, 10:12].any()
    assert others == 2  # far and rim; a speck is nothing
    alone, _ = digits.find_symbol(marks(rim))
    assert alone[:60, 80:].all()


def test_much_ink_and_a_second_mark_as_heavy_are_doubted():
    def said(*boxes):
        found = marks(*boxes)
        return [str(note)[:14] for note in digits.warn(found, digits.find_symbol(found)[0])]

    assert said((10, 10, 80, 80)) == ["More than two "]
    assert said((10, 10, 60, 80)) == []  # 35 of 100
    assert said((10, 10, 60, 20), (10, 60, 50, 70)) == ["There are two "]  # four fifths
    assert said((10, 10, 60, 20), (10, 60, 35, 70)) == []  # a half


def test_a_picture_framed_as_mnists_is_ready_and_one_of_another_size_or_place_is_not():
    def framed(top, left, bottom, right):
        grey = np.zeros((56, 56), np.uint8)
        grey[top:bottom, left:right] = 255
        return digits.is_ready(grey)

    assert framed(8, 22, 48, 34)  # 40 of 56
    assert not framed(14, 24, 44, 32)  # 30: 15 of 28
    assert not framed(2, 22, 54, 34)  # 26 of 28
    assert not framed(8, 28, 48, 40)  # three pixels of 28 to the right
    assert not digits.is_ready(np.full((56, 56), 30, np.uint8))


def test_an_article_fills_its_frame_and_stands_in_the_middle():
    out = clothes.frame(np.full((70, 35), 200, np.uint8))
    assert (out > 100).any(axis=1).all()
    assert np.flatnonzero((out > 100).any(axis=0)).tolist() == list(range(7, 21))


@pytest.mark.parametrize(("apart", "sure"), [(60, True), (25, True), (15, False)])
def test_an_article_stands_out_of_its_ground_by_what_their_colours_differ(apart, sure):
    rgb = np.full((120, 120, 3), 200, np.uint8)
    mask = np.zeros((120, 120), bool)
    mask[30:90, 30:90] = True
    rgb[mask] = [200, 200 - apart, 200]
    edge = clothes.measure_edge(rgb, mask)
    smoothed = sum(math.erf((k + 0.5) / 1.5 / math.sqrt(2)) for k in range(4)) / 4  # a step blurred by 1.5, over the four pixels on each side
    assert edge == pytest.approx(smoothed * apart, rel=0.03)
    assert (not clothes.warn(mask, edge)) is sure


def test_a_face_is_cut_where_the_data_set_cuts_its_own(monkeypatch):
    class Detector:
        def detectMultiScale(self, seen, *_args, **_more):  # noqa: N802
            return np.array([[130, 140, 50, 50], [160, 160, 100, 100]])

    monkeypatch.setattr(faces, "detector", lambda: Detector())
    pad = 300 // 3
    first, second = faces.find(np.zeros((200, 300), np.uint8))
    assert first == (round(160 - pad + 13.9), round(160 - pad + 23.1), 74)
    assert second[2] == 37


def test_people_and_lights_are_split_by_names_in_the_shares_that_are_said():
    pairs = [(f"yaleB{k:02}", f"{a:+04d}{e:+03d}") for k in range(38) for a in range(-120, 121, 5) for e in (-20, 0, 20)]
    share = {split: sum(yale.belongs(*pair, split) for pair in pairs) / len(pairs) for split in ("test", "validation", "fit")}
    assert share == pytest.approx({"test": 0.15, "validation": 0.1, "fit": 0.75}, abs=0.012)
    share = {split: sum(characters.belongs(k, split) for k in range(20_000)) / 20_000 for split in ("test", "validation", "fit")}
    assert share == pytest.approx({"test": 0.1, "validation": 0.1, "fit": 0.8}, abs=0.01)


def test_a_flash_that_missed_is_left_out_and_a_dark_face_is_not(tmp_path):
    for level, kept in ((1, False), (3, True)):
        Image.new("L", (168, 192), level).save(tmp_path / f"{level}.pgm")
        assert (yale.read(tmp_path / f"{level}.pgm") is not None) is kept


def test_a_poses_cell_is_that_of_its_action_view_and_frame(tmp_path):
    sheet = np.zeros((21 * 64, 13 * 64, 4), np.uint8)
    for r in range(21):
        for c in range(13):
            sheet[64 * r : 64 * r + 64, 64 * c : 64 * c + 64] = (r, c, 0, 255)
    Image.fromarray(sheet).save(tmp_path / "s.png")
    cells = characters.cells(tmp_path / "s.png")[:, :2, 0, 0].tolist()
    places = dict(zip([name for name, *_ in characters.POSES], cells, strict=True))
    assert len(places) == 45
    assert (places["walk 0 front"], places["cast 4 left"], places["slash 5 right"]) == ([10, 0], [1, 4], [15, 5])
    assert characters.LABELS[3 * 216 + 1 * 36 + 4 * 6 + 2] == "3 1 4 2"


def test_a_layer_covers_what_lies_below_by_its_opacity():
    x = torch.zeros(25, 1, 4, 64, 64, dtype=torch.uint8)
    x[1, :, 0], x[1, :, 3] = 200, 255  # body 1: opaque red
    x[6 + 2, :, 1], x[6 + 2, :, 3] = 100, 51  # bottom 2: a fifth of green
    images = characters.Sprites(x, torch.tensor([1 * 216 + 2 * 36]), characters.LABELS, torch.tensor([0]), ("p",))
    colour = images.batch(slice(None)).x[0, :, 5, 5] * 255
    assert colour.tolist() == pytest.approx([160, 20, 0], abs=0.1)


def test_the_distance_that_a_share_of_held_out_pictures_exceeds_is_the_threshold():
    features, held = torch.randn(200, 3, generator=seeded()), torch.randn(1000, 3, generator=seeded(1))
    for share in (0.05, 0.2):
        known = ood.make_reference(features, held, share)
        apart = torch.cdist(held.double(), features.half().double()).sort(dim=1).values[:, 9]
        assert known.threshold == pytest.approx(float(apart.quantile(1 - share)), rel=1e-3)
        assert known.is_unlike(held).float().mean().item() == pytest.approx(share, abs=2e-3)
    assert torch.equal(known.is_unlike(held), known.distance(held) > known.threshold)
    few = ood.make_reference(features[:4], held)
    assert few.distance(torch.zeros(1, 3)).item() == pytest.approx(float(features[:4].half().float().norm(dim=1).max()), rel=1e-4)


def test_two_stretches_become_one_of_their_mean_when_there_are_too_many():
    kept = curves.Curves()
    for k in range(curves.MAX_WINDOWS):
        kept.add({"a": float(k)} | ({"b": 10.0} if k >= 2 else {}) | ({"c": 7.0} if k == 1 else {}))
    assert kept.window == 2
    assert [row["a"] for row in kept.means] == [2 * k + 0.5 for k in range(curves.MAX_WINDOWS // 2)]
    assert ("b" in kept.means[0], kept.means[1]["b"], kept.means[0]["c"]) == (False, 10.0, 7.0)
    kept.add({"a": 1.0})
    kept.add({"a": 4.0})
    assert kept.means[-1]["a"] == 2.5


def test_curves_are_read_as_they_were_written_and_an_unsound_file_is_none(tmp_path):
    kept = curves.Curves(window=3)
    for k in range(7):
        kept.add({"a": k / 3})
    kept.save(tmp_path)
    assert curves.read_curves(tmp_path) == (3, {"a": [round(1 / 3, 5), round(4 / 3, 5)]})
    for bad in ({"stretch": 0, "metrics": {}}, {"stretch": 1, "metrics": {"a": [1], "b": [1, 2]}}, {"stretch": 1, "metrics": {"a": [0] * 241}}):
        (tmp_path / checkpoint.CURVES).write_text(json.dumps(bad))
        assert curves.read_curves(tmp_path) == (1, {})


def info(**more) -> checkpoint.Info:
    return checkpoint.Info(**({"model": "cvae", "config": {}, "name": "cvae-mnist"} | more))


def test_the_table_shows_the_last_of_a_list_and_a_swaps_figures_where_they_were_measured():
    figures = {"swap_psnr_db": 20.0, "inpaint_psnr_db": [1.0, 2.0, 3.0], "fid": 4.0, "gan_test_acc": 0.5}
    assert table.select_figures(info(figures=figures)) == {"gan_test_acc": 0.5, "swap_psnr_db": 20.0, "inpaint_psnr_db": 3.0}
    assert "fid" in table.select_figures(info(figures={"fid": 4.0}))
    text = table.markdown({"b": info(training={"steps": 2}), "a": info(training={"steps": 1})})
    assert [line.split("|")[1].strip() for line in text.splitlines()[2:]] == ["`a`", "`b`"]


def test_a_card_has_every_figure_with_its_unit_and_what_it_was_measured_on():
    figures = {"fid": 12.34567, "kl_nats": 3.0, "inpaint_psnr_db": [10.123, 11.0]}
    training = {"steps": 1234, "minutes": 5.5, "seed": 7, "command": "train it", "evaluated": {"n": 2000, "seed": 3, "command": "measure it"}}
    text = card.text(info(dataset="mnist", labels=("a", "b"), figures=figures, training=training))
    for part in ("| `fid` | 12.35 |", "| `kl_nats` | 3 nats |", "| 10.12, 11 dB |", "2,000 test images, seed 3, by `measure it`"):
        assert part in text
    assert "`train it`, 1,234 batches, 5.5 minutes on the CPU, seed 7" in text
    assert Figure("x", "y", "dB").format([1.23456, 2.0]) == "1.235, 2 dB"


def test_less_is_better_of_errors_and_distances_and_more_of_shares_and_likeness():
    less = {key for key, figure in FIGURES.items() if figure.better == "less"}
    more = {key for key, figure in FIGURES.items() if figure.better == "more"}
    assert {key for key in FIGURES if key.endswith("acc") or key.startswith(("swap_psnr", "inpaint_psnr"))} <= more
    assert {key for key in ("fid", "fid_lenet", "kid", "reconstruction_mse", "neg_elbo_nats", "nll_nats", "bits_per_dim")} <= less
    assert {"density", "coverage", "accuracy"} <= more


def test_the_true_pixel_of_an_enlarged_picture_comes_back_and_noise_does_not(tmp_path):
    small = np.random.default_rng(2).integers(0, 256, (8, 8), np.uint8)
    big = Image.fromarray(small).resize((80, 80), Image.Resampling.NEAREST)
    assert np.array_equal(np.asarray(images.square(big, 8, 1)), small)
    grain = np.asarray(big).astype(int) + np.random.default_rng(3).integers(-60, 61, (80, 80))
    area = grain.clip(0, 255).astype(np.uint8)
    assert images.undo_enlargement(Image.fromarray(area), 8) is None
