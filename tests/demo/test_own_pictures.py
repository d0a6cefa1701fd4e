"""A picture that a model is fine-tuned on and one that is uploaded to it are the same."""

import base64

import numpy as np
import pytest
from PIL import Image, ImageDraw

from demo import uploads
from demo.registry import ModelRegistry
from demo.text import Text
from demo.widgets.base import from_pixels
from genlib import checkpoint, data, finetuning, images, preparation
from genlib.models.cvae import CVAE, CVAEConfig


@pytest.fixture
def letters(tmp_path):
    """Two letters as a pen writes them, dark on white paper, larger than any model's pictures and off the centre."""
    for k, name in enumerate("ab"):
        (tmp_path / "letters" / name).mkdir(parents=True)
        paper = Image.new("L", (300, 240), 235)
        pen = ImageDraw.Draw(paper)
        pen.line([(60, 40), (100, 160), (150, 50 + 60 * k)], fill=30, width=14)
        paper.save(tmp_path / "letters" / name / "letter.png")
    return tmp_path / "letters"


def test_a_letter_is_the_same_to_finetuning_to_the_page_and_to_the_api(letters, tmp_path):
    config = CVAEConfig(size=28, classes=2, latent_dim=4, width=4, depth=2, features=8)
    checkpoint.save(CVAE(config), tmp_path / "old", labels=("a", "b"), dataset="mnist")
    task, registry = finetuning.prepare(tmp_path / "old", letters), ModelRegistry()
    assert "prepared as digits" in task.report[0]
    for k, name in enumerate("ab"):
        raw = (letters / name / "letter.png").read_bytes()
        trained = task.batches.images.x[k : k + 1]
        asked = {"picture": base64.b64encode(raw).decode(), "dataset": "mnist", "size": 28, "channels": 1}
        uploaded = from_pixels(uploads.prepare(registry, Text("en"), asked)["pixels"])
        assert np.array_equal(images.to_uint8(trained.float() / 255), images.to_uint8(uploaded))
        served = preparation.prepare(raw, preparation.kind_of(checkpoint.Info("cvae", {}, preparation="digits")), 28, 1).x
        assert np.array_equal(images.to_uint8(trained.float() / 255), images.to_uint8(served))
        assert trained[:, :, :2].float().mean() < 10  # white paper is not kept


def test_a_finetuned_models_pictures_are_prepared_as_its_bases(letters, tmp_path):
    config = CVAEConfig(size=28, classes=2, latent_dim=4, width=4, depth=2, features=8)
    info = checkpoint.save(CVAE(config), tmp_path / "old", labels=("a", "b"), dataset="fashion")
    assert finetuning.prepare(tmp_path / "old", letters).about["preparation"] == "clothes"
    checkpoint.write_info(tmp_path / "old", checkpoint.replace(info, dataset="folder", preparation="digits"))
    task = finetuning.prepare(tmp_path / "old", letters)
    assert task.about["preparation"] == "digits"
    assert data.folder(letters, 28, 1, "digits").x.equal(task.batches.images.x)
