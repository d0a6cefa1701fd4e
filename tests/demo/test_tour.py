"""The path for a first visit leads where it says."""

import html
import re
from urllib.parse import parse_qsl

from demo import address, app, tour
from demo.registry import ModelRegistry
from demo.text import Text

TABS = {tab.TAB: tab for tab in app.TABS}


def test_every_station_is_a_state_of_its_tab_that_the_address_gives_back():
    registry = ModelRegistry()
    for k, station in enumerate(tour.STATIONS):
        query = dict(parse_qsl(tour.address_of(k).removeprefix("?")))
        assert (query.pop("tab"), query.pop("station")) == (station.tab, str(k + 1))
        state = address.read_state(TABS[station.tab].State(), query)
        assert {name: str(getattr(state, name)) for name in station.state} == {name: str(v) for name, v in station.state.items()} == query
        assert station.state.get("model", "vae2d-mnist") in registry.offers()


def test_the_menu_has_all_stations_and_each_leads_to_the_next():
    for language in ("en", "zh"):
        t = Text(language)
        n = len(tour.STATIONS)
        assert html.unescape(tour.menu(t)).count("<li><a ") == n
        lines = re.findall(r'<p class="station".*?</p>', tour.bar(t))
        assert len(lines) == n
        for k, line in enumerate(lines):
            assert t(f"tour.{tour.STATIONS[k].name}.look") in html.unescape(line)
            ways = re.findall(r"station=(\d)", line)
            assert ways == ([str(k + 2)] if k + 1 < n else [])
            assert f'.station[data-station="{k + 1}"]' in app.STYLE.read_text()
