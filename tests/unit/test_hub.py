"""The real Hub client against a stand-in server; each case in a process of its own, as the client reads its endpoint once."""

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from genlib import checkpoint, hub
from genlib.models.gan import GAN, GANConfig
from tests.conftest import small, write_idx
from tests.hostile_checkpoints import LFS
from tests.hub_server import Hub

ROOT = Path(__file__).parents[2]
UNREACHABLE = "http://127.0.0.1:9"


def environment(endpoint, home):
    return os.environ | {
        "HF_ENDPOINT": endpoint, "HF_HOME": str(home / "home"), "HF_TOKEN": "hf_test", "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GENLIB_HUB_REPO": "",
    }  # fmt: skip


@pytest.fixture(scope="module")
def hub_and_process(tmp_path_factory):
    """A Hub, and a process whose client knows it, which forks for each case."""
    server = Hub()
    env = environment(server.url, tmp_path_factory.mktemp("hub"))
    command = [sys.executable, str(Path(__file__).with_name("hub_process.py"))]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield server, process
    process.stdin.close()
    process.wait(10)
    server.shutdown()


@pytest.fixture
def server(hub_and_process):
    """The Hub as new."""
    server, _ = hub_and_process
    server.reset()
    yield server
    server.released.set()


@pytest.fixture
def genlib(hub_and_process, tmp_path):
    """genlib(*arguments) runs the command line beside an empty cache; the Hub may be silent for `deadline` seconds."""
    _, process = hub_and_process

    def run(*arguments, code=None, deadline=9.0, **more):
        case = {"home": str(tmp_path), "arguments": arguments, "code": code, "deadline": deadline, "environment": more}
        process.stdin.write(json.dumps(case) + "\n")
        process.stdin.flush()
        return SimpleNamespace(**json.loads(process.stdout.readline()))

    return run


def saved(folder, seed=0):
    checkpoint.save(small("vae", seed), folder, name="vae2d-mnist", dataset="mnist")
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# card\n")
    return folder


def heavy(folder, seed=0):
    """A checkpoint of 1 MB."""
    torch.manual_seed(seed)
    checkpoint.save(GAN(GANConfig(size=16, hidden=(768,), discriminator_hidden=(1536,))), folder, name="heavy", dataset="mnist")
    return folder


def files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def draw(folder):
    return checkpoint.load(folder).decode(torch.zeros(1, 2)).sum().item()


LOAD = "import genlib, torch; print(genlib.load('me/vae').decode(torch.zeros(1, 2)).sum().item())"


def test_what_is_pushed_can_be_pulled(server, genlib, tmp_path):
    saved(tmp_path / "mine")
    pushed = genlib("push", "mine", "me/vae")
    assert pushed.returncode == 0, pushed.stderr
    assert set(server.repos["me/vae"][-1][1]) == {"config.json", "model.safetensors", "README.md"}
    pulled = genlib("pull", "me/vae", "--out", "theirs")
    assert pulled.returncode == 0, pulled.stderr
    assert files(tmp_path / "theirs") == files(tmp_path / "mine")
    assert pulled.stdout.splitlines()[-1] == "theirs"


def test_a_pinned_revision_is_the_one_loaded_and_needs_the_hub_once(server, genlib, tmp_path):
    first = server.commit("me/vae", files(saved(tmp_path / "a", 0)))
    server.commit("me/vae", files(saved(tmp_path / "b", 1)))
    code = LOAD.replace("me/vae", f"me/vae@{first}")
    out = genlib(code=code)
    assert out.returncode == 0, out.stderr
    assert float(out.stdout) == pytest.approx(draw(tmp_path / "a"))
    asked = len(server.asked)
    assert genlib(code=code).stdout == out.stdout
    assert len(server.asked) == asked


def test_pull_asks_and_load_prefers_what_it_has(server, genlib, tmp_path):
    old = server.commit("me/vae", files(saved(tmp_path / "a", 0)))
    first = genlib("pull", "me/vae")
    assert f"{old}, new here" in first.stdout
    new = server.commit("me/vae", files(saved(tmp_path / "b", 1)))
    asked = len(server.asked)
    assert float(genlib(code=LOAD).stdout) == pytest.approx(draw(tmp_path / "a"))
    assert len(server.asked) == asked
    assert f"{old} → {new}" in genlib("pull", "me/vae@main").stdout
    assert float(genlib(code=LOAD).stdout) == pytest.approx(draw(tmp_path / "b"))
    assert f"{new}, nothing new" in genlib("pull", "me/vae").stdout


def test_a_pull_that_fails_leaves_what_was_there(server, genlib, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a", 0)))
    assert genlib("pull", "me/vae").returncode == 0
    for spoilt, says in ((LFS, "git lfs pull"), (files(saved(tmp_path / "c", 2))["model.safetensors"], "changed")):
        server.commit("me/vae", files(saved(tmp_path / "b", 1)) | {"model.safetensors": spoilt})
        out = genlib("pull", "me/vae")
        assert out.returncode == 1
        assert says in out.stderr
        assert float(genlib(code=LOAD).stdout) == pytest.approx(draw(tmp_path / "a"))
    server.refusals["me/vae"] = (404, {"X_Error_Code": "RepoNotFound"})
    out = genlib("pull", "me/vae")
    assert "no such repository" in out.stderr  # not the cached one in silence


def test_damaged_weights_are_refused_and_dropped(server, genlib, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a")))
    server.damage = True
    out = genlib("pull", "me/vae")
    assert out.returncode == 1
    assert "digest" in out.stderr
    server.damage = False
    assert genlib("pull", "me/vae").returncode == 0


def test_a_file_of_the_cache_that_was_changed_is_fetched_again(server, genlib, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a")))
    folder = Path(genlib("pull", "me/vae").stdout.splitlines()[-1])
    blob = (folder / "model.safetensors").resolve()
    blob.write_bytes(blob.read_bytes()[:-1] + b"\7")
    assert float(genlib(code=LOAD).stdout) == pytest.approx(draw(tmp_path / "a"))


def test_a_slow_line_has_all_the_time_it_needs_and_shows_how_far_it_is(server, genlib, tmp_path):
    server.commit("me/heavy", files(heavy(tmp_path / "a")))
    server.rate = 300_000  # 1 MB in more than three seconds, three deadlines
    out = genlib("pull", "me/heavy", deadline=1)
    assert out.returncode == 0, out.stderr
    assert "model.safetensors" in out.stderr
    assert "100%" in out.stderr


def test_a_line_that_is_cut_again_and_again_is_gone_on_with(server, genlib, tmp_path):
    weights = files(heavy(tmp_path / "a"))
    server.commit("me/heavy", weights)
    server.cuts = [300_000, 1, 200_000, 0, 400_000]
    out = genlib("pull", "me/heavy", "--out", "b")
    assert out.returncode == 0, out.stderr
    assert files(tmp_path / "b") == weights
    assert server.sent < 1.3 * sum(map(len, weights.values()))  # no byte twice, but for the start of a chunk


def test_a_line_that_falls_silent_is_told_in_time_and_what_came_is_kept(server, genlib, tmp_path):
    weights = files(heavy(tmp_path / "a"))
    server.commit("me/heavy", weights)
    server.hush = 500_000
    begun = time.monotonic()
    out = genlib("pull", "me/heavy", "--out", "b", deadline=1)
    assert out.returncode == 1
    assert "did not answer within 1 s" in out.stderr
    assert "Traceback" not in out.stderr
    assert time.monotonic() - begun < 20
    assert not (tmp_path / "b").exists()
    server.hush, server.sent = None, 0
    assert genlib("pull", "me/heavy", "--out", "b").returncode == 0
    assert files(tmp_path / "b") == weights
    assert server.sent < sum(map(len, weights.values())) - 400_000


def test_a_tag_that_is_no_digest_does_not_hasten_a_slow_line(server, genlib, tmp_path):
    weights = files(heavy(tmp_path / "a"))
    server.commit("me/heavy", weights)
    server.rate, server.tag = 300_000, "v1"
    out = genlib("pull", "me/heavy", "--out", "b", deadline=1)
    assert out.returncode == 0, out.stderr
    assert files(tmp_path / "b") == weights


def test_a_hub_that_cannot_go_on_in_mid_file_begins_anew(server, genlib, tmp_path):
    weights = files(heavy(tmp_path / "a"))
    server.commit("me/heavy", weights)
    server.ranges, server.cuts = False, [300_000]
    assert genlib("pull", "me/heavy", "--out", "b").returncode == 0
    assert files(tmp_path / "b") == weights


def test_a_mute_hub_is_told_in_time(server, genlib, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a")))
    server.mute = True
    for arguments in (("pull", "me/vae"), ("sample", "me/vae", "--out", "x.png")):
        out = genlib(*arguments, deadline=1)
        assert out.returncode == 1
        assert "did not answer" in out.stderr
        assert "Traceback" not in out.stderr


EVERY = """
import json, sys
from genlib import checkpoint, hub
said = []
for source in sys.argv[1:]:
    try:
        said.append(type(hub.load(source)).__name__)
    except checkpoint.CheckpointError as error:
        said.append(str(error))
print(json.dumps(said))
"""


def messages(genlib, *sources, **more):
    out = genlib(*sources, code=EVERY, **more)
    assert out.returncode == 0, out.stderr
    said = json.loads(out.stdout)
    assert all("\n" not in line and len(line) < 400 for line in said)
    return said


def test_what_the_hub_refuses_is_said_by_name(server, genlib, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a")))
    server.commit("me/cardless", {"README.md": b"hello"})
    server.commit("me/vast", files(tmp_path / "a") | {"config.json": b" " * 3_000_000})
    server.refusals = {
        "me/private": (401, {"X_Error_Code": "RepoNotFound"}), "me/wrong": (401, {"X_Error_Message": "Invalid credentials in Authorization header"}),
        "me/gated": (403, {"X_Error_Code": "GatedRepo"}), "me/gated401": (401, {"X_Error_Code": "GatedRepo"}), "me/forbidden": (403, {}),
        "me/busy": (429, {}), "me/broken": (503, {}),
    }  # fmt: skip
    expected = {
        "me/none": "404.*HF_TOKEN", "me/vae@" + "0" * 40: "no revision '0000.*404", "me/vae@dev": "no revision 'dev'", "me/private": "HF_TOKEN.*401",
        "me/wrong": "token in HF_TOKEN .401", "me/gated": "gated .403.*HF_TOKEN", "me/gated401": "gated .401.*HF_TOKEN",
        "me/forbidden": "HF_TOKEN.*403", "me/busy": "429", "me/broken": "503", "me/cardless": "no config.json", "me/vast": "config.json has 2 MB",
    }  # fmt: skip
    for source, line in zip(expected, messages(genlib, *expected), strict=True):
        assert re.search(expected[source], line), (source, line)
        assert line.startswith("could not fetch me/"), line
    (nobody,) = messages(genlib, "me/private", HF_TOKEN="")
    assert "wants a token (401)" in nobody
    assert "HF_TOKEN" in nobody


def test_a_push_that_is_refused_is_said_by_name(server, genlib, tmp_path):
    saved(tmp_path / "mine")
    for repo, refusal, says in [("me/forbidden", (403, {}), "HF_TOKEN.*403"), ("me/wrong", (401, {}), "HF_TOKEN.*401")]:
        server.refusals[repo] = refusal
        out = genlib("push", "mine", repo)
        assert out.returncode == 1
        assert re.search(f"could not push to {repo}.*{says}", out.stderr), out.stderr
        assert "Traceback" not in out.stderr


PUSH = "from pathlib import Path; from genlib import hub; hub.push(Path('mine'), {repo!r}, token='hf_mine')"


def test_a_token_of_ones_own_is_used_in_place_of_the_servers_and_named_so(server, genlib, tmp_path):
    saved(tmp_path / "mine")
    out = genlib(code=PUSH.format(repo="me/vae"), HF_TOKEN="hf_servers")
    assert out.returncode == 0, out.stderr
    assert server.tokens - {None} == {"Bearer hf_mine"}
    for repo, status, says in (("me/forbidden", 403, "the token gives no right"), ("me/wrong", 401, "does not take the token .401")):
        server.refusals[repo] = (status, {})
        out = genlib(code=PUSH.format(repo=repo))
        assert re.search(says, out.stderr), out.stderr
        assert "hf_mine" not in out.stderr.partition("CheckpointError")[2]


def test_an_unreachable_hub_fails_within_ten_seconds_and_bundled_weights_do_not_wait(tmp_path):
    name = next(iter(hub.bundled_checkpoints()))
    code = f"""
import time, genlib
genlib.load({name!r})
begun = time.monotonic()
try:
    genlib.load("me/vae")
except genlib.hub.CheckpointError as error:
    print(error)
print(time.monotonic() - begun)
"""
    env = environment(UNREACHABLE, tmp_path)
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    assert out.returncode == 0, out.stderr
    said, seconds = out.stdout.splitlines()
    assert "did not answer" in said
    assert float(seconds) < 12


def test_offline_the_cache_serves_and_a_pull_says_why_not(server, genlib, tmp_path):
    server.commit("me/vae", files(saved(tmp_path / "a")))
    assert genlib("pull", "me/vae").returncode == 0
    asked = len(server.asked)
    assert float(genlib(code=LOAD, HF_HUB_OFFLINE="1").stdout) == pytest.approx(draw(tmp_path / "a"))
    assert "HF_HUB_OFFLINE" in genlib("pull", "me/vae", HF_HUB_OFFLINE="1").stderr
    assert len(server.asked) == asked


def test_names_are_looked_for_where_genlib_hub_repo_says(server, genlib, tmp_path):
    vae = files(saved(tmp_path / "a"))
    server.commit("me/own", vae)
    server.commit("me/all", {f"own/{name}": data for name, data in vae.items()})
    for home in ("me", "me/all", "me/all@main"):
        assert "VAE" in messages(genlib, "own", GENLIB_HUB_REPO=home)[0]
        assert genlib("pull", "own", "--out", "own", GENLIB_HUB_REPO=home).returncode == 0
        assert files(tmp_path / "own") == vae


@pytest.mark.parametrize(
    "source", ["nothing-here", "../../no-such-folder", "a b", "", "x" * 10_000, "a/" + "b" * 10_000, "a\0b", "...", "me/x@../../y"]
)
def test_a_name_that_is_nowhere_is_refused_at_once(source, monkeypatch):
    monkeypatch.delenv("GENLIB_HUB_REPO", raising=False)
    with pytest.raises(checkpoint.CheckpointError, match="no checkpoint") as caught:
        hub.resolve(source)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    "address",
    ["https://huggingface.co/me/vae", "https://huggingface.co/me/vae/tree/main", "hf.co/me/vae", "huggingface.co/me/vae/", "http://127.0.0.1:8000/me/vae?x=1"],
)  # fmt: skip
def test_the_address_of_a_page_is_answered_with_the_name(address):
    for use in (hub.resolve, hub.pull, lambda text: hub.push(hub.BUNDLED / "vae2d-mnist", text)):
        with pytest.raises(checkpoint.CheckpointError, match="give the repository's name, me/vae$"):
            use(address)


def test_evaluate_writes_nothing_into_the_hubs_cache(server, genlib, tmp_path):
    random = np.random.default_rng(0)
    for split in ("train", "t10k"):
        write_idx(tmp_path / f"MNIST/raw/{split}-images-idx3-ubyte.gz", random.integers(0, 256, (20, 28, 28)))
        write_idx(tmp_path / f"MNIST/raw/{split}-labels-idx1-ubyte.gz", np.arange(20) % 10)
    server.commit("me/classifier", files(hub.BUNDLED / "classifier-mnist"))
    folder = Path(genlib("pull", "me/classifier").stdout.splitlines()[-1])
    before = files(folder)
    for source in ("me/classifier", str(folder)):
        out = genlib("evaluate", source, "--data", str(tmp_path), "--json")
        assert out.returncode == 0, out.stderr
        assert "accuracy" in json.loads(out.stdout)["metrics"]
    assert files(folder) == before


def test_every_reason_of_the_hub_is_there_in_chinese():
    chinese = json.loads((ROOT / "demo" / "text" / "errors.zh.json").read_text(encoding="utf-8"))
    nodes = ast.walk(ast.parse(inspect.getsource(hub.explain_failure)))
    reasons = [node.value.elts[0].value for node in nodes if isinstance(node, ast.Return)]
    assert len(reasons) > 8
    for begun in ("could not fetch {repo}: ", "could not push to {repo}: "):
        assert [begun + reason for reason in reasons if begun + reason not in chinese] == []
