"""What a person has set stays: in the address, over tabs, a reload and another language.  And what to do stands above the fold."""

import pytest

from demo.app import TABS
from demo.text import Text
from tests.browser.visit import open_tab

pytestmark = pytest.mark.browser


def tab_button(page, name):
    return page.get_by_role("tab", name=name).locator("visible=true").first


def test_every_change_is_in_the_address_and_survives_other_tabs_a_reload_and_the_other_language(page, server):
    page.goto(server)
    page.wait_for_selector(".latent_pad[data-ready=yes], [data-ready=yes]")
    assert page.evaluate("location.search") == ""  # nobody has done anything yet
    page.locator("label:visible", has_text="Decoded plane").click()
    page.wait_for_function("location.search.includes('view=manifold') && location.search.includes('tab=latent')")
    tab_button(page, "Classes").click()
    page.wait_for_function("location.search === '?tab=classes'")
    page.locator(".seed input:visible").fill("7")
    page.wait_for_function("location.search.includes('tab=classes') && location.search.includes('seed=7')")
    tab_button(page, "Latent map").click()
    page.wait_for_function("location.search.includes('view=manifold')")
    page.reload()
    page.wait_for_selector("[data-ready=yes]")
    assert page.locator("input[type=radio][value=manifold]:visible").is_checked()
    page.locator(".masthead a:visible").click()
    page.wait_for_url("**/zh**")
    page.wait_for_selector("[data-ready=yes]")
    assert page.locator("input[type=radio][value=manifold]:visible").is_checked()


def test_a_slide_over_beta_moves_plane_picture_and_bars_together(page, server):
    open_tab(page, server, "latent")
    page.wait_for_selector("[data-ready=yes]")
    assert page.locator(".terms:visible *").count() == 0  # the usual VAE stands in no series
    seen = []
    for beta, nats in (("30", "205.7 nats"), ("0", "383.3 nats")):
        page.locator(".stops label:visible", has_text=beta).filter(has_text=beta).first.click() if beta != "0" else page.locator(
            ".stops input:visible"
        ).first.click()
        page.wait_for_function("(nats) => document.querySelector('.latent_pad .terms')?.innerText.includes(nats)", arg=nats)
        page.wait_for_selector("[data-ready=yes]")
        page.wait_for_timeout(500)
        seen.append(page.evaluate("document.querySelector('.latent_pad .view canvas').toDataURL()"))
        assert page.get_by_label("Model", exact=True).locator("visible=true").first.input_value() == f"VAE, 2-D latent, β = {beta}"
    assert seen[0] != seen[1]
    page.locator("label:visible", has_text="Fashion-MNIST").click()
    page.wait_for_selector(".stops", state="hidden")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("tab", [tab.TAB for tab in TABS])
def test_question_and_what_to_do_stand_above_the_fold_and_a_term_explains_itself(page, server, tab, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{server}/?tab={tab}")
    lede = page.locator(".prose.lede:visible", has_text=Text("en")(f"{tab}.try"))
    lede.wait_for()
    box = lede.bounding_box()
    assert box["y"] + box["height"] < 420
    if width == 1280:
        lines = lede.locator("p").first.evaluate("(p) => p.getBoundingClientRect().height / parseFloat(getComputedStyle(p).lineHeight)")
        assert lines < 2.1
    term = lede.locator(".term").first
    term.focus()
    meaning = term.evaluate("(e) => getComputedStyle(e, '::after').content")
    assert term.get_attribute("data-means") in meaning
    assert term.get_attribute("data-means") in Text("en").group("term").values()


def test_a_lecture_has_large_words_and_no_small_print_and_stays_one(page, server):
    page.goto(f"{server}/?tab=classes&lecture=1")
    page.wait_for_selector(".pixel_canvas canvas:visible")
    size = "(s) => parseFloat(getComputedStyle([...document.querySelectorAll(s)].find((e) => e.checkVisibility())).fontSize)"
    assert page.evaluate(size, ".question h2") >= 30
    assert page.evaluate(size, ".lede p") >= 20
    assert page.locator(".look:visible, .foot:visible, .source:visible").count() == 0
    page.locator(".seed input:visible").fill("9")
    page.wait_for_function("location.search.includes('seed=9') && location.search.includes('lecture=1')")
    tab_button(page, "Compare").click()
    page.wait_for_function("location.search.includes('tab=compare') && location.search.includes('lecture=1')")
