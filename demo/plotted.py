"""A figure as the page shows it: its colours the theme's, light or dark, its letters and words the page's."""

import functools
import html
import re
from hashlib import blake2s

from genlib import drawing  # which imports matplotlib when somebody reads about a model, and not before

PANEL = (3.6, 2.4)  # inches: where it is shown a point is about a pixel and a half
THEME = {
    "INK": "--body-text-color",
    "QUIET": "--quiet",
    "RULE": "--border-color-primary",
    "ACCENT": "--color-accent",
    "PAPER": "--body-background-fill",
}


@functools.lru_cache(maxsize=256)
def curve_panel(turn: str, unit: str, lines: tuple, stretch: int) -> str:
    """One panel of curves, ((name, its values), …), as an SVG that stands within a page.  Raises NoMatplotlib."""
    plots = drawing.plots()
    return in_theme(plots, plots.curves([plots.Panel(turn, unit, dict(lines))], stretch, PANEL))


@functools.lru_cache(maxsize=256)
def pace_panel(courses: tuple, chosen: str) -> str:
    """FID against minutes, of runs as (title, minutes, FIDs), as an SVG that stands within a page.  Raises NoMatplotlib."""
    plots = drawing.plots()
    return in_theme(plots, plots.pace([plots.Course(*course) for course in courses], chosen, PANEL))


def in_theme(plots, figure) -> str:
    """A figure of genlib.plots as an <svg> in the page's colours."""
    drawn = plots.svg(figure).decode()
    colours = {colour: f"var(--line-{k}, {colour})" for k, colour in enumerate(plots.LINES)}
    colours |= {getattr(plots, name): f"var({variable})" for name, variable in THEME.items()}
    return inline(drawn, colours, salt="f" + blake2s(drawn.encode(), digest_size=4).hexdigest())


def inline(svg: str, colours: dict[str, str], salt: str) -> str:
    """The <svg> element alone, its colours replaced and its fonts the page's.

    Its rules would be the whole page's, and are left out; so are the ids that nothing refers to, and the others begin with `salt`.
    """
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub("|".join(map(re.escape, colours)), lambda match: colours[match[0]], svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    svg = re.sub(r"font: (?:(bold|\d+) )?([\d.]+px)[^;\"]*", lambda match: f"font-weight: {match[1] or 400}; font-size: {match[2]}", svg)
    used = set(re.findall(r"(?:href=\"|url\()#([\w-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda match: f' id="{salt}{match[1]}"' if match[1] in used else "", svg)
    return re.sub(r"(href=\"#|url\(#)", rf"\g<1>{salt}", svg)


def translate(svg: str, words: dict[str, str]) -> str:
    """The texts of an SVG, those that are keys of `words` in the page's language."""

    def say(match: re.Match) -> str:
        text = html.unescape(match[1])
        return f">{html.escape(words.get(text, text))}</text>"

    return re.sub(r">([^<>]+)</text>", say, svg)


def add_marker(svg: str, batches: int) -> str:
    """An SVG of one panel with a line across it that stands nowhere yet; `batches`: how many its axis is of.

    The axes are where the lines are clipped.
    """
    if not (clip := re.search(r"<clipPath[^>]*>\s*<rect x=\"([\d.]+)\" y=\"([\d.]+)\" width=\"([\d.]+)\" height=\"([\d.]+)\"", svg)):
        return svg
    x, y, width, height = map(float, clip.groups())
    line = f'<line class="now" y1="{y:g}" y2="{y + height:g}" data-left="{x:g}" data-width="{width:g}" data-batches="{batches}" visibility="hidden"/>'
    return svg.replace("</svg>", line + "</svg>")


def add_label(svg: str, label: str) -> str:
    """An SVG that is read out as a picture of that name."""
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(label)}" ', 1)
