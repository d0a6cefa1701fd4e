"""The commands as a person types them: in a process of its own where it is stopped or killed, else in this one."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import date

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import genlib
from genlib import __main__ as command_line
from genlib import checkpoint, curves, data, lock, output, train
from genlib.objectives.elbo import ELBO
from tests.conftest import small, write_mnist

TRAIN = ("train", "ae2d-mnist", "--steps", "60")
EACH_BATCH = """from genlib import __main__, curves, job
job.SAVE_SECONDS, curves.MAX_WINDOWS = 0, 4
__main__.main()"""  # a run that saves after each batch, and whose curves are soon full


@pytest.fixture
def start():
    """Starts a command in a process of its own, which does not outlive its test."""
    processes = []

    def start(*arguments, code=("-m", "genlib")):
        process = subprocess.Popen(
            [sys.executable, *code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},  # as in this process: two threads add up in another order
        )  # fmt: skip
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs a command in this process: its exit status, what it printed, and its error."""

    def run(*arguments) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["genlib", *map(str, arguments)])
        capsys.readouterr()
        status, said = 0, ""
        try:
            command_line.main()
        except SystemExit as stop:
            status, said = (stop.code, "") if isinstance(stop.code, int) else (1, str(stop.code))
        out, errors = capsys.readouterr()
        return status, out, errors + said

    return run


@pytest.fixture
def fine(run):
    """Runs a command that must succeed; what it prints."""

    def fine(*arguments) -> str:
        status, out, errors = run(*arguments)
        assert status == 0, errors
        return out

    return fine


@pytest.fixture
def refused(run):
    """Runs a command that must be refused in one sentence, which is returned."""

    def refused(*arguments) -> str:
        status, _, errors = run(*arguments)
        assert status not in (0, None)
        said = errors.strip().splitlines()[-1]
        assert "Traceback" not in errors
        assert len(said) < 500
        return said

    return refused


def stop_at(process, text: str, sign) -> str:
    """Send the signal once the progress bar shows the text; what it prints until its end."""
    shown = ""
    while text not in shown:
        letter = process.stderr.read(1)
        assert letter, shown
        shown += letter
    process.send_signal(sign)
    return shown + process.communicate(timeout=60)[1]


@pytest.fixture(scope="module")
def data_root(tmp_path_factory):
    """A hundred pictures in MNIST's place."""
    return write_mnist(tmp_path_factory.mktemp("data"))


@pytest.fixture
def pictures(tmp_path):
    """Own pictures of two classes."""
    random = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "letters" / name).mkdir(parents=True)
        for k in range(4):
            shape = random.integers(0, 256, (28, 28)).astype(np.uint8)
            Image.fromarray(shape).save(tmp_path / "letters" / name / f"{k}.png")
    return tmp_path / "letters"


def files(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def never_interrupted(data_root, tmp_path_factory):
    """The weights of a training of TRAIN in one go."""
    out = tmp_path_factory.mktemp("whole")
    subprocess.run(
        [sys.executable, "-m", "genlib", *TRAIN, "--data", data_root, "--out", out],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
    )
    return load_file(out / checkpoint.WEIGHTS)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_resumes_to_the_weights_of_one_that_was_not(data_root, tmp_path, sign, start, fine, never_interrupted):
    said = stop_at(start(*TRAIN, "--data", data_root, "--out", tmp_path / "a"), "batch 20", sign)
    assert re.search(r"batch \d+, loss [\d.]+, \d+ samples/s", said)
    assert "go on with --resume" in said
    assert "Traceback" not in said
    assert 20 <= checkpoint.read_info(tmp_path / "a").training["steps"] < 60
    checkpoint.load(tmp_path / "a")
    fine(*TRAIN, "--data", data_root, "--out", tmp_path / "a", "--resume")
    a, b = load_file(tmp_path / "a" / checkpoint.WEIGHTS), never_interrupted
    assert all(a[key].equal(b[key]) for key in a | b)


def test_a_killed_and_resumed_run_has_every_stretch_of_its_curves_once(data_root, tmp_path, start, fine, monkeypatch):
    arguments = ("train", "ae2d-mnist", "--steps", "31", "--data", data_root, "--out")
    stop_at(start(*arguments, tmp_path / "a", code=("-c", EACH_BATCH)), "batch 10", signal.SIGKILL)
    assert (tmp_path / "a" / lock.LOCK).exists()  # it had no time to take it away
    assert checkpoint.read_info(tmp_path / "a").training["steps"] >= 9
    monkeypatch.setattr(curves, "MAX_WINDOWS", 4)
    fine(*arguments, tmp_path / "a", "--resume")
    fine(*arguments, tmp_path / "b")
    a, b = (json.loads((tmp_path / name / checkpoint.CURVES).read_text()) for name in "ab")
    assert a == b
    assert len(a["metrics"]["model/loss"]) == 31 // a["stretch"]
    assert not (tmp_path / "a" / lock.LOCK).exists()


def test_a_kill_leaves_the_checkpoint_that_was_there(data_root, tmp_path, start, fine):
    fine("train", "ae2d-mnist", "--steps", "2", "--data", data_root, "--out", tmp_path)
    before = (tmp_path / checkpoint.WEIGHTS).read_bytes()
    stop_at(start(*TRAIN, "--data", data_root, "--out", tmp_path, "--overwrite"), "batch 20", signal.SIGKILL)
    assert (tmp_path / checkpoint.WEIGHTS).read_bytes() == before
    checkpoint.load(tmp_path)


def test_a_folder_has_one_writer_until_it_ends(data_root, tmp_path, start, refused):
    arguments = ("train", "ae2d-mnist", "--steps", "100000", "--data", data_root, "--out", tmp_path / "a")
    process = start(*arguments)
    try:
        while "batch" not in process.stderr.read(20):
            assert process.poll() is None
        for more in ((), ("--overwrite",)):
            said = refused(*arguments, *more)
            assert "being written by another run" in said
            assert str(process.pid) in said
    finally:
        process.kill()
        process.wait()
    with lock.hold_lock(tmp_path / "a"):
        pass  # what a killed process held is free


def test_a_finished_run_is_not_written_over_unasked(data_root, tmp_path, pictures, fine, refused, monkeypatch):
    out = tmp_path / "a"
    fine("train", "ae2d-mnist", "--steps", "2", "--data", data_root, "--out", out)
    before = files(out)
    with monkeypatch.context() as patch:
        patch.setattr(data, "load", lambda *_: pytest.fail("it reads the data first"))
        said = refused("train", "ae2d-mnist", "--steps", "2", "--data", data_root, "--out", out)
        assert "--overwrite" in said
        assert "--resume" in said
        refused("finetune", "vae2d-mnist", "--data", pictures, "--out", out)
    assert files(out) == before
    fine("finetune", "vae2d-mnist", "--steps", "1", "--data", pictures, "--out", out, "--overwrite")
    assert checkpoint.read_info(out).model == "vae"
    assert checkpoint.read_info(out).training["folder"] == "letters"


@pytest.mark.parametrize("name", [checkpoint.CARD, checkpoint.WEIGHTS, train.STATE])
def test_a_folder_that_holds_any_file_of_a_run_is_taken(name, tmp_path, refused):
    (tmp_path / name).write_text("somebody's")
    assert name in refused("train", "ae2d-mnist", "--data", tmp_path, "--out", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_what_was_measured_of_earlier_weights_does_not_stay_beside_new_ones(data_root, tmp_path, fine):
    out = tmp_path / "a"
    fine("train", "ae2d-mnist", "--steps", "2", "--data", data_root, "--out", out)
    (out / checkpoint.CARD).write_text("`fid` 3")
    (out / checkpoint.CODES).write_bytes(b"old")
    again = fine("train", "ae2d-mnist", "--steps", "2", "--data", data_root, "--out", out, "--resume")
    assert "already" in again
    assert (out / checkpoint.CARD).read_text() == "`fid` 3"  # the same weights
    fine("train", "ae2d-mnist", "--steps", "3", "--data", data_root, "--out", out, "--resume")
    assert "Not measured yet" in (out / checkpoint.CARD).read_text()
    assert not (out / checkpoint.CODES).exists()


def test_a_run_goes_on_with_its_own_data_and_objective_only(data_root, tmp_path, pictures, fine, refused):
    out, other = tmp_path / "a", write_mnist(tmp_path / "other", seed=1)
    fine("train", "vaelow-mnist", "--steps", "2", "--data", data_root, "--out", out)
    before = files(out)
    assert "other pictures" in refused("train", "vaelow-mnist", "--steps", "4", "--data", other, "--out", out, "--resume")
    assert "objective" in refused("train", "vaehigh-mnist", "--steps", "4", "--data", data_root, "--out", out, "--resume")
    assert files(out) == before
    fine("train", "vaelow-mnist", "--steps", "4", "--data", data_root, "--out", out, "--resume", "--lr", "1e-4")
    made = checkpoint.read_info(out).training
    assert (made["steps"], made["date"]) == (4, date.today().isoformat())
    assert made["date"] in (out / "README.md").read_text()
    mine = ("finetune", "cvae-mnist", "--data", pictures, "--out", tmp_path / "b")
    fine(*mine, "--steps", "1")
    (pictures / "a" / "0.png").unlink()
    assert "other pictures" in refused(*mine, "--steps", "2", "--resume")


def test_a_seed_that_is_asked_for_is_the_runs_and_stays_the_runs(data_root, tmp_path, fine, refused):
    def train_with(out, *seed):
        fine("train", "ssgan100-mnist", "--steps", "1", "--data", data_root, "--out", tmp_path / out, *seed)
        return load_file(tmp_path / out / "model.safetensors")["head.bias"], checkpoint.read_info(tmp_path / out).training["seed"]

    (usual, a), (same, b), (other, c) = train_with("usual"), train_with("same", "--seed", "8"), train_with("other", "--seed", "9")
    assert [a, b, c] == [8, 8, 9]
    assert torch.equal(usual, same)
    assert not torch.equal(usual, other)
    mine = ("train", "ssgan100-mnist", "--steps", "2", "--data", data_root, "--out", tmp_path / "other", "--resume")
    assert "begun with the seed 9" in refused(*mine)
    fine(*mine, "--seed", "9")


def test_an_output_that_cannot_be_written_is_found_before_the_data_is_read(tmp_path, refused, monkeypatch):
    monkeypatch.setattr(data, "load", lambda *_: pytest.fail("it reads the data first"))
    (tmp_path / "file").write_text("x")
    places = [tmp_path / "file", tmp_path / "file" / "below", "/proc/x", "/dev/null", tmp_path / ("x" * 300)]
    if os.geteuid():
        (tmp_path / "locked").mkdir(mode=0o500)
        places += [tmp_path / "locked", tmp_path / "locked" / "below"]
    for place in places:
        assert "cannot be written" in refused("train", "ae2d-mnist", "--data", tmp_path, "--out", place)
        if place != "/dev/null":
            assert "cannot be written" in refused("sample", "cvaegan-mnist", "--out", tmp_path / "file" / "x.png")
    assert (tmp_path / "file").read_text() == "x"


def test_a_disk_without_room_is_found_before_the_first_batch(data_root, tmp_path, refused, monkeypatch):
    monkeypatch.setattr(output.shutil, "disk_usage", lambda _: argparse.Namespace(free=10**6))
    monkeypatch.setattr(train, "step", lambda *_: pytest.fail("it trains"))
    assert "1 MB free" in refused("train", "ae2d-mnist", "--data", data_root, "--out", tmp_path / "x" / "y")
    assert not (tmp_path / "x").exists()  # nor is an empty folder left


@pytest.mark.parametrize("full_at", [1, 2, 3])
def test_a_disk_that_fills_up_leaves_the_earlier_checkpoint_whole_and_says_so(full_at, data_root, tmp_path, fine, refused, monkeypatch):
    out = tmp_path / "a"
    fine("train", "ae2d-mnist", "--steps", "2", "--data", data_root, "--out", out)
    before, sync, calls = (out / checkpoint.WEIGHTS).read_bytes(), os.fsync, []

    def full(file):
        calls.append(file)
        if len(calls) >= full_at:
            raise OSError(28, "No space left on device")
        sync(file)

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    said = refused("train", "ae2d-mnist", "--steps", "4", "--data", data_root, "--out", out, "--resume")
    assert "No space left on device" in said
    assert "what it held is whole" in said
    assert (out / checkpoint.WEIGHTS).read_bytes() == before
    checkpoint.load(out)
    monkeypatch.undo()


def test_a_loss_that_is_no_number_stops_with_advice_that_can_be_followed(data_root, tmp_path, fine, refused, monkeypatch):
    out, step = tmp_path / "a", train.step

    def breaks(run, *arguments):
        if run.step == 3:
            raise train.Diverged("the {turn} loss is {value}", turn="model", value=float("nan"))
        return step(run, *arguments)

    arguments = ("train", "ae2d-mnist", "--steps", "6", "--data", data_root, "--out", out)
    with monkeypatch.context() as patch:
        patch.setattr(train, "step", breaks)
        said = refused(*arguments)
    assert "the model loss is nan at batch 3" in said
    assert "nothing was saved" in said
    advice = re.search(r"--lr (\S+)", said)
    assert float(advice[1]) < 1e-3
    fine(*arguments, *advice[0].split())


def test_weights_that_are_no_numbers_are_never_saved(tmp_path):
    model = small("vae").requires_grad_(True)
    run = train.Run(ELBO(model))
    output.save(run, tmp_path, {}, curves.Curves(), "")
    before = files(tmp_path)
    with torch.no_grad():
        next(model.parameters()).fill_(torch.nan)
    with pytest.raises(FloatingPointError, match="finite"):
        output.save(run, tmp_path, {}, curves.Curves(), "")
    assert files(tmp_path) == before


def test_list_is_one_json_list_and_sample_writes_a_picture(tmp_path, start, fine):
    rows = {row["name"]: row for row in json.loads(start("list", "--json").communicate(timeout=120)[0])}
    assert rows["vae2d-mnist"]["bundled"]
    assert rows["vae2d-mnist"]["recipe"]
    fine("sample", "cvaegan-mnist", "--class", "3", "--n", "4", "--out", tmp_path / "threes.png")
    assert (tmp_path / "threes.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    fine("sample", "cvaegan-fashion", "--class", "ankle BOOT", "--out", tmp_path / "new" / "boots.png")
    assert (tmp_path / "new" / "boots.png").exists()


@pytest.mark.parametrize(
    ("name", "what"),
    [("wgan-mnist", "curves"), ("cvae-mnist", "samples"), ("vae-mnist", "samples"), ("vae2d-mnist", "codes"), ("wgan-mnist", "weights")],
)
def test_plot_draws_what_is_asked_as_png_and_as_svg_the_same_every_time(name, what, tmp_path, fine):
    for kind, begins in (("png", b"\x89PNG"), ("SVG", b"<?xml")):
        out = tmp_path / "new" / f"x.{kind}"
        assert fine("plot", name, "--what", what, "--out", out) == f"{out}: {what} of {name}\n"
        drawn = out.read_bytes()
        assert drawn.startswith(begins)
        fine("plot", name, *["--what", what] * (what != "curves"), "--out", out)  # the default
        assert out.read_bytes() == drawn


def test_a_run_ends_with_its_curves_drawn_anew_and_on_its_card(data_root, tmp_path, pictures, fine):
    out = tmp_path / "a"
    fine("train", "vae2d-mnist", "--steps", "3", "--data", data_root, "--out", out)
    drawn = (out / checkpoint.PLOT).read_bytes()
    assert "![curves](curves.png)" in (out / checkpoint.CARD).read_text()
    fine("plot", out, "--out", tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes() == drawn
    fine("train", "vae2d-mnist", "--steps", "5", "--data", data_root, "--out", out, "--resume")
    assert (out / checkpoint.PLOT).read_bytes() != drawn
    fine("finetune", "vae2d-mnist", "--steps", "2", "--data", pictures, "--out", tmp_path / "b")
    assert (tmp_path / "b" / checkpoint.PLOT).exists()


def test_a_training_without_matplotlib_ends_well_and_says_what_it_lacks(data_root, tmp_path, run, refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "genlib.plots", None)
    monkeypatch.delattr(genlib, "plots", raising=False)
    out = tmp_path / "a"
    status, _, errors = run("train", "ae2d-mnist", "--steps", "2", "--data", data_root, "--out", out)
    assert status == 0
    assert errors.count("pip install matplotlib") == 1
    assert not (out / checkpoint.PLOT).exists()
    assert checkpoint.PLOT not in (out / checkpoint.CARD).read_text()
    checkpoint.load(out)
    assert "pip install matplotlib" in refused("plot", "wgan-mnist", "--out", tmp_path / "x.png")


OUT = ("--out", "x.png")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("train", "nothing"), "no recipe"), (("train", "vae2d-mnits"), "did you mean vae2d-mnist"),
        (("train", "VAE2D-MNIST"), "did you mean vae2d-mnist"), (("sample", "nothing", *OUT), "no checkpoint"),
        (("sample", "cvaegan-mnits", *OUT), "did you mean cvaegan-mnist"), (("evaluate", "vae2dmnist"), "did you mean vae2d-mnist"),
        (("finetune", "cvaegan-mnst", "--data", ".", "--out", "x"), "did you mean cvaegan-mnist"),
        (("sample", "classifier-mnist", *OUT), "draws nothing"), (("sample", "vae2d-mnist", "--class", "1", *OUT), "no classes"),
        (("sample", "cvaegan-mnist", "--class", "12", *OUT), "no class"), (("sample", "cvaegan-mnist", "--class", "³", *OUT), "no class"),
        (("sample", "cvaegan-mnist", "--class", "-1", *OUT), "no class"), (("sample", "cvaegan-mnist", "--class", "", *OUT), "no class"),
        (("sample", "cvaegan-mnist", "--class", "9" * 5000, *OUT), "no class"),
        (("sample", "cvaegan-fashion", "--class", "Trousers", *OUT), "did you mean Trouser"),
        (("sample", "cvaegan-mnist", "--temperature", "-1", *OUT), "0 to 3"), (("sample", "cvaegan-mnist", "--temperature", "3.1", *OUT), "0 to 3"),
        (("sample", "cvaegan-mnist", "--temperature", "nan", *OUT), "0 to 3"), (("sample", "pixelcnn-mnist", "--temperature", "0", *OUT), "0.05"),
        (("sample", "cvaegan-mnist", "--n", "1000000", *OUT), "1 to 1,000"), (("sample", "cvaegan-mnist", "--n", "0", *OUT), "1 to 1,000"),
        (("sample", "cvaegan-mnist", "--n", "2.5", *OUT), "whole"), (("sample", "cvaegan-mnist", "--seed", str(2**64), *OUT), "must be"),
        (("sample", "cvaegan-mnist", "--seed", "-1", *OUT), "must be"), (("train", "vae2d-mnist", "--lr", "0"), "must be"),
        (("train", "vae2d-mnist", "--lr", "inf"), "must be"), (("train", "vae2d-mnist", "--lr", "much"), "must be"),
        (("train", "vae2d-mnist", "--steps", "0"), "1 or more"), (("train", "vae2d-mnist", "--resume", "--overwrite"), "not allowed"),
        (("train", "vae2d-mnist", "--minutes", "-1"), "must be"), (("train", "vae2d-mnist", "--minutes", "nan"), "must be"),
        (("evaluate", "vae2d-mnist", "--data", "nowhere"), "nowhere is not a folder"),
        (("train", "vae2d-mnist", "--data", "nowhere", "--out", "x"), "nowhere is not a folder"),
        (("finetune", "vae2d-mnist", "--data", "nowhere", "--out", "x"), "nowhere is not a folder"),
        (("train", "vae2d-mnist", "--data", ".", "--out", "x"), "--data"), (("train", "vae2d-mnist", "--out", "x", "--resume"), "to go on from"),
        (("plot", "wgan-mnist", "--out", "x.jpg"), "must end in .png or .svg"), (("plot", "wgan-mnist", "--out", "png"), "must end in .png or .svg"),
        (("plot", "wgan-mnits", *OUT), "did you mean wgan-mnist"), (("plot", "classifier-mnist", *OUT), "keeps no curves"),
        (("plot", "vae-mnist", "--what", "codes", *OUT), "keeps no codes of a plane"), (("plot", "gan-mnist", "--what", "weights", *OUT), "no critic"),
        (("plot", "classifier-mnist", "--what", "samples", *OUT), "draws nothing"), (("plot", "wgan-mnist", "--what", "losses", *OUT), "invalid choice"),
        (("plot", "wgan-mnist", "--seed", "-1", *OUT), "must be"),
        (("evaluate", "vae2d-mnist", "--n", "0"), "2 or more"), (("pull", "not a repository"), "repository"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_and_leaves_nothing(arguments, says, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(data, "cache_folder", lambda: pytest.fail("it wants to download"))
    monkeypatch.setattr(data, "download", lambda *_: pytest.fail("it downloads"))
    assert says in refused(*arguments)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [("train", "vae2d-mnist", "--data", ".", "--out", "x"), ("evaluate", "vae2d-mnist")])
def test_ctrl_c_while_the_data_is_read_ends_without_a_traceback(arguments, run, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(data, "load", interrupted)
    status, _, errors = run(*arguments)
    assert status == 130
    assert errors == f"{arguments[0]}: stopped\n"
    assert not any(tmp_path.iterdir())


def test_ctrl_c_right_after_the_start_ends_without_a_traceback(start, data_root, tmp_path):
    process = start(*TRAIN, "--data", data_root, "--out", tmp_path / "a", code=("-X", "importtime", "-m", "genlib"))
    while "torch" not in process.stderr.readline():  # it has begun to load
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    errors = process.communicate(timeout=60)[1]
    assert time.monotonic() - begin < 30
    assert process.returncode == 130
    assert "Traceback" not in errors
