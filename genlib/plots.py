"""Numbers in, matplotlib figures out: a run's curves, a sheet of samples, the codes of a plane, a critic's weights.

Nothing here knows pyplot or any other global state, so a server may draw; one figure at a time, for styles are matplotlib's own.
The same numbers give the same bytes.
"""

import io
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from torch import Tensor

from genlib import images

CLASS_COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",  # the page's
)  # fmt: skip
INK, QUIET, RULE, ACCENT, PAPER = "#1f2937", "#565d69", "#e5e7eb", "#2563eb", "#ffffff"
LINES = (ACCENT, "#e76300", "#832db6", "#0f766e", "#bd1f01", "#a96b59", "#717581")  # of a panel, each at 3:1 or more on white
CHINESE = (
    "Noto Sans CJK SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
)  # for names of own classes, where it is here
STYLE = {
    "font.family": ["DejaVu Sans", *(name for name in CHINESE if name in font_manager.get_font_names())],
    "text.parse_math": False,  # a name is a stranger's, and its dollars are dollars
    "font.size": 9, "text.color": INK, "figure.facecolor": "none", "savefig.facecolor": "none", "savefig.transparent": True,
    "axes.facecolor": "none", "axes.edgecolor": RULE, "axes.labelcolor": QUIET, "axes.titlesize": 10, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True,
    "grid.color": RULE, "grid.linewidth": 0.6, "xtick.color": RULE, "ytick.color": RULE, "xtick.labelcolor": QUIET,
    "ytick.labelcolor": QUIET, "xtick.major.size": 0, "ytick.major.size": 0, "ytick.minor.size": 0, "lines.linewidth": 1.4,
    "lines.solid_joinstyle": "round", "legend.frameon": False, "legend.borderpad": 0, "legend.labelcolor": QUIET, "legend.borderaxespad": 0,
    "legend.handlelength": 1.1, "legend.columnspacing": 1.1, "legend.handletextpad": 0.5, "svg.fonttype": "none", "svg.hashsalt": "genlib",
}  # fmt: skip
DPI = 160  # of a PNG
PANEL, ACROSS = (4.6, 2.4), 2  # inches of a panel, and how many stand in a row
MARK, LETTER, LINE = 24, 5.2, 12  # points that a line takes in a legend, about what a letter does, and how high a line of words is
SPREAD = 20  # between a panel's largest and smallest line, beyond which its axis is logarithmic
BINS = 101  # odd, so that the middle one holds zero

NATS, PROBABILITY = "nats an image", "probability"
UNITS = {  # of a metric, whatever the objective
    "kl": NATS, "bits_per_dim": "bits a pixel", "accuracy": "share of a batch",
    "real": PROBABILITY, "fake": PROBABILITY, "prior": PROBABILITY, "code": PROBABILITY,
}  # fmt: skip
UNITS_OF = {  # of an objective's metrics
    "elbo": {"loss": NATS, "reconstruction": NATS},
    "reconstruction": {"loss": "squared error an image"},
    "wasserstein": {"loss": "critic's value", "distance": "critic's value"},
}

DRAWING = threading.RLock()


@contextmanager
def in_style() -> Iterator[None]:
    """Draw in STYLE, whatever this machine's matplotlibrc says."""
    with DRAWING, matplotlib.style.context(["default", STYLE]):
        yield


@dataclass(frozen=True)
class Panel:
    """Metrics of one turn in one unit, "" where it is not known; None where a metric was not there yet."""

    turn: str
    unit: str
    lines: dict[str, list[float | None]]


def panels(metrics: dict[str, list[float | None]], objective: str = "") -> list[Panel]:
    """Metrics by "turn/metric" as panels, in the order in which they come; `objective` is a name of the registry's."""
    lines_of: dict[tuple[str, str], dict] = {}
    units = UNITS_OF.get(str(objective), {})  # a stranger's config may say what is no name
    for name, values in metrics.items():
        turn, _, metric = name.rpartition("/")
        unit = UNITS.get(metric) or units.get(metric, "")
        if any(v is not None for v in values):
            lines_of.setdefault((turn, unit), {})[metric] = values
    return [Panel(turn, unit, lines) for (turn, unit), lines in lines_of.items()]


@in_style()
def curves(panels_drawn: Sequence[Panel], stretch: int, size: tuple[float, float] = PANEL) -> Figure:
    """Panels of `size` inches against the batches; each value is the mean over `stretch` of them and stands in their middle."""
    across = min(ACROSS, len(panels_drawn))
    down = math.ceil(len(panels_drawn) / across)
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
    figure = Figure((size[0] * across, size[1] * down), layout=layout, dpi=DPI)
    for k, panel in enumerate(panels_drawn):
        axes = figure.add_subplot(down, across, k + 1)
        draw_panel(axes, panel, stretch, size[0])
    return figure


def draw_panel(axes: Axes, panel: Panel, stretch: int, width: float) -> None:
    """Lines, axes and head in a place `width` inches wide."""
    length = max(map(len, panel.lines.values()))
    for k, values in enumerate(panel.lines.values()):
        y = np.array([math.nan if v is None else v for v in values])
        alone = np.isfinite(y).sum() == 1  # a point makes no line
        x, colour = (np.arange(len(y)) + 0.5) * stretch, LINES[k % len(LINES)]
        axes.plot(x, y, color=colour, marker="o" if alone else None, markersize=4)
    axes.set(xlabel="batches", ylabel=panel.unit, xlim=(0, length * stretch))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_locator(MaxNLocator(4))
    if is_spread(panel):
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    head_panel(axes, panel, width)


def head_panel(axes: Axes, panel: Panel, width: float) -> None:
    """The turn's name, and below it what each line is."""
    columns = legend_columns(list(panel.lines), 72 * width - 40)
    axes.legend(axes.lines, list(panel.lines), loc="lower left", bbox_to_anchor=(0, 1.02), ncols=columns)
    axes.set_title(panel.turn, pad=6 + 14 * math.ceil(len(panel.lines) / columns))  # points: above the legend


def legend_columns(names: list[str], room: float) -> int:
    """As many columns as go into `room` points; a legend is filled column by column."""
    for n in range(len(names), 1, -1):
        widest = [max(map(len, column)) for column in np.array_split(names, n)]
        if sum(MARK + LETTER * letters for letters in widest) <= room:
            return n
    return 1


def is_spread(panel: Panel) -> bool:
    """Whether lines lie so far apart that one scale would press the lower ones flat, and all are above zero."""
    known = [[v for v in values if v is not None] for values in panel.lines.values()]
    middles = [float(np.median(values)) for values in known]
    return min(map(min, known)) > 0 and max(middles) > SPREAD * min(middles)


@dataclass(frozen=True)
class Course:
    """A run: its model's FID after so many minutes of training; the last is the model's that was released."""

    title: str
    minutes: tuple[float, ...]
    fid: tuple[float, ...]


def pareto_front(courses: Sequence[Course]) -> list[Course]:
    """Those than which no other ended as good, as soon."""

    def beats(other: Course, one: Course) -> bool:
        ends = (other.minutes[-1], other.fid[-1]), (one.minutes[-1], one.fid[-1])
        return ends[0] != ends[1] and ends[0][0] <= ends[1][0] and ends[0][1] <= ends[1][1]

    return [one for one in courses if not any(beats(other, one) for other in courses)]


def name_drops(dots: Sequence[np.ndarray], names: Sequence[str]) -> list[float]:
    """How far below its dot (x, y), from the highest on, each name begins, in points, that none lies upon another; each ends at its dot."""
    drops: list[float] = []
    placed: list[tuple[float, float, float]] = []  # left, right, top
    for (x, y), name in zip(dots, names, strict=True):
        left, top = x - LETTER * len(name), y
        for other in sorted(placed, key=lambda other: -other[2]):
            if left < other[1] and other[0] < x and abs(other[2] - top) < LINE:
                top = other[2] - LINE
        placed.append((left, x, top))
        drops.append(y - top)
    return drops


@in_style()
def pace(courses: Sequence[Course], chosen: str = "", size: tuple[float, float] = PANEL) -> Figure:
    """FID against minutes, both on log axes: a line a run as far as its moments are known, a dot where it ended.

    The run whose title is `chosen` is coloured; those of the front are dark and named, below and left of their dots, where nothing is.
    """
    figure = Figure(size, layout="constrained", dpi=DPI)
    axes = figure.add_subplot(xscale="log", yscale="log", xlabel="minutes of training", ylabel="FID")
    front = sorted(pareto_front(courses), key=lambda course: -course.fid[-1])
    for course in sorted(courses, key=lambda course: (course.title == chosen, course in front)):  # the coloured one over the others
        is_chosen = course.title == chosen
        look: dict = {"color": ACCENT} if is_chosen else {"color": INK} if course in front else {"color": QUIET, "alpha": 0.5}
        axes.plot(course.minutes, course.fid, linewidth=2 if is_chosen else 0.9, **look)
        axes.plot(course.minutes[-1:], course.fid[-1:], "o", markersize=5 if is_chosen else 3.5, **look)
    ends = np.array([(course.minutes[-1], course.fid[-1]) for course in courses])
    low, high = ends.min(axis=0) / (20, 4), ends.max(axis=0) * (1.3, 1.5)  # room for names
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    dots = [
        np.log([(c.minutes[-1], c.fid[-1])] / low)[0] / np.log(high / low) * np.array(size) * 60 for c in front
    ]  # of an inch's 72 points the axes' own take some
    for course, drop in zip(front, name_drops(dots, [course.title for course in front]), strict=True):
        axes.annotate(
            course.title, (course.minutes[-1], course.fid[-1]), (-4, -3 - drop), textcoords="offset points", ha="right", va="top", color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
        )  # fmt: skip
    for axis, span in zip((axes.xaxis, axes.yaxis), high / low, strict=True):
        if span < 30:  # else one number might stand on the whole axis
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    return figure


@in_style()
def samples(x: Tensor, columns: int, rows: Sequence[str] = ()) -> Figure:
    """Pictures (B, C, H, W) in [0, 1], `columns` a row, each pixel a whole number of dots; `rows` names the rows."""
    sheet = images.sheet(x, columns)
    sheet = np.stack([sheet] * 3, axis=2) if sheet.ndim == 2 else sheet  # a map of greys would round them anew
    high, wide = sheet.shape[:2]
    scale = max(1, round(1100 / max(wide, high)))
    edge, left = 12, 12 + (14 * max(map(len, rows), default=0) + 14 if rows else 0)  # dots
    width, height = left + scale * wide + edge, scale * high + 2 * edge
    figure = Figure((width / DPI, height / DPI), dpi=DPI)
    axes = figure.add_axes((left / width, edge / height, scale * wide / width, scale * high / height))
    axes.imshow(sheet, interpolation="none", aspect="auto")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    cell = x.shape[-2]
    axes.set_yticks([cell * (k + 0.5) - 0.5 for k in range(len(rows))], rows)
    return figure


@in_style()
def codes(z: Tensor, y: Tensor, labels: Sequence[str]) -> Figure:
    """Codes z (N, 2) as points, each in the colour of its class y (N,)."""
    figure = Figure((6.6, 5.4), layout="constrained", dpi=DPI)
    axes = figure.add_subplot()
    colours = [CLASS_COLOURS[k % len(CLASS_COLOURS)] for k in y.tolist()]
    # as pixels also in an SVG: ten thousand points would be a megabyte
    axes.scatter(z[:, 0].numpy(), z[:, 1].numpy(), s=4, c=colours, linewidths=0, alpha=0.75, rasterized=True)
    axes.set(xlabel="z₁", ylabel="z₂", aspect="equal", adjustable="datalim")
    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.yaxis.set_major_locator(MaxNLocator(7))
    seen: list[int] = sorted(set(y.tolist()))
    points = [Line2D([], [], linestyle="", marker="o", markersize=5, color=CLASS_COLOURS[k % len(CLASS_COLOURS)]) for k in seen]
    axes.legend(points, [labels[k] for k in seen], loc="upper left", bbox_to_anchor=(1.02, 1))
    return figure


@in_style()
def weights(values: Tensor, bound: float | None = None) -> Figure:
    """Histogram of a critic's weights (N,), all of them; ±bound marked where they are cut to it."""
    figure = Figure((6.6, 3.2), layout="constrained", dpi=DPI)
    axes = figure.add_subplot()
    most = max(float(values.abs().max()), bound or 0) * 1.0001  # what lies at the end is within
    counts, edges = np.histogram(values.double().numpy(), bins=BINS, range=(-most, most))
    axes.stairs(counts, edges, fill=True, color=ACCENT)
    axes.set(xlabel="weight", ylabel="number of weights", xlim=(-1.12 * most, 1.12 * most))
    axes.grid(visible=False, axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    if bound:
        for side, label in ((-bound, None), (bound, f"clipped to ±{bound:g}")):
            axes.axvline(side, color=QUIET, linewidth=0.9, linestyle=(0, (3, 3)), label=label)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1.03))
    return figure


def png(figure: Figure) -> bytes:
    """A figure on white."""
    return saved(figure, "png", facecolor=PAPER, transparent=False, metadata={"Software": None})


def svg(figure: Figure) -> bytes:
    """A figure on nothing, its words as text."""
    return saved(figure, "svg", metadata={"Date": None, "Creator": None})


@in_style()
def saved(figure: Figure, kind: str, **how) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=kind, **how)
    return out.getvalue()
