"""Own pictures learned in the page: brought, seen, renamed, learned before one's eyes, stopped, and gone with the visitor."""

import time
import zipfile

from demo import studio
from genlib.evaluation import own
from tests.browser.visit import MARKS, drawn, open_tab
from tests.demo.test_train import MARKUP, picture

pytestmark = MARKS
PICTURE_IN_SIGHT = """() => {
    const { top } = [...document.querySelectorAll(".hero")].find((node) => node.checkVisibility()).getBoundingClientRect();
    return top >= 0 && top < 0.6 * innerHeight;
}"""
DRAWN = "#train-en figure:nth-of-type(3) canvas"  # the first of the first row that is no real picture
FIRST = "#train-en figure:nth-of-type(1) canvas"
LIT = '((selector) => { const c = document.querySelector(selector); return c.getContext("2d").getImageData(0, 0, c.width, c.height).data.filter((v, k) => k % 4 === 0 && v > 60).length; })'  # pixels that are not dark
MINE = f"() => [...document.querySelectorAll('.atelier[data-model*={studio.MINE}]')].some((e) => e.checkVisibility())"
NAMED = "(name) => [...document.querySelectorAll('.model input')].some((e) => e.checkVisibility() && e.value === name)"
ASKED = "() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))"
PHASE = ".run_bar[data-phase={}]"


def test_a_zip_is_brought_learned_stopped_and_gone_with_the_visitor(server, page, tmp_path, monkeypatch):
    monkeypatch.setattr(own, "READER_BATCHES", 2)
    desks = []
    monkeypatch.setattr(studio, "Desk", lambda made=studio.Desk: desks.append(made()) or desks[-1])
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as file:
        for i, name in enumerate(("3", MARKUP)):
            for k in range(6):
                file.writestr(f"{name}/{k}.png", picture(10 * i + k))
    open_tab(page, server, "train")
    page.wait_for_selector("#train-en canvas")
    assert page.locator(".run_bar[data-own=no]").count()  # an example is nobody's: nobody is asked
    page.set_input_files(".controls input[type=file]", tmp_path / "mine.zip")
    page.wait_for_function("(names) => [...document.querySelectorAll('.class_list input')].map((e) => e.value).join() === names", arg=f"3,{MARKUP}")
    assert page.locator(".class_list .count").all_inner_texts() == ["6", "6"]
    assert page.evaluate(ASKED)  # the browser asks before these are gone, and as long as it asks they are there
    first = drawn(page, FIRST)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#train-en figure.pick").first.click()
    page.wait_for_selector(".one .picture_pad.photographed")
    page.wait_for_function(
        "() => { const b = document.querySelector('.one .sheet').getBoundingClientRect(); return b.height > 50 && b.top >= 0 && b.bottom <= innerHeight; }"
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    upright = drawn(page, ".one .prepared")
    page.locator(".one .picture_pad button", has_text="Turn").click()
    page.wait_for_function("([selector, first]) => document.querySelector(selector).toDataURL() !== first", arg=[".one .prepared", upright])
    page.get_by_role("button", name="Put it back").click()
    page.wait_for_function("([selector, first]) => document.querySelector(selector).toDataURL() !== first", arg=[FIRST, first])
    page.get_by_role("button", name="Add it").wait_for()
    assert page.locator(".class_list .count").all_inner_texts() == ["6", "6"]
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete my pictures").click()  # asked, and thought better of
    page.locator(".class_list input").nth(1).fill("owl")
    page.locator(".class_list input").nth(1).blur()
    page.wait_for_function("document.querySelectorAll('#train-en .rowhead')[1]?.textContent === 'owl'")
    page.get_by_role("button", name="Start").click()
    page.wait_for_selector(PHASE.format("running"), timeout=60_000)
    page.wait_for_selector("#train-en .colhead >> text=drawn")
    first = drawn(page, DRAWN)
    page.wait_for_function("([selector, first]) => document.querySelector(selector).toDataURL() !== first", arg=[DRAWN, first])
    assert page.locator(".loss_curves canvas").count() == 4
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector(PHASE.format("done"), timeout=60_000)
    assert "Copies or new?" in page.locator(".after").inner_text()
    assert page.locator("#model-en").is_visible()
    for tab in ("Compare", "Interpolation", "Inpainting", "Identity swap"):
        page.locator(".run_bar .others").get_by_role("button", name=tab).click()
        page.wait_for_function(MINE)
        page.wait_for_function(NAMED, arg="CVAE-GAN of your pictures")
        assert not page.locator(".wrong p:visible").count(), tab
        assert studio.MINE not in page.url
        page.get_by_role("tab", name="Train").click()
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".run_bar .others").get_by_role("button", name="Interpolation").click()
    page.wait_for_function(MINE)
    page.wait_for_function(PICTURE_IN_SIGHT)  # on a phone the model's field lies folded below it
    assert page.locator(".unfolded:visible").count() == 0
    page.get_by_role("tab", name="Train").click()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".run_bar .others").get_by_role("button", name="Classes").click()
    page.locator(".controls label:visible", has_text="owl").wait_for()
    page.locator(".controls label:visible", has_text="owl").click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('label') === '10'")
    assert studio.MINE not in page.url  # its name is its key
    assert [desk.root.exists() for desk in desks] == [True]
    page.close()
    until = time.monotonic() + 20
    while desks[0].root.exists() and time.monotonic() < until:
        time.sleep(0.2)
    assert not desks[0].root.exists()
    assert desks[0].learner is None


def test_letters_are_drawn_one_by_one_each_into_its_class_and_can_be_learned(server, page):
    open_tab(page, server, "train")
    page.wait_for_selector("#train-en canvas")
    page.locator(".one:visible > button").click()
    pad = page.locator(".one .ink")
    for label, slope in (("L", 0.2), ("L", 0.5), ("V", 0.8)):
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + slope * box["width"], box["y"] + 0.8 * box["height"], steps=5)
        page.mouse.up()
        page.wait_for_function(
            "() => document.querySelector('.one .picture_pad').matches('.inked') && !document.querySelector('.one .picture_pad .said.error')?.textContent"
        )
        page.wait_for_function(f"{LIT}('.one .prepared') > 5")
        page.get_by_label("Its class").fill(label)
        page.get_by_role("button", name="Add it").click()
        page.wait_for_selector(".one .picture_pad:not(.inked)")
    page.wait_for_function("() => [...document.querySelectorAll('.class_list input')].map((e) => e.value).join() === 'L,V'")
    assert page.locator(".class_list .count").all_inner_texts() == ["2", "1"]
    assert page.locator("#train-en .rowhead").all_inner_texts() == ["L", "V"]
    assert page.get_by_role("button", name="Start").is_enabled()
    page.get_by_role("button", name="Add it").click()
    page.locator("[role=alert]:visible", has_text="draw a picture first").wait_for()


def test_on_a_phone_pictures_can_be_brought_at_once_where_there_is_no_example(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_tab(page, server, "train", "&dataset=faces&model=cvaegan-faces")
    page.locator(".run_bar .text:visible", has_text="Bring pictures of this kind").wait_for()
    page.get_by_role("button", name="Bring pictures: zip or files").wait_for(timeout=5000)
    assert not page.locator("#train-en canvas").count()
