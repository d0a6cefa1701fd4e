"""What a visitor's browser meets on each tab, at three sizes of screen:  python -m tests.bench.page [--json] [--width W …] [--tab NAME …]

Bytes are those transferred, compressed as they were, from the address to a quiet network; CLS is the worst window of shifts, as browsers report it.
The picture is what a tab marks as its `hero`, its acting controls what it marks with `acts`; where it marks none, its first widget and all controls.
"""

import argparse
import contextlib
import json
import shutil
import time
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

from demo.app import TABS
from demo.text import Text
from tests.bench.dragging import DRAG
from tests.bench.serving import started

HEIGHTS = {390: 844, 1280: 800, 1920: 1080}  # of the screens, by their width
QUIET = 1.2  # seconds without a request after which a page is loaded
MOST_STOPS = 120

# Before anything else runs: shifts as they happen, and the moment the first picture is there.
WATCH = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().filter((e) => !e.hadRecentInput).map((e) => [e.startTime, e.value])))
        .observe({type: "layout-shift", buffered: true});
    const map = () => document.querySelector("[data-ready=yes]");
    const drawn = () => [...document.querySelectorAll(".stage canvas")].find((c) => c.checkVisibility() && c.width > 16);
    const look = () => {
        if (!window.alive && (new URLSearchParams(location.search).get("tab") === "latent" ? map() : drawn())) window.alive = performance.now();
        else requestAnimationFrame(look);
    };
    look();
}"""

# The largest sum of shifts within a window of at most five seconds whose shifts lie less than a second apart.
CLS = """() => {
    let worst = 0, sum = 0, first = -Infinity, last = -Infinity;
    for (const [at, value] of window.shifts.sort((a, b) => a[0] - b[0])) {
        if (at - last > 1000 || at - first > 5000) [sum, first] = [0, at];
        [sum, last] = [sum + value, at];
        worst = Math.max(worst, sum);
    }
    return worst;
}"""

# The picture's share of the screen, what acts on it and how far from it that stands, and the smallest words that are seen, but for indices in equations.
LAYOUT = """() => { // on a phone a hero may have no box of its own
    const seen = (nodes) => [...nodes].filter((e) => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && e.getBoundingClientRect().width);
    const hero = [...document.querySelectorAll(".hero")].find((e) => seen(e.querySelectorAll("canvas, svg")).length) || seen(document.querySelectorAll(".stage .atelier")).find((e) => e.querySelector("canvas"));
    if (!hero) return {picture_share: 0, acts: [], least_font_px: null};
    const boxes = seen(hero.querySelectorAll("canvas, svg")).map((c) => c.getBoundingClientRect());
    const edge = (side, pick, limit) => limit(pick(...boxes.map((b) => b[side])));
    const [top, left] = ["top", "left"].map((side) => edge(side, Math.min, (v) => Math.max(v, 0)));
    const [bottom, right] = [edge("bottom", Math.max, (v) => Math.min(v, innerHeight)), edge("right", Math.max, (v) => Math.min(v, innerWidth))];
    const apart = (b) => Math.hypot(Math.max(0, b.left - right, left - b.right), Math.max(0, b.top - bottom, top - b.bottom));
    const marked = seen(document.querySelectorAll(".acts"));
    const fields = seen(document.querySelectorAll(".controls .block, .controls > button")).filter((e) => e.querySelector("input, button, select") || e.matches("button"));
    const called = (e) => (e.querySelector("[data-testid=block-info], h3, label, button")?.textContent || e.textContent).trim().slice(0, 40);
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (n) => n.data.trim() && !n.parentElement.closest(".katex") && n.parentElement.checkVisibility({visibilityProperty: true}) ? 1 : 2);
    let least = Infinity;
    while (words.nextNode()) if (words.currentNode.parentElement.getClientRects().length) least = Math.min(least, parseFloat(getComputedStyle(words.currentNode.parentElement).fontSize));
    return {
        picture_share: Math.max(0, bottom - top) * Math.max(0, right - left) / (innerWidth * innerHeight),
        acts: (marked.length ? marked : fields).map((e) => [called(e), Math.round(apart(e.getBoundingClientRect()))]),
        least_font_px: least,
    };
}"""

# Whether the focus has gone once round: it is where it was before, or on nothing.
ROUND = """() => {
    const e = document.activeElement;
    if (!e || e === document.body || e.reached) return true;
    e.reached = true;
    return false;
}"""


class Traffic:
    """Requests and bytes of a page, from Chromium itself."""

    def __init__(self, page: Page):
        self.requests, self.bytes, self.last = 0, 0, time.monotonic()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda event: self.count(event["request"]["url"].startswith("http"), 0))
        session.on("Network.loadingFinished", lambda event: self.count(0, event["encodedDataLength"]))

    def count(self, requests: int, size: float) -> None:
        self.requests += requests
        self.bytes += size
        self.last = time.monotonic()

    def wait_until_quiet(self, page: Page, most: float = 30) -> None:
        until = time.monotonic() + most
        while time.monotonic() < min(until, self.last + QUIET):
            page.wait_for_timeout(100)


@contextlib.contextmanager
def screen(browser: Browser, width: int) -> Iterator[Page]:
    """A fresh visitor's page of that width; the narrowest is a phone, with a finger for a mouse."""
    phone = width < 600
    context = browser.new_context(viewport={"width": width, "height": HEIGHTS[width]}, is_mobile=phone, has_touch=phone)
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    yield page
    context.close()


def count_stops(page: Page) -> int:
    """How often Tab moves the focus until it has gone once round."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    for stops in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(ROUND):
            return stops
    return MOST_STOPS


def faults(page: Page) -> dict[str, int]:
    """axe-core's serious and critical faults of what is seen, counted."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return {impact: sum(len(rule["nodes"]) for rule in found if rule["impact"] == impact) for impact in ("serious", "critical")}


def drag(page: Page, traffic: Traffic) -> dict:
    """The map while it is dragged: decode_ms, fps, drag_requests."""
    before = traffic.requests
    cost, frames = page.evaluate(DRAG)
    return {"fps": round(frames, 1), "decode_ms": round(cost, 2), "drag_requests": traffic.requests - before}


def measure(browser: Browser, url: str, tab: str, width: int) -> dict:
    """One tab on one screen, as a visitor meets it who has never been there."""
    with screen(browser, width) as page:
        traffic = Traffic(page)
        page.goto(f"{url}/?tab={tab}")
        page.wait_for_function("window.alive", timeout=60_000)
        traffic.wait_until_quiet(page)
        layout = page.evaluate(LAYOUT)
        result = {
            "tab": tab, "width": width, "bytes": round(traffic.bytes), "requests": traffic.requests, "alive_ms": round(page.evaluate("window.alive")),
            "cls": round(page.evaluate(CLS), 3), **layout, "picture_share": round(layout["picture_share"], 3),
            "farthest_px": max((px for _, px in layout["acts"]), default=None), "axe": faults(page), "tab_stops": count_stops(page),
        }  # fmt: skip
        return result | (drag(page, traffic) if tab == "latent" else {})


def count_faults(browser: Browser, url: str, tabs: list[str]) -> dict[str, dict[str, int]]:
    """axe's faults of these tabs together, by language and theme."""
    found = {}
    for language in ("en", "zh"):
        for theme in ("light", "dark"):
            total = {"serious": 0, "critical": 0}
            with screen(browser, 1280) as page:
                traffic = Traffic(page)
                page.goto(f"{url}/{'' if language == 'en' else language}?tab=latent&__theme={theme}")
                page.wait_for_function("window.alive", timeout=60_000)
                for tab in tabs:
                    page.get_by_role("tab", name=Text(language)(f"tab.{tab}"), exact=True).locator("visible=true").first.click()
                    traffic.wait_until_quiet(page)
                    total = {impact: total[impact] + count for impact, count in faults(page).items()}
            found[f"{language} {theme}"] = total
    return found


def table(rows: list[dict]) -> str:
    """The figures that budgets speak of, a row a tab and screen."""
    keys = ("width", "tab", "bytes", "requests", "alive_ms", "cls", "picture_share", "farthest_px", "tab_stops", "least_font_px", "axe")
    lines = [[str(row["axe"]["serious"] + row["axe"]["critical"]) if key == "axe" else str(row[key]) for key in keys] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in [list(keys), ["---"] * len(keys), *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object in place of a table")
    parser.add_argument("--width", type=int, nargs="*", choices=list(HEIGHTS), default=list(HEIGHTS))
    parser.add_argument("--tab", nargs="*", choices=[tab.TAB for tab in TABS], default=[tab.TAB for tab in TABS])
    parser.add_argument("--url", help="a page that is served already, in place of one of its own")
    options = parser.parse_args()
    process, url, _ = started() if not options.url else (None, options.url.rstrip("/"), 0)
    try:
        with sync_playwright() as play:
            path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
            browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            rows = [measure(browser, url, tab, width) for width in options.width for tab in options.tab]
            found = count_faults(browser, url, options.tab)
            browser.close()
    finally:
        if process:
            process.terminate()
    if options.json:
        print(json.dumps({"tabs": rows, "axe": found}, ensure_ascii=False, indent=1))
    else:
        print(table(rows), *(f"axe, {where}: {count}" for where, count in found.items()), sep="\n")
        print(
            *(f"drag at {r['width']}: {r['decode_ms']} ms, {r['fps']} frames/s, {r['drag_requests']} requests" for r in rows if "fps" in r), sep="\n"
        )


if __name__ == "__main__":
    main()
