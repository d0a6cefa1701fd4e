"""The page's instruments under real pointers: mouse, fingers, pen and keys."""

import base64
import contextlib
import http.server
import threading

import pytest
from playwright.sync_api import expect

from tests.browser.visit import MARKS, drawn, open_tab, settled, visitor
from tests.browser.workshop import Workshop, photograph

pytestmark = MARKS
INK, SEEN, MAP = "#pad .ink", "#pad .prepared", ".latent_pad .front"


@pytest.fixture(scope="module")
def workshop():
    shop = Workshop()
    page, shop.url = shop.launch()
    yield shop
    page.close()


@pytest.fixture
def hand(chromium, workshop):
    """A visitor of the workshop with a touch screen; hand.touch(kind, *points) moves the fingers: a point an (x, y), its place its finger."""
    workshop.asked.clear(), workshop.told.clear(), workshop.answer.clear()
    with visitor(chromium, workshop.url, has_touch=True, viewport={"width": 1280, "height": 900}) as page:
        devtools = page.context.new_cdp_session(page)

        def touch(kind, *points):
            fingers = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
            devtools.send("Input.dispatchTouchEvent", {"type": "touch" + kind, "touchPoints": fingers})

        def pen(kind, x, y):
            press = {"button": "left", "buttons": 0 if kind == "Released" else 1, "pointerType": "pen", "clickCount": 1}
            devtools.send("Input.dispatchMouseEvent", {"type": "mouse" + kind, "x": x, "y": y, **press})

        page.touch, page.pen = touch, pen
        page.goto(workshop.url)
        page.wait_for_selector("[data-ready=yes]")
        page.wait_for_selector(".reading_order canvas")
        yield page


def within(page, selector) -> tuple:
    """The upper left of an element in the window, its width and height, once it is in sight."""
    page.locator(selector).first.evaluate("node => node.scrollIntoView({block: 'center'})")
    box = page.locator(selector).first.bounding_box()
    return box["x"], box["y"], box["width"], box["height"]


def ink(page, x, y) -> int:
    """How light the pad is at (x, y) of its own 280 × 280."""
    return page.eval_on_selector(INK, "(c, [x, y]) => c.getContext('2d').getImageData(x, y, 1, 1).data[0]", [x, y])


def drag(page, *points) -> None:
    page.mouse.move(*points[0])
    page.mouse.down()
    for to in points[1:]:
        page.mouse.move(*to, steps=6)
    page.mouse.up()


def write(page, *points) -> None:
    """One stroke with the mouse through points of the pad's 280 × 280."""
    left, top, side, _ = within(page, INK)
    drag(page, *((left + x * side / 280, top + y * side / 280) for x, y in points))


def upload(page, pad="#pad", content=None) -> None:
    file = {"name": "three.jpg", "mimeType": "image/jpeg", "buffer": content or photograph()}
    page.locator(f"{pad} input[type=file]").set_input_files(file)


def apart(one, other) -> float:
    """How far apart two elements are, up and down, in pixels."""
    a, b = one.bounding_box(), other.bounding_box()
    return max(b["y"] - a["y"] - a["height"], a["y"] - b["y"] - b["height"], 0)


# One stroke a pointer.


def test_a_second_finger_draws_nothing_and_a_cancelled_touch_puts_back_what_was_there(hand):
    seen = drawn(hand, SEEN)
    x, y, side, _ = within(hand, INK)
    k = 280 / side
    hand.touch("Start", (x + 30, y + 30))
    hand.touch("Start", (x + 30, y + 30), (x + side - 20, y + side - 20))
    for step in range(1, 7):
        hand.touch("Move", (x + 30, y + 30 + 15 * step), (x + side - 20, y + side - 20 - 5 * step))
    assert ink(hand, 30 * k, 90 * k) == 255
    assert ink(hand, 280 - 20 * k, 280 - 30 * k) == ink(hand, 140, 140) == 0
    hand.wait_for_function("([s, b]) => document.querySelector(s).toDataURL() !== b", arg=[SEEN, seen])
    hand.touch("Cancel")
    settled(hand, 300)
    assert ink(hand, 30 * k, 90 * k) == 0
    assert drawn(hand, SEEN) == seen


def test_a_cancelled_second_stroke_leaves_the_first(hand, workshop):
    write(hand, (60, 60), (60, 200))
    x, y, side, _ = within(hand, INK)
    hand.touch("Start", (x + side - 30, y + 30))
    hand.touch("Move", (x + side - 30, y + 90))
    hand.touch("Cancel")
    settled(hand, 300)
    assert [len(workshop.asked[-1]["strokes"]), ink(hand, 60, 120), ink(hand, 280 - 30 * 280 / side, 120)] == [1, 255, 0]


def test_a_pen_takes_over_from_the_palm_beside_it(hand):
    x, y, side, _ = within(hand, INK)
    k = 280 / side
    hand.touch("Start", (x + side - 20, y + side - 20))
    hand.pen("Pressed", x + 30, y + 30)
    hand.pen("Moved", x + 30, y + 100)
    hand.pen("Released", x + 30, y + 100)
    hand.touch("End")
    assert ink(hand, 30 * k, 70 * k) == 255
    assert ink(hand, 280 - 20 * k, 280 - 20 * k) == 0


def test_two_fingers_on_the_mask_paint_one_hole_and_a_cancelled_one_none(hand):
    hole = """c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const at = [];
        for (let i = 3; i < d.length; i += 4) if (d[i]) at.push((i >> 2) % c.width); return at; }"""
    x, y, side, _ = within(hand, ".mask_pad .over")
    hand.touch("Start", (x + 40, y + 40))
    hand.touch("Start", (x + 40, y + 40), (x + side - 40, y + 80))
    hand.touch("Move", (x + 40, y + 120), (x + side - 40, y + 160))
    columns = hand.locator(".mask_pad .over").evaluate(hole)
    assert columns
    assert max(columns) < 8
    hand.touch("Cancel")
    assert hand.locator(".mask_pad .over").evaluate(hole) == []


def test_a_cancelled_touch_leaves_the_map_where_it_was_and_two_fingers_zoom_it(hand, workshop):
    where, zoom = hand.locator(".latent_pad .where"), hand.locator(".latent_pad .tools button:visible >> nth=6")
    before = where.inner_text()
    x, y, _, _ = within(hand, MAP)
    hand.touch("Start", (x + 60, y + 60))
    hand.touch("Move", (x + 80, y + 80))
    assert where.inner_text() != before
    hand.touch("Start", (x + 80, y + 80), (x + 180, y + 80))
    assert where.inner_text() == before  # the first finger holds the map now
    hand.touch("Move", (x + 80, y + 80), (x + 280, y + 80))
    assert where.inner_text() == before
    expect(zoom).to_have_text("×2")
    hand.touch("Cancel")
    settled(hand, 300)
    assert where.inner_text() == hand.get_attribute(MAP, "aria-valuetext") == before
    assert all(z == [0, 0] for z in workshop.told)
    count = len(workshop.told)
    hand.touch("Start", (x + 60, y + 60))
    hand.touch("End")
    for _ in range(100):  # the codes come by a request of their own
        settled(hand, 100)
        if len(workshop.told) > count:
            break
    assert workshop.told[-1] != [0, 0]


def test_a_cancelled_touch_leaves_the_plane_where_it_was(hand):
    view, where = ".plane_pad .view canvas", hand.locator(".plane_pad .view output")
    x, y, side, _ = within(hand, ".plane_pad .frame canvas")
    before = drawn(hand, view)
    hand.touch("Start", (x + 10, y + 10))
    hand.touch("Start", (x + 10, y + 10), (x + side - 10, y + 20))
    assert where.inner_text() == f"x {10 / side:.2f}, y {10 / side:.2f}"
    hand.wait_for_function("([s, b]) => document.querySelector(s).toDataURL() !== b", arg=[view, before])
    hand.touch("Cancel")
    assert where.inner_text() == "x 0.50, y 0.50"
    hand.wait_for_function("([s, b]) => document.querySelector(s).toDataURL() === b", arg=[view, before])


@pytest.mark.parametrize("picture", [".pixel_stream .pictures canvas", ".reading_order canvas", ".pixel_canvas canvas", SEEN])
def test_a_swipe_over_a_picture_to_look_at_scrolls_the_page(hand, picture):
    hand.set_viewport_size({"width": 390, "height": 600})
    x, y, _, _ = within(hand, picture)
    before = hand.evaluate("scrollY")
    way = -1 if before > 300 else 1  # whichever way there is room
    hand.touch("Start", (x + 15, y + 15))
    for k in range(1, 9):
        hand.touch("Move", (x + 15, y + 15 - way * 15 * k))
        hand.wait_for_timeout(20)
    hand.touch("End")
    hand.wait_for_timeout(300)
    assert way * (hand.evaluate("scrollY") - before) > 50


def test_a_tap_on_a_pixel_still_shows_its_distribution(hand):
    x, y, _, _ = within(hand, ".pixel_stream .pictures canvas")
    k = hand.locator(".pixel_stream .pictures canvas").bounding_box()["width"] / 28
    hand.touch("Start", (x + 3.5 * k, y + 5.5 * k))
    hand.touch("End")
    hand.wait_for_function("document.querySelector('.pixel_stream .said').textContent.includes('Row 5, column 3:')")


# The picture pad.


def test_strokes_are_sent_as_they_are_and_undone_one_by_one(hand, workshop):
    seen, asked = drawn(hand, SEEN), workshop.asked
    write(hand, (60, 60), (60, 200))
    write(hand, (200, 60), (200, 200))
    settled(hand, 300)
    assert [len(asked[-1]["strokes"]), asked[-1]["size"], asked[-1]["channels"], asked[-1]["dataset"]] == [2, 28, 1, "mnist"]
    first, second = asked[-1]["strokes"]
    assert [round(v) for v in (*first[0], *first[-1])] == [60, 60, 60, 200]
    assert all(abs(x - 200) < 1 and 59 <= y <= 201 for x, y in second)
    hand.keyboard.press("Control+z")
    settled(hand, 300)
    assert [ink(hand, 60, 120), ink(hand, 200, 120)] == [255, 0]
    assert asked[-1]["strokes"] == [first]
    hand.locator("#pad button", has_text="Undo").click()
    assert drawn(hand, SEEN) == seen  # the sample that was here before the drawing
    assert hand.locator("#pad .strip [aria-pressed=true]").count() == 1


@pytest.mark.parametrize(
    "act", [lambda pad: pad.locator(".strip button").nth(3).click(), lambda pad: pad.locator("button", has_text="Clear").click()]
)
def test_an_own_picture_that_another_took_the_place_of_is_had_back_by_undo(hand, workshop, act):
    write(hand, (60, 60), (60, 200))
    settled(hand, 300)
    strokes = workshop.asked[-1]["strokes"]
    act(hand.locator("#pad"))
    assert ink(hand, 60, 120) == 0
    hand.locator("#pad button", has_text="Undo").click()
    settled(hand, 300)
    assert ink(hand, 60, 120) == 255
    assert workshop.asked[-1]["strokes"] == strokes
    hand.locator("#pad button", has_text="Undo").click()  # the stroke, as before
    assert ink(hand, 60, 120) == 0
    assert hand.locator("#pad button", has_text="Undo").is_disabled()


@pytest.mark.parametrize("pad", ["#pad", "#colour"])
def test_a_photograph_that_a_sample_took_the_place_of_is_had_back_as_it_was_turned(hand, workshop, pad):
    undo = hand.locator(f"{pad} button", has_text="Undo")
    upload(hand, pad)
    settled(hand, 300)
    hand.locator(f"{pad} button", has_text="Turn").click()
    settled(hand, 300)
    hand.locator(f"{pad} .strip button").nth(3).click()
    assert not hand.locator(f"{pad} .photo").is_visible()
    undo.click()
    settled(hand, 300)
    assert hand.locator(f"{pad} .photo").is_visible()
    assert base64.b64decode(workshop.asked[-1]["picture"]) == photograph()
    assert workshop.asked[-1]["turn"] == 1
    assert not undo.is_visible()  # of a photograph there is nothing to undo


def test_a_stroke_that_leaves_the_pad_stays_within_its_coordinates(hand, workshop):
    write(hand, (140, 140), (140, 400), (-90, 140))
    settled(hand, 300)
    assert all(0 <= v <= 280 for stroke in workshop.asked[-1]["strokes"] for point in stroke for v in point)


def test_a_photograph_is_shown_with_its_cut_its_notes_and_a_doubt_and_nothing_jumps(hand, workshop):
    workshop.answer |= {"notes": ["Shadow taken away.", "Centred."], "doubt": "Unlike any digit."}
    assert "One digit." in hand.locator("#pad .hint").inner_text()
    below = hand.locator("#below-pad").bounding_box()["y"]
    upload(hand)
    hand.wait_for_function("document.querySelector('#pad .sheet img').naturalWidth === 320")
    asked = workshop.asked[-1]
    assert {k: asked[k] for k in ("turn", "invert", "cut")} == {"turn": 0, "invert": None, "cut": None}
    assert base64.b64decode(asked["picture"]) == photograph()
    assert hand.locator("#pad .said").inner_text() == "Shadow taken away. Centred."
    assert "Unlike any digit." in hand.locator("#pad .doubt").inner_text()
    assert not hand.locator("#pad .hint").is_visible()
    assert hand.locator("#below-pad").bounding_box()["y"] == below
    _, _, width, height = within(hand, "#pad .sheet")
    assert width / height == pytest.approx(4 / 3, abs=0.02)
    hand.locator("#pad button", has_text="Clear").click()
    assert hand.locator("#pad .ink").is_visible()
    assert hand.locator("#pad .doubt").inner_text() == ""


def test_the_cut_is_dragged_by_corner_edge_and_middle_and_drawn_anew(hand, workshop):
    upload(hand)
    settled(hand, 300)
    x, y, w, h = within(hand, "#pad .sheet")

    def pull(*points):
        count = len(workshop.asked)
        drag(hand, *((x + a * w, y + b * h) for a, b in points))
        settled(hand, 250)
        assert len(workshop.asked) == count + 1  # at the end of the drag, once
        return workshop.asked[-1]["cut"]

    assert pull((0.8, 0.8), (0.6, 0.7)) == pytest.approx([0.2, 0.2, 0.6, 0.7], abs=0.02)
    assert pull((0.2, 0.45), (0.1, 0.3)) == pytest.approx([0.1, 0.2, 0.6, 0.7], abs=0.02)
    assert pull((0.35, 0.45), (0.35, 0.15)) == pytest.approx([0.1, 0, 0.6, 0.5], abs=0.02)
    assert pull((0.7, 0.6), (1.3, 0.95)) == pytest.approx([0.7, 0.6, 1, 0.95], abs=0.02)
    hand.keyboard.press("ArrowLeft")
    hand.keyboard.press("Shift+ArrowUp")
    settled(hand, 300)
    assert workshop.asked[-1]["cut"] == pytest.approx([0.68, 0.6, 0.98, 0.93], abs=0.015)


def test_a_slip_and_a_cancelled_drag_leave_the_cut_and_ask_for_nothing(hand, workshop):
    upload(hand)
    settled(hand, 300)
    x, y, w, h = within(hand, "#pad .sheet")
    before, count = hand.get_attribute("#pad .frame", "style"), len(workshop.asked)
    hand.touch("Start", (x + 0.5 * w, y + 0.5 * h))
    hand.touch("Move", (x + 0.6 * w, y + 0.6 * h))
    assert hand.get_attribute("#pad .frame", "style") != before
    hand.touch("Cancel")
    drag(hand, (x + 2, y + 2), (x + 4, y + 4))
    settled(hand, 300)
    assert hand.get_attribute("#pad .frame", "style") == before
    assert len(workshop.asked) == count


def test_a_photograph_is_turned_and_inverted_also_faster_than_the_answers_come(hand, workshop):
    upload(hand)
    settled(hand, 300)
    hand.locator("#pad button", has_text="Invert").click()
    settled(hand, 300)
    assert workshop.asked[-1]["invert"] is False  # it had been inverted of itself
    for _ in range(3):
        hand.locator("#pad button", has_text="Turn").click()
    settled(hand, 300)
    assert [workshop.asked[-1][k] for k in ("turn", "cut", "invert")] == [3, None, False]


def test_a_file_that_cannot_be_read_leaves_what_was_there(hand, workshop):
    write(hand, (60, 60), (60, 200))
    settled(hand, 300)
    drawing, seen = drawn(hand, INK), drawn(hand, SEEN)
    workshop.answer |= {"error": "Not a picture.", "shown": None}
    upload(hand, content=b"no")
    hand.wait_for_selector("#pad .said.error")
    assert hand.locator("#pad .said").inner_text() == "Not a picture."
    assert (drawn(hand, INK), drawn(hand, SEEN)) == (drawing, seen)


def test_a_broken_file_after_a_photograph_leaves_the_photograph_to_be_turned(hand, workshop):
    upload(hand)
    settled(hand, 300)
    workshop.answer |= {"error": "Not a picture.", "shown": None}
    upload(hand, content=b"no")
    hand.wait_for_selector("#pad .said.error")
    workshop.answer.clear()
    hand.locator("#pad button", has_text="Turn").click()
    settled(hand, 300)
    assert base64.b64decode(workshop.asked[-1]["picture"]) == photograph()
    assert workshop.asked[-1]["turn"] == 1


def test_a_photograph_in_which_nothing_was_found_can_still_be_cut_by_hand(hand, workshop):
    workshop.answer |= {"error": "No face was found.", "cut": None}
    upload(hand)
    hand.wait_for_selector("#pad .frame:visible")
    assert hand.locator("#pad .said").inner_text() == "No face was found."
    workshop.answer.clear()
    x, y, w, h = within(hand, "#pad .sheet")
    drag(hand, (x + w - 1, y + h - 1), (x + 0.5 * w, y + 0.5 * h))
    settled(hand, 300)
    assert workshop.asked[-1]["cut"] == pytest.approx([0, 0, 0.5, 0.5], abs=0.03)
    assert not hand.locator("#pad .said.error").count()


def test_a_late_answer_to_a_drawing_does_not_replace_the_sample_picked_meanwhile(hand):
    kept = []
    hand.route("**/component_server*", lambda route: kept.append(route))
    hand.route("**/component_server/", lambda route: kept.append(route))
    write(hand, (60, 60), (60, 200))
    hand.locator("#pad .strip button").nth(3).click()
    seen = drawn(hand, SEEN)
    for route in kept:
        route.continue_()
    settled(hand, 300)
    assert kept
    assert drawn(hand, SEEN) == seen
    assert ink(hand, 60, 100) == 0


def test_a_colour_picture_is_turned_but_not_inverted_and_not_drawn(hand):
    assert not hand.locator("#colour .ink").is_visible()
    upload(hand, "#colour")
    hand.wait_for_selector("#colour .frame:visible")
    assert hand.locator("#colour button", has_text="Turn").is_visible()
    assert not hand.locator("#colour button", has_text="Invert").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pad_fits_its_column(hand, width):
    hand.set_viewport_size({"width": width, "height": 844})
    upload(hand)
    hand.wait_for_selector("#pad .frame:visible")
    assert hand.evaluate("document.documentElement.scrollWidth") <= width
    column = hand.locator(".controls" if width > 860 else ".workbench").bounding_box()  # on a phone there are no columns
    for part in (".pad", ".side", ".tools", ".about"):
        box = hand.locator(f"#pad {part}").bounding_box()
        assert column["x"] <= box["x"]
        assert box["x"] + box["width"] <= column["x"] + column["width"] + 1


# Errors and links.


@contextlib.contextmanager
def framed(address: str):
    """A page of another origin that holds ours in a frame 3,200 px high, as a Space's page does; yields its address."""
    body = f'<!doctype html><iframe src="{address}" style="width: 100%; height: 3200px; border: 0"></iframe>'.encode()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as outer:
        threading.Thread(target=outer.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{outer.server_port}/"
        outer.shutdown()


def test_in_a_tall_frame_errors_stand_beside_their_control_and_the_link_can_be_copied_by_hand(chromium, server):
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    with framed(f"{server}/?tab=pixel&n=1") as address:
        page.goto(address)
        inner = page.frame_locator("iframe")
        inner.locator(".pixel_stream[data-at='784']").wait_for()
        settled(page, 700)
        inner.locator(".seed input:visible").fill("-5")  # by the queue
        alert = inner.locator(".wrong [role=alert]:visible")
        alert.wait_for()
        assert apart(alert, inner.locator(".seed input:visible")) < 100
        model = inner.get_by_label("Model").locator("visible=true").first
        model.fill("nonsense")
        model.press("Enter")  # live: our line
        inner.locator(".wrong [role=alert]:visible", has_text="nonsense").wait_for()
        assert apart(alert, model) < 40
        box = alert.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 800
        inner.locator("#link-pixel-en").click()
        field = inner.locator(".by-hand input")
        field.wait_for()
        assert "tab=pixel" in field.input_value()
        assert field.input_value().startswith(server)
        chosen = field.evaluate("f => f === document.activeElement && f.value.slice(f.selectionStart, f.selectionEnd)")
        assert chosen == field.input_value()
        assert apart(field, inner.locator("#link-pixel-en")) < 60
    page.close()


def test_on_a_phone_an_error_stands_under_its_control_and_within_the_screen(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    open_tab(page, server, "classes")
    page.wait_for_selector(".pixel_canvas figure.pick")
    settled(page, 700)
    page.locator(".fold .more:visible").click()
    model = page.get_by_label("Model").locator("visible=true").first
    model.fill("nonsense")
    model.press("Enter")
    alert = page.locator(".wrong [role=alert]:visible")
    alert.wait_for()
    box = alert.bounding_box()
    assert apart(alert, model) < 40
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 845


# Seen, named, reached by keys.


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_priors_circles_are_seen_on_the_decoded_plane(hand, workshop, theme):
    hand.goto(f"{workshop.url}/?__theme={theme}")
    hand.wait_for_selector("[data-ready=yes]")
    lines = hand.eval_on_selector(".latent_pad .map canvas >> nth=1", """c => {
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, seen = {light: 0, dark: 0};
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) { if (d[i] > 200) seen.light++; if (d[i] < 60) seen.dark++; }
        return seen; }""")  # fmt: skip
    assert lines["light"] > 300
    assert lines["dark"] > 200


@pytest.mark.parametrize(("language", "theme"), [("", "light"), ("zh", "dark")])
def test_axe_finds_nothing_serious_on_any_tab(page, server, language, theme):
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{server}/{language}?tab=latent&__theme={theme}")
    page.wait_for_selector("[data-ready=yes]")
    settled(page)
    found = []
    for k in range(7):
        page.get_by_role("tab").nth(k).click()
        settled(page, 500)
        rules = {"label-content-name-mismatch": {"enabled": True}}
        # In the dark and in Chinese only colours and words are others.
        some = {"runOnly": ["color-contrast", "label-content-name-mismatch", "html-has-lang", "valid-lang"]} if theme == "dark" else {"rules": rules}
        wrong = Axe().run(page, options=some | {"resultTypes": ["violations"]}).response["violations"]
        found += [(k, v["id"], n["html"][:150]) for v in wrong if v["impact"] in ("serious", "critical") for n in v["nodes"]]
        found += [(k, v["id"]) for v in wrong if v["id"] in ("page-has-heading-one", "heading-order")]
    assert not found


def test_one_tab_stop_a_group_and_arrows_within_it(hand):
    for group in ("#classes [role=radiogroup]", "#pad .strip", ".pixel_canvas .cells"):
        assert hand.locator(group).locator("[tabindex='0'], button:not([tabindex])").count() == 1, group
    hand.locator("#classes [tabindex='0']").focus()
    hand.keyboard.press("ArrowRight")
    assert hand.locator("#classes [aria-checked=true]").inner_text() == "4"
    assert hand.evaluate("document.activeElement.getAttribute('aria-checked')") == "true"
    hand.locator(".pixel_canvas .pick >> nth=0").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):  # ten pictures in two rows: there is no third
        hand.keyboard.press(key)
    assert hand.evaluate("[...document.activeElement.parentNode.querySelectorAll('.pick')].indexOf(document.activeElement)") == 6


def test_the_map_and_the_plane_say_their_values(hand):
    hand.locator(MAP).focus()
    hand.keyboard.press("Shift+ArrowRight")
    names = ("valuenow", "valuemin", "valuemax", "valuetext")
    assert [hand.get_attribute(MAP, f"aria-{n}") for n in names] == ["0.56", "-4", "4", "z = (0.56, 0.00)"]  # 5/72 of what is shown
    plane = ".plane_pad .frame canvas"
    assert [hand.get_attribute(plane, f"aria-{n}") for n in names] == ["0.50", "0", "1", "x 0.50, y 0.50"]


def test_a_focused_slider_is_seen(hand):
    hand.locator(".mask_pad input[type=range]").focus()
    hand.keyboard.press("ArrowRight")
    assert hand.evaluate("(s => s.outlineStyle + s.outlineWidth)(getComputedStyle(document.activeElement))") == "solid2px"
