"""What the plots draw is what they were given."""

import io
import math
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from PIL import Image

from demo import story
from demo.text import Text
from genlib import card, checkpoint, drawing, hub, images, output, plots
from genlib.curves import Curves, read_curves
from tests.conftest import small

ROOT = Path(__file__).parents[2]
VAE = {"model/loss": [200.0, 120.0, 105.0], "model/reconstruction": [190.0, 100.0, 80.0], "model/kl": [10.0, 20.0, 25.0]}
GAN = {
    "discriminator/loss": [1.4, 1.2],
    "discriminator/real": [0.5, 0.7],
    "discriminator/fake": [0.5, 0.3],
    "generator/loss": [None, 1.0],
}


def in_another_process(code: str, **environment: str) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1"} | environment
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def legend(axes) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_the_lines_are_the_curves_each_mean_in_the_middle_of_its_batches():
    (axes,) = plots.curves(plots.panels(VAE, "elbo"), stretch=32).axes
    assert [line.get_ydata().tolist() for line in axes.lines] == list(VAE.values())
    assert legend(axes) == ["loss", "reconstruction", "kl"]
    keys = [line.get_color() for line in axes.get_legend().get_lines()]
    assert keys == [line.get_color() for line in axes.lines] == list(plots.LINES[:3])
    assert all(line.get_xdata().tolist() == [16, 48, 80] for line in axes.lines)
    assert axes.get_xlim() == (0, 96)


def test_a_bundled_runs_figure_holds_every_value_its_curves_keep():
    folder = hub.BUNDLED / "aegan-mnist"
    drawn = drawing.draw_curves(folder).axes
    seen = {(a.get_title(loc="left"), name): line.get_ydata() for a in drawn for name, line in zip(legend(a), a.lines, strict=True)}
    for name, values in read_curves(folder)[1].items():
        y = np.array([math.nan if v is None else v for v in values])
        assert np.array_equal(seen[tuple(name.split("/"))], y, equal_nan=True), name


def test_a_panel_is_a_turns_metrics_of_one_unit():
    drawn = plots.curves(plots.panels(GAN, "adversarial"), 1).axes
    assert [(a.get_title(loc="left"), a.get_ylabel(), legend(a)) for a in drawn] == [
        ("discriminator", "", ["loss"]), ("discriminator", "probability", ["real", "fake"]), ("generator", "", ["loss"]),
    ]  # fmt: skip
    assert {a.get_xlabel() for a in drawn} == {"batches"}


@pytest.mark.parametrize(
    ("metric", "objective", "unit"),
    [
        ("model/loss", "elbo", "nats an image"), ("model/loss", "reconstruction", "squared error an image"), ("model/loss", "", ""), ("model/loss", ["elbo"], ""),
        ("model/kl", "", "nats an image"), ("model/bits_per_dim", "likelihood", "bits a pixel"), ("critic/distance", "wasserstein", "critic's value"),
    ],
)  # fmt: skip
def test_a_unit_is_said_where_it_is_known(metric, objective, unit):
    (panel,) = plots.panels({metric: [1.0]}, objective)
    assert panel.unit == unit


def test_every_word_of_a_plot_is_in_the_pages_catalogue():
    units = {*plots.UNITS.values(), *(unit for known in plots.UNITS_OF.values() for unit in known.values())}
    assert units | {"batches"} == set(story.WORDS.values())
    assert Text("en").group("plot") == story.WORDS


def test_lines_far_apart_share_a_logarithmic_axis_unless_one_goes_below_zero():
    near, far = {"a/x": [3.0, 2.0], "a/y": [1.0, 1.0]}, {"a/x": [300.0, 200.0], "a/y": [1.0, 1.0]}
    scales = [plots.curves(plots.panels(m), 1).axes[0].get_yscale() for m in (near, far, far | {"a/y": [1.0, -1.0]})]
    assert scales == ["linear", "log", "linear"]


def test_what_is_not_there_yet_leaves_a_gap_and_a_point_alone_is_seen():
    (line,) = plots.curves(plots.panels({"a/x": [None, 2.0, None]}), 1).axes[0].lines
    assert np.array_equal(line.get_ydata(), [math.nan, 2, math.nan], equal_nan=True)
    assert line.get_marker() == "o"
    assert plots.panels({"a/x": [None, None]}) == []


def test_a_strangers_names_and_numbers_are_drawn_as_they_are():
    metrics = {"$\\frac$/_x": [1e300, -1e300], "$\\frac$/$a_$": [0.0, 1e-300], "": [1.0, 2.0]}
    svg = plots.svg(plots.curves(plots.panels(metrics), 2**50)).decode()
    assert all(f">{name}</text>" in svg for name in ("$\\frac$", "_x", "$a_$"))


def test_a_legend_of_many_names_stays_within_its_panel():
    names = ["loss", "pixels", "features", "match_d", "match_c", "label", "leak", "a_rather_long_one"]
    figure = plots.curves(plots.panels({f"generator/{name}": [1.0, 2.0] for name in names}), 1)
    plots.png(figure)  # lays it out
    box = figure.axes[0].get_legend().get_window_extent()
    assert figure.bbox.x0 <= box.x0
    assert box.x1 <= figure.bbox.x1
    title = figure.axes[0]._left_title.get_window_extent()
    assert title.y0 >= box.y1 - 1


def test_codes_lie_where_they_are_in_the_colours_of_their_classes():
    z, y = torch.randn(50, 2, generator=torch.Generator().manual_seed(0)), torch.arange(50) % 12
    (axes,) = plots.codes(z, y, [f"class {k}" for k in range(12)]).axes
    (cloud,) = axes.collections
    assert np.array_equal(cloud.get_offsets(), z.numpy())
    assert [to_hex(c) for c in cloud.get_facecolors()] == [plots.CLASS_COLOURS[k % 10] for k in y.tolist()]
    assert legend(axes) == [f"class {k}" for k in range(12)]
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_aspect()) == ("z₁", "z₂", 1)


def test_the_class_colours_are_the_pages():
    script = (ROOT / "demo/widgets/common.js").read_text()
    assert re.findall(r'"(#\w{6})"', re.search(r"CLASS_COLOURS = \[(.*?)\]", script)[1]) == list(plots.CLASS_COLOURS)


def test_every_weight_of_a_critic_is_counted_between_the_bounds_it_is_clipped_to():
    folder = hub.BUNDLED / "wgan-mnist"
    (axes,) = drawing.draw_weights(folder).axes
    counts, edges, _ = axes.patches[0].get_data()
    parameters = list(checkpoint.load(folder).critic.parameters())
    assert counts.sum() == sum(p.numel() for p in parameters)
    near = sum(int(((p.abs() - 0.01).abs() < 1e-4).sum()) for p in parameters)  # half a bin from a bound
    assert counts[[0, -1]].sum() >= near > 0.4 * counts.sum()
    assert [line.get_xdata()[0] for line in axes.lines] == [-0.01, 0.01]
    assert legend(axes) == ["clipped to ±0.01"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("weight", "number of weights")


def test_weights_that_are_free_have_no_bounds_marked():
    values = torch.tensor([-2.0, 0.0, 0.0, 3.0])
    (axes,) = plots.weights(values).axes
    counts, edges, _ = axes.patches[0].get_data()
    assert (counts.sum(), counts[len(counts) // 2]) == (4, 2)
    assert edges[0] <= -3
    assert edges[-1] >= 3
    assert not axes.lines


@pytest.mark.parametrize("channels", [1, 3])
def test_a_samples_pixel_is_a_whole_number_of_dots(channels):
    x = torch.rand(6, channels, 8, 8, generator=torch.Generator().manual_seed(0))
    raw = plots.png(plots.samples(x, 3, ("one", "two")))
    seen, sheet = np.asarray(Image.open(io.BytesIO(raw)).convert("RGB")), images.sheet(x, 3)
    sheet = sheet if channels == 3 else np.repeat(sheet[..., None], 3, axis=2)
    scale = round(1100 / 24)
    top, left = 12, seen.shape[1] - 12 - 24 * scale
    cut = seen[top : top + 16 * scale, left : left + 24 * scale]
    assert np.array_equal(cut, sheet.repeat(scale, 0).repeat(scale, 1))


def test_a_row_of_samples_is_named_by_its_class():
    (axes,) = plots.samples(torch.zeros(4, 1, 8, 8), 2, ("shoe", "bag")).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["shoe", "bag"]
    assert axes.get_yticks().tolist() == [3.5, 11.5]


FIGURES = {
    "curves": lambda: plots.curves(plots.panels(VAE | GAN, "elbo"), 4), "codes": lambda: plots.codes(torch.ones(3, 2), torch.arange(3), "abc"),
    "weights": lambda: plots.weights(torch.linspace(-1, 1, 99), 1.0), "samples": lambda: plots.samples(torch.ones(2, 1, 8, 8) / 3, 2),
}  # fmt: skip


@pytest.mark.parametrize("what", FIGURES)
def test_the_same_numbers_give_the_same_bytes(what):
    for write in (plots.png, plots.svg):
        assert write(FIGURES[what]()) == write(FIGURES[what]())


def test_bytes_are_those_of_another_process_with_settings_of_its_own(tmp_path):
    (tmp_path / "matplotlibrc").write_text("font.size: 30\naxes.grid: False\nsvg.hashsalt: other\nsavefig.dpi: 20\n")
    code = """
import hashlib
from tests.unit.test_plots import FIGURES, plots
print(*(hashlib.sha256(write(FIGURES[k]())).hexdigest() for k in FIGURES for write in (plots.png, plots.svg)))"""
    theirs = in_another_process(code, PYTHONHASHSEED="2", MATPLOTLIBRC=str(tmp_path))
    assert theirs.split() == [sha256(write(FIGURES[k]())).hexdigest() for k in FIGURES for write in (plots.png, plots.svg)]


def test_an_svg_keeps_its_words_as_words_and_no_date():
    svg = plots.svg(FIGURES["curves"]()).decode()
    assert ">nats an image</text>" in svg
    assert "dc:date" not in svg
    assert "fill: #ffffff" not in svg  # it stands on the page's own ground


def test_a_png_stands_on_white():
    assert Image.open(io.BytesIO(plots.png(FIGURES["curves"]()))).convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)


def test_matplotlib_waits_until_something_is_drawn_and_pyplot_for_ever():
    code = """
import sys
import genlib, genlib.__main__, genlib.output, genlib.drawing, demo.app
print([name for name in sys.modules if name == "matplotlib"])
from tests.unit.test_plots import FIGURES, plots
for draw in FIGURES.values():
    plots.svg(draw())
print("matplotlib.pyplot" in sys.modules)"""
    assert in_another_process(code).splitlines() == ["[]", "False"]


def test_a_run_that_ends_is_drawn_and_its_card_shows_it(tmp_path):
    info = checkpoint.save(small("vae"), tmp_path, name="mine")
    curves = Curves()
    for value in (3.0, 2.0, 1.0):
        curves.add({"model/loss": torch.tensor(value)})
    curves.save(tmp_path)
    card.write_text(tmp_path, info)
    assert checkpoint.PLOT not in (tmp_path / checkpoint.CARD).read_text()
    output.save_plot(tmp_path)
    assert (tmp_path / checkpoint.PLOT).read_bytes() == plots.png(drawing.draw_curves(tmp_path))
    assert (tmp_path / checkpoint.CARD).read_text().endswith("\n\n![curves](curves.png)\n")
    assert checkpoint.PLOT in hub.OPTIONAL  # it goes where the card goes
    card.write(tmp_path, info, {})
    assert "![curves](curves.png)" in (tmp_path / checkpoint.CARD).read_text()


def test_the_front_are_the_runs_that_none_reaches_sooner_and_better():
    ends = {"soon": (2, 20), "good": (9, 3), "late": (30, 3), "poor": (2, 21)}
    soon, good, late, poor = (plots.Course(title, (m,), (f,)) for title, (m, f) in ends.items())
    assert [course.title for course in plots.pareto_front([late, soon, poor, good])] == ["soon", "good"]
    assert plots.pareto_front([soon, soon]) == [soon, soon]  # as good as each other


def test_no_name_of_a_pace_lies_upon_another_and_one_with_room_stands_at_its_dot():
    assert plots.name_drops([(100, 50), (110, 48), (300, 47)], ["one", "another", "far"]) == [0, plots.LINE - 2, 0]
    assert plots.name_drops([(100, 50), (100, 50), (100, 50)], ["a", "b", "c"]) == [0, plots.LINE, 2 * plots.LINE]
    assert plots.name_drops([(100, 50), (100 + 3 * plots.LETTER, 50)], ["one", "two"]) == [0, 0]  # the second begins where the first ends
    (axes,) = plots.pace([plots.Course("soon", (5,), (3,)), plots.Course("good", (5.2,), (2.9,))]).axes
    assert [text.get_text() for text in axes.texts] == ["soon", "good"]
    soon, good = (text.xyann[1] for text in axes.texts)
    assert soon == -3
    assert good < -3 - 0.5 * plots.LINE


def test_an_axis_of_a_pace_has_two_numbers_at_least_however_close_the_runs():
    for runs in (
        [plots.Course("a", (18,), (33.7,)), plots.Course("b", (57,), (40.8,))],
        [plots.Course("a", (3,), (2,)), plots.Course("b", (50,), (700,))],
    ):
        figure = plots.pace(runs)
        (axes,) = figure.axes
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            assert sum(low <= tick <= high for tick in axis.get_majorticklocs()) >= 2


def test_a_pace_has_a_line_a_run_a_dot_where_it_ended_and_the_chosen_one_is_coloured_over_the_dark_front():
    runs = [plots.Course("a", (0.5, 2, 8), (900, 60, 12)), plots.Course("b", (4,), (30,)), plots.Course("c", (9,), (40,))]
    (axes,) = plots.pace(runs, "a").axes
    lines, dots = axes.lines[::2], axes.lines[1::2]
    assert [list(zip(*line.get_data(), strict=True)) for line in lines] == [[(9, 40)], [(4, 30)], [(0.5, 900), (2, 60), (8, 12)]]
    assert [tuple(float(v[0]) for v in dot.get_data()) for dot in dots] == [(9, 40), (4, 30), (8, 12)]
    assert [line.get_color() for line in lines] == [plots.QUIET, plots.INK, plots.ACCENT]
    assert sorted(text.get_text() for text in axes.texts) == ["a", "b"]
    assert axes.get_xlim()[0] < 1  # room for a name left of the first that ended
    assert axes.get_xlim()[1] > 9
    assert axes.get_ylim()[0] < 12
    assert 40 < axes.get_ylim()[1] < 900  # the beginning of a run would press the rest flat
