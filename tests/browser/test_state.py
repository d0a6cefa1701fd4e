"""What a person has set stays: in the address, over tabs, a reload and another language.  And what to do stands above the fold."""

import pytest

from tests.browser.visit import open_tab, settled

pytestmark = pytest.mark.browser


def tab_button(page, name):
    return page.get_by_role("tab", name=name).locator("visible=true").first


def test_every_change_is_in_the_address_and_survives_other_tabs_a_reload_and_the_other_language(page, server):
    page.goto(server)
    page.wait_for_selector(".latent_pad[data-ready=yes], [data-ready=yes]")
    assert page.evaluate("location.search") == ""  # nobody has done anything yet
    page.locator(".latent_pad .tools button:visible", has_text="Decoded").click()
    page.wait_for_function("location.search.includes('layers=codes-decoded-circles') && location.search.includes('tab=latent')")
    tab_button(page, "Classes").click()
    page.wait_for_function("location.search === '?tab=classes'")
    page.locator(".seed input:visible").fill("7")
    page.wait_for_function("location.search.includes('tab=classes') && location.search.includes('seed=7')")
    tab_button(page, "Latent map").click()
    page.wait_for_function("location.search.includes('layers=codes-decoded-circles')")
    page.reload()
    page.wait_for_selector("[data-ready=yes]")
    assert page.locator(".latent_pad .tools button:visible >> nth=2").get_attribute("aria-pressed") == "true"
    page.locator(".masthead .language:visible").click()
    page.wait_for_url("**/zh**")
    page.wait_for_selector("[data-ready=yes]")
    assert page.locator(".latent_pad .tools button:visible >> nth=2").get_attribute("aria-pressed") == "true"


def test_a_slide_over_beta_moves_plane_picture_and_bars_together_and_its_models_name(page, server):
    open_tab(page, server, "latent")
    page.wait_for_selector("[data-ready=yes]")
    assert page.locator(".terms:visible *").count() == 0  # the usual VAE stands in no series
    page.evaluate("addEventListener('task', (event) => { (window.done ||= []).push(event.detail.task); })")
    seen, slider = [], page.locator(".rail:has(.ticks) input:visible")
    for key, beta, nats in (("End", "30", "205.7 nats"), ("Home", "0", "383.3 nats")):
        slider.press(key)
        assert nats in page.locator(".latent_pad .terms:visible").inner_text()  # at once
        page.wait_for_function(f"location.search.includes('model=vae2dbeta{beta}-mnist')")
        page.wait_for_timeout(700)
        seen.append(page.evaluate("document.querySelector('.latent_pad .view canvas').toDataURL()"))
        assert page.get_by_label("Model", exact=True).locator("visible=true").first.input_value() == f"VAE, 2-D latent, β = {beta}"
    assert seen[0] != seen[1]
    assert "latent.collapse" in page.evaluate("window.done")
    page.locator("label:visible", has_text="Fashion-MNIST").click()
    page.wait_for_selector(".rail:has(.ticks)", state="hidden")


def test_draws_zoom_and_layers_ask_the_server_for_nothing_and_stand_in_the_address(page, server):
    open_tab(page, server, "latent")
    page.wait_for_selector("[data-ready=yes]")
    settled(page)
    page.evaluate("addEventListener('task', (event) => { (window.done ||= []).push(event.detail.task); })")
    asked = []
    page.on("request", lambda r: asked.append(r.url))
    page.get_by_role("button", name="Drop 200 draws of N(0, I)").click()
    page.wait_for_function("window.done?.includes('latent.draws')")  # both sheets are decoded and read
    assert page.locator(".drawn canvas:visible").count() == 2
    assert "of 200" in page.locator(".drawn .note >> nth=1").inner_text()
    front = page.locator(".latent_pad .front >> nth=0")
    front.focus()
    for _ in range(7):
        page.keyboard.press("+")
    assert page.locator(".latent_pad .tools button:visible >> nth=6").inner_text() == "×128"
    box = front.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.wheel(0, 240)
    page.wait_for_function("document.querySelectorAll('.latent_pad .tools button')[6].textContent === '×64'")
    page.wait_for_function("location.search.includes('draws=0') && /window=[^&]/.test(location.search)")
    settled(page, 600)  # the address follows a wheel that rests
    assert not asked
    page.reload()
    page.wait_for_selector(".drawn canvas:visible")
    assert page.locator(".latent_pad .tools button:visible >> nth=6").inner_text() == "×64"


def test_epsilon_is_drawn_for_a_vae_and_a_code_that_is_a_point_says_so(page, server):
    open_tab(page, server, "latent", "&other=")
    page.wait_for_selector("[data-ready=yes]")
    page.emulate_media(reduced_motion="reduce")
    where, again = page.locator(".latent_pad .where:visible"), page.get_by_role("button", name="Draw ε again")
    before = where.inner_text()
    again.click()
    page.wait_for_function("(before) => document.querySelector('.latent_pad .where').textContent !== before", arg=before)
    page.get_by_role("button", name="Without the trick").click()
    assert "no derivative" in page.locator(".trick .note").inner_text()
    page.get_by_label("Model", exact=True).locator("visible=true").first.click()
    page.locator("[role=option][aria-label='AE, 2-D latent']:visible").click()
    page.wait_for_selector(".trick .note:has-text('one point')")
    assert again.count() == 0


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
