"""The page in Chromium, used as a person would."""

import io

import pytest
import torch
from PIL import Image

from demo.registry import ModelRegistry
from tests.browser.visit import MARKS, drawn, open_tab, settled

pytestmark = MARKS


def test_dragging_the_map_changes_the_picture_without_a_request(page, server):
    open_tab(page, server, "latent")
    page.wait_for_selector("[data-ready=yes]")
    settled(page)
    before, asked = drawn(page, ".latent_pad .view canvas >> nth=0"), []
    box = page.locator(".latent_pad .front >> nth=0").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.on("request", lambda r: asked.append(r.url))
    page.mouse.move(box["x"] + 220, box["y"] + 240, steps=10)
    assert drawn(page, ".latent_pad .view canvas >> nth=0") != before
    assert not asked
    page.mouse.up()


def test_the_pages_decoder_agrees_with_torch(page, server):
    open_tab(page, server, "latent")
    page.wait_for_selector("[data-ready=yes]")
    points = [[0.0, 0.0], [1.3, -0.7], [-2.5, 2.2]]
    for z in points:
        script = "(e, z) => e.latentDecode('vae2d-mnist', z)"
        theirs = torch.tensor(page.eval_on_selector("[data-ready=yes]", script, z))
        ours = ModelRegistry().model("vae2d-mnist").decode(torch.tensor([z])).flatten()
        assert (theirs - ours).abs().max() <= 1 / 255


def test_every_class_of_one_z_is_there_at_first_paint(page, server):
    open_tab(page, server, "classes")
    page.wait_for_selector("#classes-en figure:nth-of-type(10)")
    sections = page.locator(".pixel_canvas .section").count()
    assert sections >= 3
    page.locator(".pixel_canvas figure.pick >> nth=5").click()
    page.wait_for_function(
        "document.querySelectorAll('.pixel_canvas figure.chosen').length && document.querySelector('.pixel_canvas h3').textContent.startsWith('5')"
    )


def test_picking_another_picture_swaps_that_one(page, server):
    open_tab(page, server, "swap")
    page.wait_for_selector("#swaps-en figure:nth-of-type(10)")
    before = drawn(page, "#swapped-en canvas >> nth=0")
    page.locator(".picture_pad .strip button:visible >> nth=2").click()
    page.wait_for_function("(b) => document.querySelector('#swapped-en canvas').toDataURL() !== b", arg=before)
    assert page.locator("#swapped-en h3").inner_text().startswith("Read as 2")


def test_the_frame_of_a_row_stands_on_the_class_that_is_gone_to_by_button_or_by_picture(page, server):
    open_tab(page, server, "swap")
    page.wait_for_selector("#swaps-en figure:nth-of-type(10)")
    framed = """(mark) => { const figures = [...document.querySelector("#swaps-en .section").querySelectorAll("figure")];
        return figures.flatMap((figure, k) => figure.classList.contains(mark) ? [k] : []); }"""
    assert (page.evaluate(framed, "own"), page.evaluate(framed, "picked")) == ([7], [8])
    page.locator("#target-en button", has_text="3").click()
    page.wait_for_function("document.querySelector('#swapped-en h3').textContent.includes('swapped to 3')")
    assert (page.evaluate(framed, "own"), page.evaluate(framed, "picked")) == ([7], [3])
    page.locator("#swaps-en figure.pick >> nth=5").click()
    page.wait_for_function("document.querySelector('#swapped-en h3').textContent.includes('swapped to 5')")
    settled(page)
    assert page.evaluate(framed, "picked") == [5]


def test_a_drawn_digit_is_read_swapped_and_its_class_corrected(page, server):
    open_tab(page, server, "swap")
    page.wait_for_selector("#swaps-en figure:nth-of-type(10)")
    box = page.locator(".picture_pad .ink:visible").bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 140, steps=10)
    page.mouse.up()
    page.wait_for_function("document.querySelector('#swapped-en h3').textContent.startsWith('Read as 1')")
    settled(page, 500)  # a half-drawn 1 is read as one too
    assert page.locator("#source-en [aria-checked=true]").inner_text() == "1"
    row = [drawn(page, f"#swaps-en .section:nth-child(1) canvas >> nth={k}") for k in range(10)]
    assert len(set(row)) == 10
    picture = drawn(page, "#swapped-en canvas >> nth=0")
    page.locator("#source-en button >> nth=7").click()
    page.wait_for_function("document.querySelector('#swapped-en h3').textContent.startsWith('Read as 7')")
    assert drawn(page, "#swapped-en canvas >> nth=0") == picture


def test_other_hair_is_put_on_a_sprite_beside_the_real_picture(page, server):
    open_tab(page, server, "swap")
    page.wait_for_selector("#swaps-en figure")
    page.locator("label:visible", has_text="Sprites").click()
    page.wait_for_selector("#target-en .pictured canvas")
    page.wait_for_function("document.querySelectorAll('#swapped-en figure').length === 4")
    kept, before = drawn(page, "#swapped-en canvas >> nth=2"), drawn(page, "#swapped-en canvas >> nth=0")
    page.locator("#target-en [aria-label^='Hair'] button[aria-checked=false] >> nth=2").click()
    page.wait_for_function("(b) => document.querySelectorAll('#swapped-en canvas')[0].toDataURL() !== b", arg=before)
    assert drawn(page, "#swapped-en canvas >> nth=2") == kept
    assert "dB" in page.locator("#swapped-en figcaption >> nth=1").inner_text()


def test_a_face_is_picked_by_its_light_and_lit_from_elsewhere(page, server):
    open_tab(page, server, "swap", "&dataset=faces")
    page.wait_for_selector(".dome button:visible")
    page.wait_for_selector("#swaps-en figure:nth-of-type(38)")
    pictures = "[...document.querySelectorAll('#swapped-en canvas')].map((c) => c.toDataURL()).join()"
    before = page.evaluate(pictures)
    page.locator(".dome button[aria-pressed=false]:visible >> nth=3").click()
    page.locator(".picture_pad .strip button:visible >> nth=1").click()
    page.wait_for_function(f"(b) => {pictures} !== b", arg=before)
    settled(page, 700)
    swapped = page.evaluate(pictures)
    page.locator("#swaps-en .section:last-child figure >> nth=18").click()  # a cell of z × c
    page.wait_for_function(f"(b) => {pictures} !== b", arg=swapped)
    assert page.get_by_label("z on its way there").locator("visible=true").first.input_value() == "1"
    assert page.locator(".rights:visible", has_text="Extended Yale").count()


def test_a_picture_without_a_face_and_a_refused_camera_get_a_sentence(page, server):
    open_tab(page, server, "swap", "&dataset=faces")
    page.wait_for_selector(".dome button:visible")
    drawing = io.BytesIO()
    Image.new("L", (200, 200), 90).save(drawing, "PNG")
    page.locator(".picture_pad:visible input[type=file]").set_input_files(
        {"name": "drawing.png", "mimeType": "image/png", "buffer": drawing.getvalue()}
    )
    page.wait_for_selector(".picture_pad .error:visible", timeout=20_000)
    assert "No face was found" in page.locator(".picture_pad .error:visible").inner_text()
    page.locator(".picture_pad .camera:visible").click()
    page.wait_for_selector("text=The camera is not available")


def test_the_eyes_of_a_face_are_repaired_with_a_psnr_a_pass(page, server):
    open_tab(page, server, "inpaint", "&dataset=faces")
    page.wait_for_selector(".passes canvas")
    page.wait_for_selector(".mask_pad button:visible:has-text('Eyes')")
    before = drawn(page, ".passes canvas")
    page.locator(".mask_pad button:visible", has_text="Eyes").click()
    page.wait_for_function("(b) => document.querySelector('.passes canvas').toDataURL() !== b", arg=before)
    assert page.locator(".passes .curve:visible").count() == 2
    assert "PSNR" in page.locator(".passes .curve >> nth=1").inner_text()


def test_a_painted_hole_is_repaired_and_the_rest_untouched(page, server):
    open_tab(page, server, "inpaint")
    page.wait_for_selector(".passes canvas")
    page.wait_for_selector(".mask_pad .over")
    before = drawn(page, ".passes canvas")
    over = page.locator(".mask_pad .over")
    box = over.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 330, steps=12)
    page.mouse.up()
    page.wait_for_function("(b) => document.querySelector('.passes canvas').toDataURL() !== b", arg=before)
    same = page.evaluate("""() => {
        const px = (s) => { const c = document.querySelector(s); return c.getContext('2d').getImageData(0, 0, c.width, c.height).data; };
        const [x, hole, out] = [px('.mask_pad canvas'), px('.mask_pad .over'), px('.passes canvas')];
        let kept = 0;
        for (let i = 0; i < x.length; i += 4) { if (hole[i + 3] === 0) { if (x[i] !== out[i]) return -1; kept++; } }
        return kept; }""")
    assert same > 100


def test_sampling_is_seen_pixel_by_pixel_stops_and_goes_on_from_there(page, server):
    open_tab(page, server, "pixel", "&n=3")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    page.evaluate("addEventListener('task', (e) => { window.task = e.detail.task; })")
    # Both clicks from inside the page: it takes a second until so many are seen, which a busy machine may need for one click.
    page.evaluate("""async () => {
        const stream = document.querySelector('.pixel_stream'), [sample, stop] = stream.querySelectorAll('.acts button');
        sample.click();
        while (+stream.dataset.shown > 700 || +stream.dataset.shown < 60) await new Promise(requestAnimationFrame);
        window.behind = stream.dataset.at - stream.dataset.shown;
        stop.click();
    }""")
    shown = int(page.get_attribute(".pixel_stream", "data-shown"))
    page.wait_for_timeout(700)
    assert 60 <= shown < 700
    assert int(page.get_attribute(".pixel_stream", "data-shown")) == shown
    assert page.evaluate("window.behind") >= 0
    assert page.locator(".seed input:visible").input_value() == "1"
    page.locator(".pixel_stream .acts button", has_text="Again from here").click()
    page.wait_for_function("location.search.includes('start=hole') && location.search.includes('seed=2')")
    page.wait_for_function(
        "(n) => { const s = document.querySelector('.pixel_stream'); return !s.matches('.stale') && +s.dataset.shown > n; }", arg=shown
    )
    assert page.evaluate("window.task") == "pixel.stop"


def test_pointing_at_a_pixel_shows_its_distribution(page, server):
    open_tab(page, server, "pixel")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    page.wait_for_function("document.querySelector('.pixel_stream .said').textContent.includes('nats')")  # one to begin with
    page.locator(".pixel_stream .pictures canvas >> nth=0").hover(position={"x": 28, "y": 44})
    page.wait_for_function("document.querySelector('.pixel_stream .said').textContent.includes('Row 5, column 3:')")


def test_the_entropy_of_a_finished_picture_takes_its_place_and_gives_it_back(page, server):
    open_tab(page, server, "pixel")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    page.wait_for_timeout(800)
    picture = drawn(page, ".pixel_stream .pictures canvas >> nth=1")
    button = page.locator(".pixel_stream button", has_text="Entropy")
    button.click()
    page.wait_for_function("(b) => document.querySelectorAll('.pixel_stream .pictures canvas')[1].toDataURL() !== b", arg=picture)
    assert "nats" in page.locator(".pixel_stream .said").inner_text()
    button.click()
    page.wait_for_function("(b) => document.querySelectorAll('.pixel_stream .pictures canvas')[1].toDataURL() === b", arg=picture)


def test_a_hole_is_continued_beside_the_cvae_gans_repair(page, server):
    open_tab(page, server, "pixel", "&picture=4&label=4&n=2")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    before = drawn(page, ".pixel_stream .pictures canvas >> nth=0")
    page.locator("label:visible", has_text="A painted hole").click()  # drawn anew at once
    page.wait_for_selector(".mask_pad .over:visible")
    assert page.locator(".mask_pad:visible h3").inner_text() == "Paint a hole"  # a pad that comes into sight has its words
    page.wait_for_selector("text=The same hole repaired by a CVAE-GAN")
    page.wait_for_function("(b) => document.querySelector('.pixel_stream .pictures canvas').toDataURL() !== b", arg=before)
    assert page.locator(".likelihoods tr.best th").inner_text() == "4"


def test_an_address_with_a_seed_keeps_its_class(page, server):
    open_tab(page, server, "classes", "&label=6&seed=42")
    page.wait_for_selector(".pixel_canvas h3")
    page.wait_for_timeout(1500)
    assert page.locator(".pixel_canvas h3 >> nth=0").inner_text() == "6"


def test_the_chinese_page_restores_an_address_too(page, server):
    page.goto(f"{server}/zh?tab=classes&label=6&seed=42")
    page.wait_for_selector(".pixel_canvas h3")
    page.wait_for_timeout(1500)
    assert page.locator(".pixel_canvas h3 >> nth=0").inner_text() == "6"
    assert page.locator(".seed input >> nth=0").input_value() == "42"


def test_the_dice_draws_another_z(page, server):
    open_tab(page, server, "classes")
    page.wait_for_selector(".pixel_canvas figure.pick")
    page.wait_for_timeout(500)
    before = drawn(page, ".pixel_canvas canvas >> nth=0")
    page.locator(".dice:visible").click()
    page.wait_for_function("before => document.querySelector('.pixel_canvas canvas').toDataURL() !== before", arg=before)
    assert page.locator(".seed input:visible").input_value() != "0"


def test_two_visitors_do_not_see_each_others_state(chromium, page, server):
    open_tab(page, server, "classes", "&label=3")
    other = chromium.new_page()
    open_tab(other, server, "classes", "&label=5&seed=9")
    other.wait_for_selector(".pixel_canvas h3")
    page.wait_for_selector(".pixel_canvas h3")
    before = drawn(page, ".pixel_canvas canvas >> nth=0")
    other.locator(".pixel_canvas figure.pick >> nth=8").click()
    other.wait_for_function("document.querySelector('.pixel_canvas h3').textContent === '8'")
    page.wait_for_timeout(500)
    assert page.locator(".pixel_canvas h3 >> nth=0").inner_text() == "3"
    assert drawn(page, ".pixel_canvas canvas >> nth=0") == before
    other.close()


def test_the_page_speaks_chinese_too(page, server):
    page.goto(f"{server}/zh")
    page.wait_for_selector("text=平面上的每一点意味着什么？")
    page.wait_for_function("document.documentElement.lang === 'zh'")


def test_a_link_carries_a_drawn_picture_and_a_painted_hole(chromium, page, server):
    open_tab(page, server, "inpaint")
    page.wait_for_selector(".passes canvas")
    page.wait_for_selector(".picture_pad .strip:visible button")
    page.wait_for_timeout(500)
    first = drawn(page, ".mask_pad canvas >> nth=0")
    box = page.locator(".picture_pad .ink:visible").bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 140, steps=8)
    page.mouse.up()
    page.wait_for_function("(b) => document.querySelector('.mask_pad canvas').toDataURL() !== b", arg=first)
    settled(page, 500)
    page.locator(".mask_pad button:visible", has_text="Left").click()
    settled(page, 4000)
    page.locator("#link-inpaint-en").click()
    page.wait_for_function("location.search.includes('mask=')")
    shown = [drawn(page, f"{pad} canvas >> nth={k}") for pad, k in ((".mask_pad", 0), (".mask_pad", 1), (".passes", 0))]
    other = chromium.new_page(viewport={"width": 1280, "height": 900})
    other.goto(page.url)
    other.wait_for_selector(".passes canvas")
    other.wait_for_function("(b) => document.querySelector('.passes canvas').toDataURL() === b", arg=shown[2])
    assert [drawn(other, f".mask_pad canvas >> nth={k}") for k in (0, 1)] == shown[:2]
    other.close()


@pytest.mark.parametrize("dataset", ["mnist", "fashion"])
def test_all_ten_classes_fit_a_phone(page, server, dataset):
    page.set_viewport_size({"width": 390, "height": 844})
    open_tab(page, server, "classes", f"&dataset={dataset}&model=cvaegan-{dataset}")
    page.wait_for_selector(".pixel_canvas figure.pick")
    page.wait_for_timeout(800)
    right = page.locator("#classes-en figure >> nth=9").bounding_box()
    assert right["x"] + right["width"] <= 390


@pytest.mark.parametrize("tab", ["latent", "classes", "swap", "inpaint", "pixel", "interpolate", "compare"])
def test_a_spoiled_address_shows_the_page_as_it_begins(page, server, tab):
    open_tab(page, server, tab, "&z1=nan&label=99&seed=-3&walk=inf&temperature=1e9&picture=garbage&mask=garbage&n=77&model=nothing")
    shown = {
        "latent": ".latent_pad .view canvas",
        "inpaint": ".passes canvas",
        "pixel": ".pixel_stream .pictures canvas",
        "interpolate": "#film-en canvas",
    }
    page.wait_for_selector(shown.get(tab, ".pixel_canvas canvas") + ":visible")
    page.wait_for_timeout(500)
    assert not page.locator(".toast-body").count()


def test_a_wrong_model_is_answered_with_a_sentence_and_the_next_right_one_clears_it(page, server):
    open_tab(page, server, "classes")
    page.wait_for_selector(".pixel_canvas figure.pick")
    box = page.get_by_label("Model").locator("visible=true").first
    box.fill("nonsense")
    box.press("Enter")
    page.wait_for_selector(".wrong p:visible")
    assert "nonsense" in page.locator(".wrong p:visible").inner_text()
    box.fill("cvae-mnist")
    box.press("Enter")
    page.wait_for_selector(".wrong p", state="detached")


def test_the_picture_pad_speaks_in_words_on_a_tab_opened_later(page, server):
    page.goto(server)
    page.wait_for_selector("[data-ready=yes]")
    page.get_by_role("tab", name="Identity swap").click()
    page.wait_for_selector(".picture_pad .strip:visible button")
    assert page.locator(".picture_pad h3:visible").inner_text() == "Picture"


def test_a_stop_before_the_first_pixel_stops_too(page, server):
    open_tab(page, server, "pixel", "&n=9")
    page.wait_for_selector(".pixel_stream[data-at='784']")
    # Gradio asks the server to cancel an event that has no number yet, and is told so.
    page.expected = "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
    page.locator(".seed input:visible").fill("5")
    page.wait_for_timeout(300)
    page.evaluate("""async () => {
        document.querySelector('.pixel_stream .acts .primary').click();
        await new Promise((then) => setTimeout(then, 60));
        document.querySelector('.pixel_stream .acts button:nth-of-type(2)').click();
    }""")
    before = drawn(page, ".pixel_stream .pictures canvas >> nth=0")
    page.wait_for_timeout(2500)
    assert drawn(page, ".pixel_stream .pictures canvas >> nth=0") == before
    page.locator(".pixel_stream .acts .primary").click()  # what is asked for afterwards is drawn
    page.wait_for_function("(b) => document.querySelector('.pixel_stream .pictures canvas').toDataURL() !== b", arg=before)


def test_a_film_between_two_pictures_plays_and_stops_where_it_is_put(page, server):
    open_tab(page, server, "interpolate")
    page.wait_for_selector(".passes canvas")
    page.wait_for_function("document.querySelector('.passes .tools output').textContent.includes('17 / 33')")
    middle = drawn(page, ".passes canvas >> nth=0")
    slider = page.locator(".passes input[type=range] >> nth=0")
    slider.fill("33")
    assert drawn(page, ".passes canvas >> nth=0") != middle
    page.locator("label", has_text="Spherical").click()
    page.wait_for_function("document.querySelector('.passes h3').textContent === 'Spherical'")


def test_models_are_compared_sorted_and_a_sample_looked_at_closely(page, server):
    open_tab(page, server, "compare")
    page.wait_for_selector(".figure_table tbody tr:nth-child(3)")
    page.locator(".figure_table button[data-key=fid]").click()
    order = page.locator(".figure_table tbody tr").evaluate_all("rows => rows.map((r) => +r.children[1].textContent)")
    assert order == sorted(order)
    page.locator(".figure_table button[data-key=fid]").click()
    turned = page.locator(".figure_table tbody tr").evaluate_all("rows => rows.map((r) => +r.children[1].textContent)")
    assert turned == order[::-1]
    page.locator("[id^=sheets] figure.pick >> nth=3").click()
    page.wait_for_selector("#closer-en figure canvas")


def test_dragging_over_a_plane_of_many_dimensions_decodes_where_the_pointer_is(page, server):
    open_tab(page, server, "interpolate")
    page.wait_for_selector(".plane_pad .frame canvas")
    page.wait_for_timeout(500)
    page.locator(".plane_pad .frame canvas").scroll_into_view_if_needed()
    before, box = drawn(page, ".plane_pad .view canvas"), page.locator(".plane_pad .frame canvas").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.wait_for_function("(b) => document.querySelector('.plane_pad .view canvas').toDataURL() !== b", arg=before)
    corner = drawn(page, ".plane_pad .view canvas")
    page.mouse.move(box["x"] + box["width"] - 10, box["y"] + 20, steps=5)
    page.wait_for_function("(b) => document.querySelector('.plane_pad .view canvas').toDataURL() !== b", arg=corner)
    page.mouse.up()
