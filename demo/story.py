"""Of each model: a paragraph, its papers, its equation, its networks and turns with their code, the curves and the film of its run."""

import base64
import functools
import html
import re
from collections.abc import Sequence

import gradio as gr

from demo import captions, network_drawing, networks, plotted
from demo.widgets import TrainingFilm
from genlib import checkpoint, drawing
from genlib.curves import read_curves
from genlib.families import FAMILIES
from genlib.reading import read_file

PANELS = 12  # at most, a seventh of a second each: curves may be a stranger's
WORDS = {  # of a plot, by their key in the catalogue
    "batches": "batches", "nats": "nats an image", "bits": "bits a pixel", "probability": "probability", "share": "share of a batch",
    "error": "squared error an image", "critic": "critic's value",
}  # fmt: skip
ARXIV = re.compile(r"\d{4}\.\d{4,5}")
LATEX = [{"left": "$$", "right": "$$", "display": True}]
TURNS = 3  # of a family that trains in many


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
    svg = plotted.add_marker(svg, stretch * max(len(values) for _, values in lines))
    return f'<figure>{plotted.add_label(svg, f"{panel.turn}: {went}")}<figcaption class="note">{html.escape(went)}</figcaption></figure>'


def curves(registry, t, name: str) -> str:
    """The curves kept beside a checkpoint, or nothing where its run kept none."""
    stretch, metrics = read_curves(registry.folders[name])
    if not any(v is not None for values in metrics.values() for v in values):
        return ""
    try:
        panels = drawing.plots().panels(metrics, registry.info(name).objective.get("name", ""))
        plots = [plot(t, panel, stretch) for panel in panels[:PANELS]]
    except drawing.NoMatplotlib as error:
        plots = [f'<p class="note">{html.escape(t.problem(error))}</p>']
    return f'<div class="story"><h3>{t("story.curves")}</h3><div class="curves">{"".join(plots)}</div></div>'


def paper_link(paper: str) -> str:
    """A paper as a link where it has an arXiv number."""
    if not ARXIV.fullmatch(paper):
        return html.escape(paper)
    return f'<a href="https://arxiv.org/abs/{paper}" target="_blank" rel="noopener">arXiv:{paper}</a>'


def head(registry, t, name: str) -> str:
    """What kind of model it is, in a paragraph, and where to read of it."""
    family = FAMILIES[registry.info(name).model]
    papers, entropy = ", ".join(map(paper_link, family.papers)), registry.info(name).figures.get("class_entropy_nats")
    lesson = f"<p>{t('compare.collapsed', h=f'{entropy:.2f}')}</p>" if captions.COLLAPSED in name and entropy is not None else ""
    return f'<div class="story"><h3 title="{html.escape(name)}">{html.escape(captions.model_title(t, registry, name))}</h3><p>{t(f"story.{family.name}")}</p>{lesson}<p class="note">{t("story.paper")} {papers}</p></div>'


def equation(registry, t, name: str) -> str:
    """Its objective, for KaTeX; nothing of a family without one."""
    latex = t.phrases.get(f"equation.{registry.info(name).model}", "")
    return f"$${latex}$$" if latex else ""


@functools.lru_cache(maxsize=64)
def training(registry, name: str) -> networks.Training:
    """Found once a model: a network is run for it."""
    return networks.trace(registry.info(name))


def draw_nets(t, nets: tuple[networks.Net, ...]) -> str:
    """A figure a network."""
    figures = []
    for net in nets:
        caption = t("story.net", name=net.symbol, n=f"{net.parameters:,}")
        shapes = " → ".join(network_drawing.shape_words(layer.shape) for block in net.blocks for layer in block.layers)
        figures.append(f"<figure><figcaption>{html.escape(caption)}</figcaption>{network_drawing.draw_net(net, f'{caption}: {shapes}')}</figure>")
    return f'<h3>{t("story.nets")}</h3><div class="networks">{"".join(figures)}</div>'


def when(t, turn) -> str:
    """When a turn moves, where that is not on every batch of the run."""
    words = [t("story.every", n=turn.every)] if turn.every > 1 else []
    words += [t("story.start", p=round(100 * turn.start))] if turn.start else []
    words += [t("story.end", p=round(100 * turn.end))] if turn.end < 1 else []
    return ", ".join(words)


def draw_step(t, step: networks.Step, file: str) -> str:
    """A turn: who reads whom, and the code of its loss."""
    moved = ", ".join(sorted(step.moves))
    label = t("story.turn_says", name=t(f"turn.{step.turn.name}"), moves=moved)
    words = "; ".join(filter(None, (label, when(t, step.turn))))
    code = f'<details open><summary>{file}</summary><pre tabindex="0">{html.escape(step.code)}</pre></details>'
    return f"<figure><figcaption>{html.escape(words)}</figcaption>{network_drawing.draw_step(step, label, t('story.loss'))}{code}</figure>"


def anatomy(registry, t, name: str) -> str:
    """Its networks, the turns of its training and where each loss bites."""
    facts, family = training(registry, name), FAMILIES[registry.info(name).model]
    steps = "".join(draw_step(t, step, f"genlib/objectives/{family.source.name}") for step in facts.steps)
    legend = f'<p class="note">{t("story.legend")}</p>'
    return f'<div class="story">{draw_nets(t, facts.nets)}<h3>{t("story.turns")}</h3>{legend}<div class="turns">{steps}</div></div>'


def film(registry, t, name: str) -> dict:
    """The film widget's value: the sheets of a run side by side as a PNG, and what is known of each; without them where none were kept."""
    facts, steps = registry.info(name).film, registry.info(name).film.get("steps", [])
    try:
        raw = read_file(registry.folders[name], checkpoint.FILM) if steps else b""
    except FileNotFoundError:
        raw = b""
    if not raw:
        return {}
    lines = [moment_words(t, facts, k) for k in range(len(steps))]
    return {"png": base64.b64encode(raw).decode(), "steps": steps, "captions": lines, "about": {"model": name}}


def tasks_done(registry, name: str) -> list[str]:
    """Which tasks are done by whoever chooses to read of a model."""
    return ["compare.turns"] if len(training(registry, name).steps) >= TURNS else []


def moment_words(t, facts: dict, k: int) -> str:
    """A moment of a run: after how many batches, how long it had taken, and how good it was."""
    words = [t("story.after", n=f"{facts['steps'][k]:,}")]
    words += [t("story.minutes", m=f"{facts['minutes'][k]:g}")] if k < len(facts.get("minutes", [])) else []
    words += [f"FID {captions.three_digits(facts['fid'][k])}"] if k < len(facts.get("fid", [])) else []
    return ", ".join(words)


def build(t) -> dict:
    """The components of a story, by name."""
    return {
        "head": gr.HTML(),
        "equation": gr.Markdown("", latex_delimiters=LATEX, elem_classes="katexed"),
        "anatomy": gr.HTML(),
        "curves": gr.HTML(),
        "film": TrainingFilm(text=t.group("run")),
    }


def show(registry, t, name: str) -> dict:
    """A story's components filled with what there is to tell of a model."""
    return {part.__name__: part(registry, t, name) for part in (head, equation, anatomy, curves, film)}


def later() -> dict:
    """The film's value that asks for the story, by an expand event, once it is in the page."""
    return {"film": {"pending": True}}
