"""Under each model: a paragraph, its objective in symbols and in the code's names, its file, the curves of its run."""

import html

from genlib.curves import read_curves
from genlib.families import FAMILIES

WIDE, HIGH = 340, 120  # of a plot


def plot(name: str, values: list[float | None], stretch: int) -> str:
    """One metric against the batches, as an SVG with its first, last, least and greatest value written out."""
    known = [(i, v) for i, v in enumerate(values) if v is not None]
    least, most = min(v for _, v in known), max(v for _, v in known)
    across, up = WIDE / max(len(values) - 1, 1), HIGH / ((most - least) or 1)
    line = " ".join(f"{i * across:.1f},{HIGH - (v - least) * up:.1f}" for i, v in known)
    label = html.escape(name)
    ends = f"{known[0][1]:.4g} → {known[-1][1]:.4g}; {least:.4g} … {most:.4g}; {len(values) * stretch:,}"
    return (
        f'<figure><figcaption>{label}</figcaption><svg viewBox="-3 -3 {WIDE + 6} {HIGH + 6}" role="img" aria-label="{label}: {ends}">'
        f'<polyline points="{line}"/></svg><span class="note">{ends}</span></figure>'
    )


def curves(registry, t, name: str) -> str:
    """The curves kept beside a checkpoint, or nothing where its run kept none."""
    stretch, metrics = read_curves(registry.folders[name])
    plots = [plot(key, values, stretch) for key, values in metrics.items() if any(v is not None for v in values)]
    if not plots:
        return ""
    return f'<h3>{t("story.curves")}</h3><div class="curves">{"".join(plots)}</div>'


def model_story_html(registry, t, name: str) -> str:
    """All of it as HTML."""
    family = FAMILIES[registry.info(name).model]
    file, source = f"genlib/objectives/{family.source.name}", html.escape(family.source.read_text(encoding="utf-8"))
    return (
        f'<div class="story"><h3>{html.escape(name)}</h3><p>{t(f"story.{family.name}")}</p><pre class="equation">{html.escape(t(f"equation.{family.name}"))}</pre>'
        f'{curves(registry, t, name)}<details class="source"><summary>{file}</summary><pre>{source}</pre></details></div>'
    )
