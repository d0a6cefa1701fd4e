"""Own pictures where OpenCV is not installed."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from demo import samples
from demo.text import Text
from genlib import hub, images, preparation
from genlib.preparation import Handle
from tests.bench.uploads import drawn, probabilities, right

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_opencv(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)  # as good as not installed


def encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def wide(x: torch.Tensor, ground: int) -> Image.Image:
    """A picture of (1, 1, H, W), six times as large, in the middle of a wide ground."""
    face = Image.fromarray(images.sheet(x)).convert("L")
    face = face.resize([6 * n for n in face.size], Image.Resampling.BICUBIC)
    canvas = Image.new("L", (2 * face.width, face.height), ground)
    canvas.paste(face, (face.width // 2, 0))
    return canvas


def test_a_face_is_the_centre_square_and_the_note_says_so_in_both_languages():
    x = samples.load("faces").x[3:4]
    made = preparation.prepare(encoded(wide(x, 128)), "faces", 64, 1)
    assert float((made.x - x).abs().mean()) < 0.012
    assert " ".join(Text("en").problem(note) for note in made.notes) == (
        "The centre square. OpenCV is not installed, so no face was looked for: pip install 'latent-atelier[faces]'."
    )
    assert "".join(Text("zh").problem(note) for note in made.notes) == (
        "取中间的正方形。未安装 OpenCV，因此没有寻找脸：pip install 'latent-atelier[faces]'。"
    )


def test_what_a_person_framed_and_what_is_ready_is_taken_as_ever():
    x = samples.load("faces").x[3:4]
    assert torch.equal(preparation.prepare(images.png(x), "faces", 64, 1).x, images.to_tensor(Image.fromarray(images.sheet(x)).convert("L")))
    made = preparation.prepare(encoded(wide(x, 128)), "faces", 64, 1, Handle(cut=(0.25, 0.0, 0.75, 1.0)))
    assert float((made.x - x).abs().mean()) < 0.012
    assert str(made.notes[0]) == "Your frame, made square."


@pytest.mark.parametrize(("name", "kind"), [("mnist", "digits"), ("fashion", "clothes")])
def test_a_digit_or_clothes_on_white_become_light_on_black(name, kind):
    x = samples.load(name).x[3:4]
    for picture, ground in ((x, 0), (1 - x, 255)):
        made = preparation.prepare(encoded(wide(picture, ground)), kind, 28, 1)
        assert float((made.x - x).abs().mean()) < 0.02
        assert made.invert is bool(ground)
        assert "OpenCV is not installed, so ground, light and stroke are as they were" in str(made.notes[1])
    assert float((preparation.prepare(encoded(wide(x, 0)), kind, 28, 1, Handle(invert=True)).x + x - 1).abs().mean()) < 0.02


def test_a_drawing_wants_no_opencv():
    x, y = drawn(ROOT / "tests" / "pictures" / "strokes", 150)
    assert right(probabilities(hub.load("classifier-mnist"), x), y) >= 0.94


def test_the_page_and_the_command_line_import_without_it(tmp_path):
    (tmp_path / "cv2.py").write_text("raise ModuleNotFoundError(name='cv2')")
    code = "import demo.app, genlib.__main__, genlib.finetuning, genlib.preparation.strokes"
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "OMP_NUM_THREADS": "1"}
    out = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (out.returncode, out.stderr) == (0, "")


def test_noise_is_no_error():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 120), np.uint8))
    for kind, size in (("faces", 64), ("digits", 28), ("clothes", 28)):
        assert preparation.prepare(encoded(noise), kind, size, 1).x.shape == (1, 1, size, size)
