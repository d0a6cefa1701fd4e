"""The real Hub client against a stand-in server; each case in a process of its own, as the client reads its endpoint once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from genlib import checkpoint, hub
from tests.conftest import small
from tests.hub_server import Hub

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server():
    server = Hub()
    yield server
    server.shutdown()


def genlib(server, home, *arguments, **environment):
    env = os.environ | {
        "HF_ENDPOINT": server if isinstance(server, str) else server.url, "HF_HOME": str(home), "HF_TOKEN": "hf_test", "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment,
    }  # fmt: skip
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, timeout=60, cwd=home)


def saved(folder, seed=0):
    checkpoint.save(small("vae", seed), folder, name="vae2d-mnist", dataset="mnist")
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# card\n")
    return folder


def files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_what_is_pushed_can_be_pulled(server, tmp_path):
    saved(tmp_path / "mine")
    pushed = genlib(server, tmp_path, "-m", "genlib", "push", "mine", "me/vae")
    assert pushed.returncode == 0, pushed.stderr
    assert set(server.repos["me/vae"][-1][1]) == {"config.json", "model.safetensors", "README.md"}
    pulled = genlib(server, tmp_path, "-m", "genlib", "pull", "me/vae", "--out", "theirs")
    assert pulled.returncode == 0, pulled.stderr
    z = torch.zeros(1, 2)
    assert torch.equal(checkpoint.load(tmp_path / "theirs").decode(z), checkpoint.load(tmp_path / "mine").decode(z))


def test_a_pinned_revision_is_the_one_loaded_and_needs_the_hub_once(server, tmp_path):
    first = server.commit("me/vae", files(saved(tmp_path / "a", 0)))
    server.commit("me/vae", files(saved(tmp_path / "b", 1)))
    code = f"import genlib, torch; print(genlib.load('me/vae@{first}').decode(torch.zeros(1, 2)).sum().item())"
    out = genlib(server, tmp_path, "-c", code)
    assert out.returncode == 0, out.stderr
    assert float(out.stdout) == pytest.approx(small("vae", 0).decode(torch.zeros(1, 2)).sum().item())
    asked = len(server.asked)
    assert genlib(server, tmp_path, "-c", code).stdout == out.stdout
    assert len(server.asked) == asked


def test_damaged_weights_are_refused_and_dropped(server, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a")))
    server.damage = True
    out = genlib(server, tmp_path, "-m", "genlib", "pull", "me/vae")
    assert out.returncode == 1
    assert "digest" in out.stderr
    server.damage = False
    assert genlib(server, tmp_path, "-m", "genlib", "pull", "me/vae").returncode == 0


@pytest.mark.parametrize(("source", "says"), [("me/none", "could not fetch"), ("me/vae@" + "0" * 40, "could not fetch")])
def test_what_the_hub_does_not_have_is_one_sentence(source, says, server, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a")))
    out = genlib(server, tmp_path, "-m", "genlib", "pull", source)
    assert out.returncode == 1
    assert says in out.stderr
    assert "Traceback" not in out.stderr


def test_an_unreachable_hub_fails_within_ten_seconds_and_bundled_weights_do_not_wait(tmp_path):
    begun = time.monotonic()
    out = genlib("http://127.0.0.1:9", tmp_path, "-m", "genlib", "pull", "me/vae")
    assert out.returncode == 1
    assert "did not answer" in out.stderr
    assert "Traceback" not in out.stderr
    assert time.monotonic() - begun < 25  # the sentence comes after 9 s; the rest is Python and torch starting
    name = next(iter(hub.bundled()))
    assert genlib("http://127.0.0.1:9", tmp_path, "-c", f"import genlib; genlib.load({name!r})").returncode == 0


@pytest.mark.parametrize("source", ["nothing-here", "../../etc", "a b", ""])
def test_a_name_that_is_nowhere_is_refused_at_once(source, monkeypatch):
    monkeypatch.delenv("GENLIB_HUB_REPO", raising=False)
    if source == "../../etc":
        source = "../../no-such-folder"
    with pytest.raises(checkpoint.CheckpointError, match="no checkpoint"):
        hub.resolve(source)
