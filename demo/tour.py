"""A path through the tabs for a first visit: stations, each a tab in a state that shows one thing, with a link to the next."""

import html
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Station:
    """name: of its words in the catalogue, tour.<name> and tour.<name>.look.  state: fields of the tab's State that are not as they begin."""

    name: str
    tab: str
    state: dict[str, str | int | float]


STATIONS = (
    Station("code", "latent", {"model": "vae2d-mnist", "picture": 4}),
    Station("holes", "latent", {"model": "ae2d-mnist", "picture": 4}),
    Station("weight", "latent", {"model": "vae2dbeta30-mnist", "picture": 4}),
    Station("class", "classes", {"model": "cvae-mnist", "label": 3, "seed": 0}),
    Station("game", "arena", {}),
    Station("both", "classes", {"model": "cvaegan-mnist", "label": 3, "seed": 0}),
    Station("new", "compare", {"cell": 3}),
)
# The lecture's large words, and the theme, go along.
CARRY = "for (const key of ['lecture', '__theme']) { const value = new URLSearchParams(location.search).get(key); if (value) this.search += `&${key}=${value}`; }"


def address_of(k: int) -> str:
    """The k-th station's address, from 0, within its language."""
    station = STATIONS[k]
    return "?" + urlencode({"tab": station.tab, **station.state, "station": k + 1})


def link(k: int, words: str) -> str:
    return f'<a href="{html.escape(address_of(k))}" onclick="{html.escape(CARRY)}">{html.escape(words)}</a>'


def menu(t) -> str:
    """All stations, to be opened from the head of the page."""
    items = "".join(f"<li>{link(k, t(f'tour.{station.name}'))}</li>" for k, station in enumerate(STATIONS))
    return f'<details class="tour"><summary><span class="long">{t("tour")}</span><span class="short">{t("tour.short")}</span></summary><ol>{items}</ol></details>'


def bar(t) -> str:
    """What to see at each station, and the way on; of all of them the page shows the one that its address names (shell.js, style.css)."""
    last, lines = len(STATIONS) - 1, []
    for k, station in enumerate(STATIONS):
        on = link(k + 1, t("tour.next", title=t(f"tour.{STATIONS[k + 1].name}"))) if k < last else ""
        said = f"<b>{k + 1} / {last + 1}</b> {html.escape(t(f'tour.{station.name}.look'))}"
        leave = f'<a class="leave" href="?tab={station.tab}" title="{html.escape(t("tour.leave"))}" aria-label="{html.escape(t("tour.leave"))}">✕</a>'
        lines.append(f'<p class="station" data-station="{k + 1}"><span>{said}</span>{on}{leave}</p>')
    return f'<nav class="stations" aria-label="{html.escape(t("tour"))}">{"".join(lines)}</nav>'
