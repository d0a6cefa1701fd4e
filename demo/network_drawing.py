"""What demo/networks.py finds as drawings in the page's theme: a network as a funnel of its layers, a turn as who reads whom."""

import html
import math
from collections.abc import Iterable

from demo.networks import Layer, Net, Step

WIDTH = 340  # of every drawing, in the page's pixels: a phone's column
ROW, BAR, MIDDLE, WORDS, KINDS = 28, 10, 50, 108, 208  # a layer's row and bar; where bars are centred, shapes and kinds begin
NARROW, WIDE = 4, 48  # half widths of a bar of one number and of the largest
COLUMN_TOP, NODE, GAP, BELOW = 40, 30, 26, 12  # of a turn: room for what comes from outside, a box's height, between boxes, below them
LOSS = "loss"


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{html.escape(words)}</text>'


def svg(height: float, label: str, parts: Iterable[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{html.escape(label)}">{"".join(parts)}</svg>'


def shape_words(shape: tuple[int, ...]) -> str:
    """A shape as people write it; single numbers stand for themselves."""
    return " × ".join(str(n) for n in shape if n > 1) or "1"


def layer_words(layer: Layer) -> str:
    return (f"{layer.count} × " if layer.count > 1 else "") + layer.kind


def half_width(shape: tuple[int, ...], largest: int) -> float:
    """Of a layer's bar: by the logarithm of how many numbers it gives."""
    return NARROW + (WIDE - NARROW) * math.log(math.prod(shape)) / math.log(max(largest, 2))


def bracket(top: float, bottom: float, count: int) -> str:
    """Beside a block that comes several times."""
    x = WIDTH - 40
    return f'<path class="bracket" d="M{x} {top:.1f}h6V{bottom:.1f}h-6"/>' + text(x + 10, (top + bottom) / 2 + 5, f"× {count}", "kind")


def draw_net(net: Net, label: str) -> str:
    """Layers from the input down, each as wide as what it gives is large, with its kind and shape in words."""
    rows = [("", net.inputs)] + [(layer_words(layer), layer.shape) for block in net.blocks for layer in block.layers]
    largest = max(math.prod(shape) for _, shape in rows)
    halves = [half_width(shape, largest) for _, shape in rows]
    parts = []
    for i, ((kind, shape), half) in enumerate(zip(rows, halves, strict=True)):
        y = 4 + ROW * i
        if i:
            above = halves[i - 1]
            parts.append(
                f'<polygon class="funnel" points="{MIDDLE - above:.1f},{y - ROW + BAR} {MIDDLE + above:.1f},{y - ROW + BAR} {MIDDLE + half:.1f},{y} {MIDDLE - half:.1f},{y}"/>'
            )
        parts.append(f'<rect class="{"bar" if i else "bar input"}" x="{MIDDLE - half:.1f}" y="{y}" width="{2 * half:.1f}" height="{BAR}" rx="2"/>')
        parts += [text(WORDS, y + 10, shape_words(shape)), text(KINDS, y + 10, kind, "kind")]
    at = 1
    for block in net.blocks:
        if block.count > 1:
            parts.append(bracket(4 + ROW * at - 4, 4 + ROW * (at + len(block.layers) - 1) + BAR + 4, block.count))
        at += len(block.layers)
    return svg(ROW * len(rows), label, parts)


def columns_of(reads: dict[str, frozenset[str]], loss: frozenset[str]) -> list[list[str]]:
    """Networks by how many others stand before them; the loss last."""
    depth: dict[str, int] = {}
    for name, sources in reads.items():
        depth[name] = max((depth[source] + 1 for source in sources if source in depth), default=0)
    columns = [[name for name in reads if depth[name] == k] for k in range(max(depth.values()) + 1)]
    return [*columns, [LOSS]]


def place(columns: list[list[str]]) -> tuple[dict[str, tuple[float, float]], float]:
    """Where the middle of each box stands, and where the lowest ends."""
    most = max(map(len, columns))
    step = (WIDTH - 90) / (len(columns) - 1)
    places = {}
    for k, column in enumerate(columns):
        for i, name in enumerate(column):
            row = i + (most - len(column)) / 2
            places[name] = (45 + step * k, COLUMN_TOP + NODE / 2 + row * (NODE + COLUMN_TOP))
    return places, COLUMN_TOP + most * (NODE + COLUMN_TOP) - COLUMN_TOP


def box_width(name: str) -> float:
    return max(38.0, 16 + 9.0 * len(name))


def draw_edge(start: tuple[float, float], end: tuple[float, float], source: str, target: str, under: float | None) -> str:
    """From one box to another: straight to the next column, or `under` what stands between."""
    (x0, y0), (x1, y1) = start, end
    if under is None:
        return f'<path class="edge" d="M{x0 + box_width(source) / 2:.1f} {y0:.1f}L{x1 - box_width(target) / 2 - 3:.1f} {y1:.1f}" marker-end="url(#arrow)"/>'
    y0, y1 = y0 + NODE / 2, y1 + NODE / 2 + 3
    low = (under - (y0 + y1) / 8) / 0.75  # half way the curve is ⅛ of each end and ¾ of this
    return f'<path class="edge" d="M{x0:.1f} {y0:.1f}C{x0:.1f} {low:.1f} {x1:.1f} {low:.1f} {x1:.1f} {y1:.1f}" marker-end="url(#arrow)"/>'


def draw_step(step: Step, label: str, loss_word: str) -> str:
    """A turn: boxes that it moves are filled, those it runs and leaves as they are are not; above a box what it reads from outside."""
    columns = columns_of(step.reads, step.loss)
    at, bottom = place(columns)
    column = {name: k for k, names in enumerate(columns) for name in names}
    edges, boxes = [], []
    for name, sources in [*step.reads.items(), (LOSS, step.loss)]:
        x, y = at[name]
        for source in sources & at.keys():
            edges.append(draw_edge(at[source], at[name], source, name, bottom + BELOW if column[name] - column[source] > 1 else None))
        if outside := sorted(sources - at.keys(), reverse=True):
            boxes.append(f'<path class="edge" d="M{x:.1f} {y - NODE / 2 - 15:.1f}V{y - NODE / 2 - 3:.1f}" marker-end="url(#arrow)"/>')
            boxes.append(text(x, y - NODE / 2 - 19, ", ".join(outside), "source", "middle"))
        kind = "loss" if name == LOSS else "moved" if name in step.moves else "held"
        word = loss_word if name == LOSS else name
        width = box_width(word)
        boxes.append(f'<rect class="{kind}" x="{x - width / 2:.1f}" y="{y - NODE / 2:.1f}" width="{width:.1f}" height="{NODE}" rx="6"/>')
        boxes.append(text(x, y + 5, word, f"name {kind}", "middle"))
    return svg(bottom + 2 * BELOW, label, [ARROW, *edges, *boxes])


ARROW = '<defs><marker id="arrow" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
