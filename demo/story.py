"""Under each model: a paragraph, its objective in symbols and in the code's names, its file, the curves of its run."""

import html
from collections.abc import Sequence

from demo import plotted
from genlib import drawing
from genlib.curves import read_curves
from genlib.families import FAMILIES

PANELS = 12  # at most, a seventh of a second each: curves may be a stranger's
WORDS = {  # of a plot, by their key in the catalogue
    "batches": "batches", "nats": "nats an image", "bits": "bits a pixel", "probability": "probability", "share": "share of a batch",
    "error": "squared error an image", "critic": "critic's value",
}  # fmt: skip


def course(values: Sequence[float | None]) -> str:
    """From where to where a metric went."""
    known = [v for v in values if v is not None]
    return f"{known[0]:.4g} → {known[-1]:.4g}".replace("-", "−")


def plot(t, panel, stretch: int) -> str:
    """A panel of curves as an SVG, and where each went in words."""
    lines = tuple((name, tuple(values)) for name, values in panel.lines.items())
    went = "; ".join(f"{name} {course(values)}" for name, values in lines)
    words = {word: t(f"plot.{key}") for key, word in WORDS.items()}
    svg = plotted.translate(plotted.curve_panel(panel.turn, panel.unit, lines, stretch), words)
    return f'<figure>{plotted.add_label(svg, f"{panel.turn}: {went}")}<figcaption class="note">{html.escape(went)}</figcaption></figure>'


def curves(registry, t, name: str) -> str:
    """The curves kept beside a checkpoint, or nothing where its run kept none."""
    stretch, metrics = read_curves(registry.folders[name])
    if not any(v is not None for values in metrics.values() for v in values):
        return ""
    try:
        found = drawing.plots().panels(metrics, registry.info(name).objective.get("name", ""))
        plots = [plot(t, panel, stretch) for panel in found[:PANELS]]
    except drawing.NoMatplotlib as error:
        plots = [f'<p class="note">{html.escape(t.problem(error))}</p>']
    return f'<h3>{t("story.curves")}</h3><div class="curves">{"".join(plots)}</div>'


def model_story_html(registry, t, name: str) -> str:
    """All of it as HTML."""
    family = FAMILIES[registry.info(name).model]
    file, source = f"genlib/objectives/{family.source.name}", html.escape(family.source.read_text(encoding="utf-8"))
    return (
        f'<div class="story"><h3>{html.escape(name)}</h3><p>{t(f"story.{family.name}")}</p><pre class="equation">{html.escape(t(f"equation.{family.name}"))}</pre>'
        f'{curves(registry, t, name)}<details class="source"><summary>{file}</summary><pre>{source}</pre></details></div>'
    )
