import numpy as np
import pytest
import torch
from PIL import Image

from genlib import data
from genlib.data import characters
from genlib.data.yale import held_out


@pytest.fixture
def yale(tmp_path):
    """Three people under twenty lights, one flash missed, one without flash."""
    rng = np.random.default_rng(0)
    for person in ("yaleB01", "yaleB02", "yaleB15"):
        folder = tmp_path / "CroppedYale" / person
        folder.mkdir(parents=True)
        for azimuth in range(-100, 100, 10):
            Image.fromarray(rng.integers(10, 256, (192, 168), np.uint8)).save(folder / f"{person}_P00A{azimuth:+04d}E+00.pgm")
        Image.fromarray(np.ones((192, 168), np.uint8)).save(folder / f"{person}_P00A+110E-20.pgm")
        Image.fromarray(rng.integers(10, 256, (192, 168), np.uint8)).save(folder / f"{person}_P00_Ambient.pgm")
    return tmp_path


def test_faces_leave_out_missed_flashes_and_split_by_person_and_light(yale):
    train, test = (data.faces(yale, split) for split in ("train", "test"))
    assert len(train) + len(test) == 60
    assert len(test) == sum(held_out(f"yaleB{p}", f"{a:+04d}+00") for p in ("01", "02", "15") for a in range(-100, 100, 10))
    pairs = [set(zip(s.y.tolist(), s.attribute.tolist(), strict=True)) for s in (train, test)]
    assert not pairs[0] & pairs[1]
    assert train.labels == ("yaleB01", "yaleB02", "yaleB15")


def test_a_face_is_the_area_average_of_the_centre_square(yale):
    images = data.faces(yale, "train")
    k, light = int(images.y[0]), images.attributes[images.attribute[0]]
    whole = np.array(Image.open(yale / f"CroppedYale/{images.labels[k]}/{images.labels[k]}_P00A{light[:4]}E{light[4:]}.pgm"))
    square = torch.from_numpy(whole[12:180].astype(np.float32))
    expected = torch.nn.functional.interpolate(square[None, None], (64, 64), mode="area")[0]
    assert (images.batch(slice(0, 1)).x[0] * 255 - expected).abs().max() <= 0.5


def test_no_faces_is_one_sentence(tmp_path):
    with pytest.raises(data.DataError, match="CroppedYale"):
        data.faces(tmp_path, "train")


@pytest.fixture
def wardrobe(tmp_path):
    """Sheets whose cells are one colour, opaque in a band of their own; the shoes are transparent but for a pixel."""
    for i, factor in enumerate((*characters.FACTORS, "shoes")):
        (tmp_path / "sprites" / factor).mkdir(parents=True)
        for k in range(6):
            cell = np.zeros((64, 64, 4), np.uint8)
            rows = slice(60, 61) if factor == "shoes" else slice(10 * i, 10 * i + 15)  # each covers the last one's foot
            cell[rows] = (40 * i + 5 * k, 30 + k, 200, 255)
            Image.fromarray(np.tile(cell, (21, 13, 1))).save(tmp_path / "sprites" / factor / f"{k}.png")
    return tmp_path


def test_a_character_is_its_garments_one_over_the_other(wardrobe):
    images = data.sprites(wardrobe, "train")
    x, y = images.batch(torch.tensor([0, 777]))
    for picture, garments in zip((x * 255).round(), characters.factors(y).tolist(), strict=True):
        for i, k in enumerate(garments):
            assert picture[:, 10 * i + 9, 5].tolist() == [40 * i + 5 * k, 30 + k, 200]  # the next one begins below
        assert picture[:, 60, 0].tolist() == [165, 31, 200]
        assert not picture[:, 63].any()


def test_characters_are_held_out_whole(wardrobe):
    train, test = (data.sprites(wardrobe, split) for split in ("train", "test"))
    assert not set(train.y.tolist()) & set(test.y.tolist())
    assert len(train) + len(test) == 6**4 * 45
    assert 0.07 < len(test) / (6**4 * 45) < 0.13
    assert (test.attribute.bincount() == len(test) // 45).all()


def test_a_missing_sheet_is_one_sentence(tmp_path):
    with pytest.raises(data.DataError, match="sprites"):
        data.sprites(tmp_path, "test")
