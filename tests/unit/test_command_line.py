"""The commands as a person types them, each in a process of its own."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest
from safetensors.torch import load_file

from genlib import checkpoint
from tests.conftest import write_idx

TRAIN = ("train", "ae2d-mnist", "--steps", "150")


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "genlib", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(*arguments) -> str:
    """What the command prints; it must succeed."""
    process = start(*arguments)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out


def stop_at(process, text: str, sign) -> str:
    """Send the signal once the progress bar shows the text; what it prints after that."""
    shown = ""
    while text not in shown:
        letter = process.stderr.read(1)
        assert letter, shown
        shown += letter
    process.send_signal(sign)
    return process.communicate(timeout=60)[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A hundred pictures in MNIST's place."""
    root, random = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for split in ("train", "t10k"):
        write_idx(root / f"MNIST/raw/{split}-images-idx3-ubyte.gz", random.integers(0, 256, (128, 28, 28)))
        write_idx(root / f"MNIST/raw/{split}-labels-idx1-ubyte.gz", np.arange(128) % 10)
    return root


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_resumes_to_the_weights_of_one_that_was_not(data, tmp_path, sign):
    process = start(*TRAIN, "--data", data, "--out", tmp_path / "a")
    said = stop_at(process, "batch 30", sign)
    assert "go on with --resume" in said
    assert "Traceback" not in said
    assert 30 <= checkpoint.read_info(tmp_path / "a").training["steps"] < 150
    checkpoint.load(tmp_path / "a")
    finish(*TRAIN, "--data", data, "--out", tmp_path / "a", "--resume")
    finish(*TRAIN, "--data", data, "--out", tmp_path / "b")
    a, b = (load_file(tmp_path / name / checkpoint.WEIGHTS) for name in "ab")
    assert all(a[key].equal(b[key]) for key in a | b)


def test_a_kill_leaves_the_checkpoint_that_was_there(data, tmp_path):
    finish("train", "ae2d-mnist", "--steps", "2", "--data", data, "--out", tmp_path)
    before = (tmp_path / checkpoint.WEIGHTS).read_bytes()
    stop_at(start(*TRAIN, "--data", data, "--out", tmp_path), "batch 20", signal.SIGKILL)
    assert (tmp_path / checkpoint.WEIGHTS).read_bytes() == before
    checkpoint.load(tmp_path)


def test_the_progress_line_shows_loss_and_speed(data, tmp_path):
    shown = stop_at(start(*TRAIN, "--data", data, "--out", tmp_path), "samples/s", signal.SIGINT)
    assert "stopped at batch" in shown


def test_list_is_one_json_list_and_sample_writes_a_picture(tmp_path):
    rows = {row["name"]: row for row in json.loads(finish("list", "--json"))}
    assert rows["vae2d-mnist"]["bundled"]
    assert rows["vae2d-mnist"]["recipe"]
    finish("sample", "cvaegan-mnist", "--class", "3", "--n", "4", "--out", tmp_path / "threes.png")
    assert (tmp_path / "threes.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("train", "nothing"), "no recipe"), (("sample", "nothing", "--out", "x.png"), "no checkpoint"),
        (("sample", "cvaegan-mnist", "--class", "12", "--out", "x.png"), "no class"),
        (("evaluate", "vae2d-mnist", "--data", "nowhere"), "nowhere"), (("train", "vae2d-mnist", "--minutes", "-1"), "positive"),
        (("train", "vae2d-mnist", "--data", "nowhere", "--out", "x"), "nowhere"), (("pull", "not a repository"), "repository"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_and_a_failing_exit(arguments, says):
    process = start(*arguments)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert says in errors
    assert "Traceback" not in errors
