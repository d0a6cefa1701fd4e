import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from genlib import images, preparation


def prepare(raw, size=28, channels=1):
    return preparation.prepare(raw, "digits", size, channels).x


def encoded(picture, kind="PNG", **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def test_a_sheet_is_filled_row_by_row_without_gaps():
    x = torch.arange(6).view(6, 1, 1, 1) / 255
    assert images.sheet(x, 3).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_png_carries_what_made_it():
    picture = Image.open(io.BytesIO(images.png(torch.rand(2, 1, 4, 4), model="m", seed=3)))
    assert json.loads(picture.text["latent-atelier"]) == {"model": "m", "seed": 3}


def test_an_upload_of_the_models_size_is_taken_as_it_is():
    x = torch.randint(0, 256, (1, 1, 28, 28)) / 255
    torch.testing.assert_close(prepare(images.png(x)), x)


def drawn(ink, paper, mode="L"):
    array = np.full((300, 200), paper, np.uint8)
    array[40:90, 30:60] = ink
    return Image.fromarray(array).convert(mode)


@pytest.mark.parametrize(
    "raw",
    [
        encoded(drawn(0, 255)), encoded(drawn(255, 0)), encoded(drawn(10, 240, "RGB"), "JPEG", quality=95), encoded(drawn(0, 255, "CMYK"), "TIFF"),
        encoded(Image.fromarray((np.asarray(drawn(0, 255)).astype(np.uint16)) * 257)), encoded(drawn(0, 255, "P"), "GIF"),
    ],
    ids=["dark on light", "light on dark", "jpeg", "cmyk", "16 bits", "gif"],
)  # fmt: skip
def test_handwriting_is_centred_and_light_on_dark(raw):
    x = prepare(raw, 28, 1)[0, 0]
    assert x[0].max() < 0.3
    assert x.max() > 0.9
    weight = x / x.sum()
    assert abs(float((weight.sum(1) * torch.arange(28)).sum()) - 14) < 0.6
    assert abs(float((weight.sum(0) * torch.arange(28)).sum()) - 14) < 0.6
    assert 19 <= int((x.max(dim=1).values > 0.5).sum()) <= 21


def animated():
    return encoded(drawn(0, 255), "GIF", save_all=True, append_images=[drawn(255, 0)])


def test_of_an_animation_the_first_frame_is_taken():
    assert prepare(animated(), 28, 1).shape == (1, 1, 28, 28)


def test_twenty_five_megapixels_are_read_and_not_one_more():
    page = np.full((5000, 5000), 255, np.uint8)
    page[1500:3500, 2300:2700] = 0
    assert prepare(encoded(Image.fromarray(page))).max() > 0.9
    with pytest.raises(images.PictureError, match="5000×5001.*25 megapixels"):
        images.open_picture(encoded(Image.new("L", (5000, 5001))))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_colour_is_the_same_in_every_format(kind):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    x = preparation.prepare(encoded(Image.new("RGB", (90, 90), (220, 30, 30)), kind, **options), "colour", 64, 3).x
    assert (x.mean(dim=(0, 2, 3)) * 255 - torch.tensor([220, 30, 30])).abs().max() < 3


def test_a_large_jpeg_keeps_its_colour_while_it_is_scaled():
    x = preparation.prepare(encoded(Image.new("RGB", (3000, 4000), (20, 180, 90)), "JPEG", quality=90), "colour", 64, 3).x
    assert (x.mean(dim=(0, 2, 3)) * 255 - torch.tensor([20, 180, 90])).abs().max() < 3


@pytest.mark.parametrize(
    ("raw", "says"),
    [(b"", "empty"), (b"hello", "not a picture"), (encoded(drawn(0, 255))[:200], "not a picture"), (encoded(Image.new("L", (50, 50), 9)), "blank")],
    ids=["empty", "text", "truncated", "blank"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_one_sentence(raw, says):
    with pytest.raises(images.PictureError, match=says):
        prepare(raw, 28, 1)


def test_a_thin_pen_on_unevenly_lit_paper_is_white_on_black():
    paper = np.tile(np.linspace(190, 240, 1000), (1000, 1))
    paper[200:800, 500:506] = 20
    x = prepare(encoded(Image.fromarray(paper.astype(np.uint8))), 28, 1)
    assert x.max() > 0.9
    assert (x > 0).float().mean() < 0.1  # the stroke alone


def test_white_ink_on_nothing_is_ink():
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (45, 10, 55, 90))
    assert prepare(encoded(picture), 28, 1).max() == 1


def test_two_specks_far_apart_are_refused():
    picture = np.full((1000, 1000), 255, np.uint8)
    picture[3, 3] = picture[990, 990] = 0
    with pytest.raises(images.PictureError, match="specks|blank"):
        prepare(encoded(Image.fromarray(picture)), 28, 1)
