"""The GAN arena plays in the page: unasked, without the server, and again from its address."""

import pytest

from demo.text import Text
from tests.browser.visit import MARKS, drawn, open_tab, settled

pytestmark = MARKS
SMALL = "&hiddenD=8&hiddenG=8&batch=32"  # a machine that is busy with other tests plays this too
PLANE, STEP = ".arena canvas.plane", "document.querySelector('.arena .bar input').value"
STROKE = """() => {
    const canvas = document.querySelector(".arena canvas.plane"), box = canvas.getBoundingClientRect();
    canvas.setPointerCapture = () => {};
    const send = (kind, k) => canvas.dispatchEvent(new PointerEvent(kind, {bubbles: true, pointerId: 1, clientX: box.x + 40 + 6 * k, clientY: box.y + 90 + 4 * k}));
    send("pointerdown", 0);
    for (let k = 0; k < 30; k++) send("pointermove", k);
    send("pointerup", 30);
}"""


def test_the_game_plays_unasked_and_without_the_server_and_its_address_brings_back_the_moment(page, server):
    open_tab(page, server, "arena", SMALL)
    page.wait_for_selector(".arena[data-playing=yes]")
    settled(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    before = int(page.evaluate(STEP))
    page.wait_for_function(f"+{STEP} > {before + 3}")
    assert page.locator(".arena .chart sub").all_inner_texts() == ["D", "G", "G"]
    page.locator(".arena .primary").click()
    page.wait_for_function(f"location.search.includes('step=' + {STEP}) && {STEP} > 0")
    stopped, shown = page.evaluate(STEP), drawn(page, PLANE)
    assert asked == []
    page.reload()
    page.wait_for_function(f"document.querySelector('.arena[data-playing=no]') && {STEP} === '{stopped}'")
    page.wait_for_timeout(300)
    assert drawn(page, PLANE) == shown


def test_what_cannot_be_is_said_beside_its_control_and_what_is_drawn_is_played(page, server):
    open_tab(page, server, "arena", SMALL + "&rule=r1&beside=wgangp&lrG=-1")
    page.wait_for_selector("#arena-lrG-en .arena-wrong")  # unfolded for it
    assert page.locator(".arena-wrong").inner_text() == "Rate of G must be above 0 and at most 10; it is -1."
    page.locator(".arena .said.error").wait_for(timeout=10_000)  # in sight, though there is no picture yet that it stands below
    page.locator("#arena-lrG-en input").fill("0.002")
    page.wait_for_function("document.querySelectorAll('.arena canvas.plane').length === 2")
    assert page.locator(".arena-wrong").count() == 0
    page.wait_for_function(f"{STEP} > 0")
    page.locator(".controls label:visible", has_text="Draw").click()
    page.wait_for_function("document.querySelector('.arena .said')?.textContent.includes('at least 3 points')")
    page.evaluate(STROKE)
    page.wait_for_function(f"{STEP} > 0 && /points=[^&]{{20}}/.test(location.search)")


@pytest.mark.parametrize("language", ["zh"])
def test_slow_motion_says_what_each_turn_did(page, server, language):
    t = Text(language)
    page.goto(f"{server}/{language}?tab=arena{SMALL}")
    page.wait_for_selector(".arena[data-playing=yes]")
    for pace in (t("arena.pace", n=10), t("arena.slow")):  # while it plays: it goes on playing, at that pace
        page.locator(".arena select").select_option(label=pace)
        page.wait_for_timeout(1000)
        assert page.get_attribute(".arena", "data-playing") == "yes"
    for which in ("D", "G"):
        page.wait_for_function("(begin) => document.querySelector('.arena .said').textContent.startsWith(begin)", arg=t(f"arena.did.{which}")[:4])


def test_what_the_two_distances_are_is_seen_once_it_was_foretold(page, server):
    open_tab(page, server, "arena", "&lesson=distance")
    page.locator(".arena .tools button", has_text=Text("en")("arena.lesson.distance.answer.both")).wait_for()
    page.wait_for_timeout(1000)
    before, said = drawn(page, f"{PLANE} >> nth=1"), page.locator(".arena .said").inner_text()
    page.locator(".arena .tools button", has_text=Text("en")("arena.lesson.distance.answer.both")).click()
    page.wait_for_function("document.querySelector('.arena .said').textContent.startsWith('W ')")
    assert "W " not in said
    assert drawn(page, f"{PLANE} >> nth=1") != before
