"""What is around the tabs: the strip, what comes and when, tasks, a phone's column, the keyboard, and a PNG that brings its state back."""

import pytest

from demo.app import TABS
from demo.text import Text
from tests.bench.page import CLS, WATCH, Traffic, count_stops
from tests.browser.visit import MARKS, open_tab, settled, visitor

pytestmark = MARKS
t = Text("en")
NAMES = [tab.TAB for tab in TABS]

# Which tabs were ever chosen, from the first moment on.
CHOSEN = """() => {
    window.chosen = new Set();
    new MutationObserver(() => document.querySelectorAll("[role=tab][aria-selected=true]").forEach((tab) => window.chosen.add(tab.dataset.tabId)))
        .observe(document, {childList: true, subtree: true, attributes: true});
}"""
# Of the open tab: where the question's words end, how wide the page is, and the boxes of its picture and of the last control that acts on it.
COLUMN = """() => {
    const seen = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility({visibilityProperty: true}));
    const last = seen(".controls .acts").at(-1), hero = seen(".hero")[0];
    scrollTo(0, 0);
    const head = Math.max(...seen(".lede, .tasks").map((e) => e.getBoundingClientRect().bottom));
    const first = seen(".controls .acts")[0]?.getBoundingClientRect().top, foot = hero?.getBoundingClientRect().bottom;
    last?.scrollIntoView({block: "end"});
    return {
        head, first, foot, width: document.documentElement.scrollWidth, tab: seen("[role=tab][aria-selected=true]")[0].getBoundingClientRect().toJSON(),
        picture: hero ? Math.min(innerHeight, hero.getBoundingClientRect().bottom) - Math.max(0, hero.getBoundingClientRect().top) : null,
    };
}"""


def choose_tab(page, name: str) -> None:
    page.wait_for_selector("[role=tab]:visible")
    page.evaluate("(name) => document.querySelector(`[role=tab][data-tab-id=${name}]`).click()", name)
    page.locator(".prose.question:visible", has_text=t(f"{name}.question")).wait_for()
    page.wait_for_function("() => !document.querySelector('.workbench:has(.hero):not(:has(.hero canvas))')?.checkVisibility()")
    settled(page, 400)


def test_an_address_opens_its_tab_and_no_other_and_little_comes_and_nothing_jumps(page, server):
    page.add_init_script(f"({CHOSEN})(); ({WATCH})()")
    traffic, asked = Traffic(page), []
    page.on("request", lambda request: asked.append(request.url) if "/run/" in request.url else None)
    open_tab(page, server, "classes", "&label=4")
    page.wait_for_selector(".stage canvas:visible")
    settled(page)
    assert page.evaluate("[...window.chosen]") == ["classes"]
    assert len(asked) == 1
    assert traffic.bytes < 1_500_000
    assert page.evaluate(CLS) < 0.1


def test_on_a_phone_the_picture_stays_in_sight_above_what_acts_on_it(chromium, server):
    with visitor(chromium, server, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True) as page:
        open_tab(page, server, NAMES[0])
        for name in NAMES:
            choose_tab(page, name)
            at = page.evaluate(COLUMN)
            assert at["head"] < 420, name
            assert at["width"] <= 390, name
            assert at["tab"]["left"] >= 0, name
            assert at["tab"]["right"] <= 390, name
            if at["picture"] is not None:
                assert at["first"] is None or at["first"] >= at["foot"] - 1, name
                assert at["picture"] > 150, name
            more = page.locator(".fold .more:visible")
            if name != "arena":
                more.click()
                page.locator(".workbench.unfolded .link:visible").wait_for()
                assert more.get_attribute("aria-expanded") == "true", name
                more.click()


def test_on_a_phone_a_hint_stays_within_the_screen_and_what_is_measured_pushes_the_samples_away(chromium, server):
    with visitor(chromium, server, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True) as page:
        open_tab(page, server, "compare")
        page.wait_for_selector("#sheets-en figure canvas")
        page.locator(".lede:visible .term").last.focus()
        hint = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement, '::after'); return [s.left, s.right, s.width].map(parseFloat); })()"
        )
        assert hint[0] >= 0
        assert hint[1] >= -1
        assert hint[2] <= 390
        page.locator(".tour summary").click()
        left, right = page.evaluate("(({left, right}) => [left, right])(document.querySelector('.tour ol').getBoundingClientRect())")
        assert 0 <= left < right <= 390
        page.locator(".tour summary").click()
        table = page.locator(".figure_table table")
        for at in ("end", "start"):
            table.evaluate("(e, block) => e.scrollIntoView({block})", at)
            settled(page, 300)
            foot = page.evaluate("document.querySelector('#sheets-en').getBoundingClientRect().bottom")
            top = table.evaluate("e => e.getBoundingClientRect().top")
            assert foot <= max(top, 0) + 60, (at, foot, top)  # it never lies over the table


def test_what_to_do_stands_above_the_fold_and_25_tab_stops_go_round_a_tab(page, server):
    page.set_viewport_size({"width": 1280, "height": 800})
    open_tab(page, server, NAMES[0])
    for name in NAMES:
        choose_tab(page, name)
        assert page.evaluate(COLUMN)["head"] < 300, name
        term = page.locator(".lede:visible .term").first
        term.focus()
        assert term.get_attribute("data-means") in term.evaluate("(e) => getComputedStyle(e, '::after').content")
        assert count_stops(page) <= 25, name


def test_a_task_that_is_done_is_ticked_and_stays_so(page, server):
    open_tab(page, server, "classes", "&temperature=0.1")
    page.wait_for_selector(".hero canvas:visible")
    count = page.locator(".tasks .count:visible")
    assert count.inner_text().startswith("0 of 5")
    page.get_by_label("range slider for Temperature").locator("visible=true").first.focus()
    page.keyboard.press("Home")
    page.locator(".tasks .count:visible", has_text="1 of 5").wait_for()
    assert page.locator(".tasks .now:visible").inner_text() == "✓ " + t("classes.task.mean")
    page.reload()
    page.wait_for_selector(".hero canvas:visible")
    assert count.inner_text().startswith("1 of 5")


def test_what_another_data_set_opens_with_ticks_no_task_but_what_is_done_with_it_does(page, server):
    open_tab(page, server, "interpolate")
    page.wait_for_selector(".hero canvas:visible")
    count = page.locator(".tasks .count:visible")
    page.get_by_label("Fashion-MNIST").locator("visible=true").first.check()  # its straight way is one that the task "short" asks for
    page.wait_for_function("() => document.querySelector('.workbench:has(.passes) .hero [data-model]')?.dataset.model.endsWith('fashion')")
    settled(page, 800)
    assert count.inner_text().startswith("0 of")
    page.get_by_label("Spherical", exact=True).locator("visible=true").first.check()
    page.get_by_label("Linear", exact=True).locator("visible=true").first.check()
    page.locator(".tasks .count:visible", has_text="1 of").wait_for()


def test_a_downloaded_png_dropped_anywhere_brings_its_state_back(page, server):
    open_tab(page, server, "classes", "&label=6&seed=42")
    page.wait_for_selector(".hero canvas:visible")
    with page.expect_download() as waiting:
        page.locator(".hero button:has-text('PNG')").click()
    data = list(waiting.value.path().read_bytes())
    page.goto(server)
    page.wait_for_selector(".stage canvas:visible")
    page.evaluate(
        """(data) => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(data)], "6.png", {type: "image/png"}));
        document.querySelector(".question").dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: files}));
    }""",
        data,
    )
    page.wait_for_function("location.search.includes('label=6') && location.search.includes('seed=42')")
    page.locator("#class-en h3", has_text="6").wait_for()
    assert page.locator(".seed input:visible").input_value() == "42"


@pytest.mark.parametrize("where", [".question", ".picture_pad .pad"])
def test_another_png_is_a_picture_where_pictures_are_dropped_and_nothing_elsewhere(page, server, where):
    open_tab(page, server, "latent")
    page.wait_for_selector("[data-ready=yes]")
    address = page.url
    before = page.locator(".picture_pad .prepared:visible").evaluate("(c) => c.toDataURL()")
    page.evaluate(
        """async (where) => {
        const canvas = Object.assign(document.createElement("canvas"), {width: 60, height: 60}), ctx = canvas.getContext("2d");
        ctx.fillStyle = "#fff"; ctx.fillRect(0, 0, 60, 60); ctx.fillStyle = "#000"; ctx.fillRect(26, 10, 8, 40);
        const files = new DataTransfer(), blob = await new Promise((done) => canvas.toBlob(done));
        files.items.add(new File([blob], "1.png", {type: "image/png"}));
        document.querySelector(where).dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: files}));
    }""",
        where,
    )
    if where == ".question":
        page.wait_for_timeout(700)
        assert page.url == address
    else:
        page.wait_for_function("(b) => document.querySelector('.picture_pad .prepared').toDataURL() !== b", arg=before)


def test_back_and_forward_lead_from_tab_to_tab_within_the_page(page, server):
    page.goto(server)
    page.wait_for_selector("[role=tab]:visible")
    page.evaluate("() => { window.stays = true; }")
    for name in ("Classes", "Compare"):
        page.locator("[role=tab]", has_text=name).click()
        page.wait_for_function("(tab) => location.search.includes(`tab=${tab}`)", arg=name.lower())
    chosen = "(tab) => document.querySelector('[role=tab][aria-selected=true]').dataset.tabId === tab && window.stays"
    for go, tab in ((page.go_back, "classes"), (page.go_back, "latent"), (page.go_forward, "classes")):
        go()
        page.wait_for_function(chosen, arg=tab)
        page.wait_for_function("(tab) => location.search.includes(`tab=${tab}`)", arg=tab)


def test_the_tours_menu_closes_where_something_else_is_pressed_and_by_escape(page, server):
    open_tab(page, server, "latent")
    menu = page.locator("details.tour")
    for close in (lambda: page.mouse.click(640, 700), lambda: page.keyboard.press("Escape")):
        menu.locator("summary").click()
        assert menu.get_attribute("open") is not None
        close()
        page.wait_for_selector("details.tour:not([open])")
    assert page.evaluate("() => document.activeElement === document.querySelector('details.tour summary')")


def test_upload_is_the_next_stop_after_the_samples(page, server):
    open_tab(page, server, "latent")
    page.locator(".strip button:visible").first.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == Text("en")("picture.upload")
