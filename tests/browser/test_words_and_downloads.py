"""What the page says when something is wrong, what it marks as old, and what a download tells."""

import base64
import json

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from demo.text import Text
from genlib import images
from tests.browser.visit import MARKS, drawn, open_tab, settled

pytestmark = MARKS
zh = Text("zh")


def downloaded(page, press) -> tuple[Image.Image, dict]:
    """The PNG that pressing a button gives, and its text chunk."""
    with page.expect_download() as waiting:
        press.click()
    picture = Image.open(waiting.value.path())
    picture.load()
    return picture, json.loads(picture.text["latent-atelier"])


@pytest.fixture
def sent(tmp_path):
    """A base64 of a PNG as a file to be sent to the API."""

    def send(text: str):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.png"
        path.write_bytes(base64.b64decode(text))
        return handle_file(path)

    return send


def shown(page, selector: str, size: int = 28) -> np.ndarray:
    """The grey pixels of the canvases of a selector, side by side: (H, N·W) uint8."""
    data = page.eval_on_selector_all(selector, "all => all.map((c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data])")
    return np.concatenate([np.array(one, np.uint8).reshape(size, size, 4)[..., 0] for one in data], axis=1)


def cell(picture: Image.Image, k: int = 4, size: int = 28) -> bool:
    """Whether every pixel of some cell of an enlarged picture is a whole k×k square: its runs of one grey are multiples of k."""
    grey = np.asarray(picture.convert("L"))
    middle = grey[:, grey.shape[1] // 2]
    edges = np.flatnonzero(np.diff(middle.astype(int)))
    return len(edges) > 3 and picture.height >= k * size


def test_a_downloaded_swap_is_made_again_by_the_api(page, server, sent):
    open_tab(page, server, "swap")
    page.wait_for_selector("#swaps-en figure:nth-of-type(10)")
    picture, about = downloaded(page, page.locator("#swaps-en button:has-text('PNG') >> nth=0"))
    assert picture.width >= 10 * 28 * 4
    assert picture.height >= 28 * 4 + 40  # a title and captions too
    assert about["targets"] == list(range(10))
    assert len(about["z"]) == 16
    png, said = Client(server, verbose=False).predict(about["model"], sent(about["image"]), about["label"], about["targets"], api_name="/swap")
    assert np.array_equal(np.asarray(Image.open(png)), shown(page, "#swaps-en .section:nth-child(1) canvas"))
    assert said["z"] == pytest.approx(about["z"])


def test_a_downloaded_repair_is_made_again_by_the_api(page, server, sent):
    open_tab(page, server, "inpaint", "&seed=5&passes=3")
    page.wait_for_selector(".passes canvas")
    picture, about = downloaded(page, page.locator(".passes button:has-text('PNG')"))
    assert picture.width >= 3 * 28 * 4
    assert (about["seed"], about["passes"]) == (5, 3)
    arguments = about["model"], sent(about["image"]), sent(about["mask"]), about["label"], about["passes"], about["seed"]
    png, _ = Client(server, verbose=False).predict(*arguments, api_name="/inpaint")
    assert np.array_equal(np.asarray(Image.open(png))[:, -28:], shown(page, ".passes canvas"))


def test_a_downloaded_continuation_is_made_again_by_the_api(page, server, sent):
    open_tab(page, server, "pixel", "&start=half&n=2&seed=4&label=8&picture=8")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    page.wait_for_timeout(300)
    _, about = downloaded(page, page.locator(".pixel_stream button:has-text('PNG')"))
    files = sent(about["image"]), sent(about["mask"])
    *_, (png, _) = Client(server, verbose=False).submit(
        *(about[key] for key in ("model", "label", "n", "seed", "temperature")), *files, api_name="/sample"
    )
    again = images.to_tensor(Image.open(png))
    assert torch_equal(again, page)


def torch_equal(again, page) -> bool:
    """Whether a sheet from the API is what the stream's canvases hold; the pointed-at pixel is marked on the first one."""
    theirs, ours = np.round(again[0, 0].numpy() * 255).astype(np.uint8), shown(page, ".pixel_stream .pictures canvas")
    return np.array_equal(theirs[:, 28:], ours[:, 28:])


def test_every_row_offers_a_png_with_captions(page, server):
    open_tab(page, server, "compare", "&dataset=faces")
    page.wait_for_selector("#sheets-en figure canvas")
    picture, about = downloaded(page, page.locator("#sheets-en button:has-text('PNG')"))
    assert picture.width >= 10 * 64 * 4
    assert about["models"] == ["cvaegan-faces", "cvae-faces"]
    assert about["labels"][0] == list(range(10))
    assert cell(picture)


def test_a_moved_control_marks_the_pictures_as_old_until_the_new_are_there(page, server):
    open_tab(page, server, "pixel")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    settled(page)
    for control in (".classes label:has-text('7')", ".dice"):
        before = drawn(page, ".pixel_stream .pictures canvas >> nth=1")
        page.evaluate("""() => { window.marked = false; new MutationObserver(() => {
            window.marked ||= document.querySelector('.pixel_stream').classList.contains('stale'); }).observe(
            document.querySelector('.pixel_stream'), {attributes: true}); }""")
        page.locator(control).locator("visible=true").first.click()
        page.wait_for_function("(b) => document.querySelectorAll('.pixel_stream .pictures canvas')[1].toDataURL() !== b", arg=before)
        page.wait_for_selector(".pixel_stream:not(.stale)[data-at='784']")
        assert page.evaluate("window.marked")


def test_what_is_wrong_is_said_in_chinese(page, server):
    page.goto(f"{server}/zh?tab=classes")
    page.wait_for_selector(".pixel_canvas figure.pick")
    seed = page.locator(".seed input:visible")
    seed.fill("-3")
    page.wait_for_selector(".wrong p:visible")
    assert page.locator(".wrong p:visible").inner_text() == "随机种子必须是 0 到 9007199254740986 的整数，而给出的是 -3。"
    page.get_by_role("tab", name=zh("tab.swap"), exact=True).click()
    page.locator(".picture_pad:visible input[type=file]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.wait_for_selector(".picture_pad .error:visible")
    assert page.locator(".picture_pad .error:visible").inner_text() == "这个文件不是可以读取的图片：请用 PNG 或 JPEG。"
    page.get_by_role("tab", name=zh("tab.compare"), exact=True).click()
    page.wait_for_selector(".figure_table th")
    heads = page.locator(".figure_table th button").evaluate_all("all => all.map((b) => [b.textContent, b.title])")
    assert [zh("figure.coverage"), "coverage"] in heads


def test_a_cleared_mask_is_quiet_and_shows_the_picture_and_a_hint(page, server):
    open_tab(page, server, "inpaint")
    page.wait_for_selector(".passes canvas")
    page.wait_for_selector("text=One mask, every model")
    page.locator(".mask_pad button:visible", has_text="Clear").click()
    page.wait_for_selector("text=No hole yet")
    assert not page.locator(".wrong p").count()
    assert np.array_equal(shown(page, ".passes canvas"), shown(page, ".mask_pad canvas >> nth=0"))
    page.wait_for_selector("text=One mask, every model", state="detached")
    page.locator(".mask_pad button:visible", has_text="Top").click()
    page.wait_for_selector("text=One mask, every model")
    page.wait_for_timeout(1000)
    assert not page.locator(".wrong p, .toast-body").count()


def test_an_example_brings_its_hole_however_often_that_was_had(page, server):
    open_tab(page, server, "inpaint")
    page.wait_for_selector(".passes canvas")
    percent = page.locator(".mask_pad output:visible")
    easy = percent.inner_text()
    for name in ("Bottom", "A hard one", "An easy one", "Top", "An easy one"):
        page.locator(".mask_pad button:visible", has_text=name).click()
        page.wait_for_timeout(700)
    assert percent.inner_text() == easy
    assert Text("en")("inpaint.easy_said") in page.locator(".passes:visible").inner_text()


def test_a_pressed_sample_comes_into_sight_with_its_answer(page, server):
    page.set_viewport_size({"width": 1280, "height": 800})
    open_tab(page, server, "compare")
    page.wait_for_selector("#sheets-en figure.pick >> nth=30")
    page.locator("#sheets-en figure.pick >> nth=3").click()
    page.wait_for_selector("#closer-en figure canvas")
    page.wait_for_timeout(900)
    box = page.locator("#closer-en figure canvas >> nth=0").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 800
    page.locator(".dice:visible").click()
    page.wait_for_selector("#closer-en figure", state="detached")  # it was of the sheet before


def test_fashion_in_the_address_of_the_pixel_tab_names_its_classes(page, server):
    open_tab(page, server, "pixel", "&dataset=fashion&label=8&n=1")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    page.wait_for_selector(".classes label:has-text('Bag'):visible")
    assert page.locator(".classes label:visible").all_inner_texts()[0] == "T-shirt"
    page.locator("#link-pixel-en").click()
    page.wait_for_function("location.search.includes('dataset=fashion') && location.search.includes('model=pixelcnn-fashion')")


def test_what_was_put_off_does_not_bring_back_the_old_data_sets_model(page, server):
    open_tab(page, server, "interpolate", "&dataset=fashion")
    page.wait_for_selector("[id^=film] .passes[data-model^=cvaegan], .passes canvas")
    page.get_by_label("Model", exact=True).locator("visible=true").first.click()
    page.locator("[role=option][aria-label='GAN']:visible").click()
    page.evaluate("""async () => {
        const seen = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
        const seed = seen(".seed input")[0], type = (v) => { seed.value = v; seed.dispatchEvent(new Event("input", { bubbles: true })); };
        for (const v of [3, 4, 5]) { type(v); await new Promise((then) => setTimeout(then, 60)); }  // more are asked for than can be answered
        seen("input[type=radio][value=sprites]")[0].click();
    }""")
    models = (
        "[...document.querySelectorAll('.atelier[data-model]')].filter((e) => e.checkVisibility()).map((e) => e.dataset.model).filter((name) => name)"
    )
    page.wait_for_function(f"{models}.includes('cvaegan-sprites')")
    page.wait_for_timeout(4000)  # time for an overtaken answer to come late
    page.wait_for_function(f"((names) => names.length && names.every((name) => name === 'cvaegan-sprites'))({models})")
    assert page.evaluate(
        "[...document.querySelectorAll('.passes canvas, .pixel_canvas canvas')].filter((e) => e.checkVisibility()).every((c) => c.width === 64)"
    )
