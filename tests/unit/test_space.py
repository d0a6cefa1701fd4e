"""The ways to a Space that docs/space.md has, to the letter: against a Hub and a git remote that refuse plain binaries; and its ZeroGPU."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from demo import zerogpu
from tests.hub_server import Hub, is_large
from tests.unit.test_readme import blocks

ROOT = Path(__file__).parents[2]
NEEDS_GIT = pytest.mark.skipif(not shutil.which("git"), reason="there is no git here")
PRE_RECEIVE = """#!/bin/sh
# As the Hub does: no commit may hold a plain binary.
while read old new ref; do
  for commit in $(git rev-list $new --not --all); do
    if git diff-tree --root -r --numstat $commit | grep -q "^-"; then
      echo "Your push was rejected because it contains binary files: use LFS" >&2
      exit 1
    fi
  done
done
"""
GIT_LFS = """#!{python} -IS
# A stand-in for git-lfs: what its filter and its installation do.
import hashlib, subprocess, sys
if sys.argv[1] == "install":
    for verb in ("clean", "smudge"):
        subprocess.run(["git", "config", "--global", f"filter.lfs.{{verb}}", f"git-lfs {{verb}} -- %f"], check=True)
    subprocess.run(["git", "config", "--global", "filter.lfs.required", "true"], check=True)
elif sys.argv[1] == "clean":
    data = sys.stdin.buffer.read()
    print(f"version https://git-lfs.github.com/spec/v1\\noid sha256:{{hashlib.sha256(data).hexdigest()}}\\nsize {{len(data)}}")
else:
    sys.stdout.buffer.write(sys.stdin.buffer.read())
"""


def git(*arguments, home, check=True):
    return subprocess.run(["git", *arguments], cwd=home / "atelier", env=environment(home), check=check, capture_output=True, text=True)


def environment(home, **more):
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    names = {f"GIT_{who}_{what}": "me@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = f"{home / 'bin'}:{os.environ['PATH']}"
    return env | names | {"HOME": str(home), "PATH": path, "GIT_CONFIG_NOSYSTEM": "1"} | more


def listed(empty: Path) -> list[str]:
    """What belongs to the repository, be this a clone or a copy of its files: all that an `empty` one there would take in."""
    subprocess.run(["git", "init", "-q", empty], check=True)
    command = ["git", f"--git-dir={empty / '.git'}", f"--work-tree={ROOT}", "ls-files", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [name for name in names if name and Path(name).parts[0] != ".git"]


@pytest.fixture
def home(tmp_path):
    """A clone as anybody has it: a history with plain binaries.  For speed its large files are cut short, and of a kind of binary it has twelve."""
    kinds = Counter()
    for name in listed(tmp_path / "empty"):
        target, content = tmp_path / "atelier" / name, (ROOT / name).read_bytes()[:20_000]
        kinds[target.suffix] += b"\0" in content
        if b"\0" in content and kinds[target.suffix] > 12:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git-lfs").write_text(GIT_LFS.format(python=sys.executable))
    (tmp_path / "bin" / "git-lfs").chmod(0o755)
    (tmp_path / "atelier" / ".venv").mkdir()
    (tmp_path / "atelier" / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    git("init", "-q", "-b", "main", home=tmp_path)
    git("add", ".", home=tmp_path)
    git("commit", "-qm", "before", home=tmp_path)
    return tmp_path


def commands(holding: str, address: str = "") -> str:
    """The block of docs/space.md with these words, for a Space of that name; `address` stands for the remote's."""
    (block,) = blocks("bash", holding, ("docs/space.md",))
    block = block.replace("https://huggingface.co/spaces/OWNER/NAME", address) if address else block
    return "set -e\n" + block.replace("OWNER/NAME", "me/atelier")


def binaries(home) -> set[str]:
    files = {name: (home / "atelier" / name).read_bytes() for name in git("ls-files", home=home).stdout.splitlines()}
    return {name for name, data in files.items() if b"\0" in data}


@NEEDS_GIT
def test_a_fresh_history_is_taken_by_a_remote_that_refuses_plain_binaries(home):
    remote = home / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    (remote / "hooks" / "pre-receive").write_text(PRE_RECEIVE)
    (remote / "hooks" / "pre-receive").chmod(0o755)
    plain = git("push", remote, "main", home=home, check=False)
    assert plain.returncode != 0
    assert "binary" in plain.stderr
    block = commands("git push --force", str(remote))
    out = subprocess.run(["bash", "-c", block], cwd=home / "atelier", env=environment(home), capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    assert git("--git-dir", remote, "ls-tree", "-r", "--name-only", "main", home=home).stdout == git("ls-files", home=home).stdout
    assert len(binaries(home)) > 30
    for name in binaries(home):
        assert "git-lfs" in git("--git-dir", remote, "show", f"main:{name}", home=home).stdout, name


@NEEDS_GIT
def test_hf_upload_brings_what_is_committed_to_a_hub_that_refuses_plain_binaries(home):
    server = Hub()
    (home / "atelier" / "notes.txt").write_text("mine alone")
    more = {"HF_ENDPOINT": server.url, "HF_TOKEN": "hf_test", "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0", "HF_HOME": str(home / "hf")}
    try:
        block = commands("hf upload")
        out = subprocess.run(["bash", "-c", block], cwd=home / "atelier", env=environment(home, **more), capture_output=True, text=True)
        assert out.returncode == 0, out.stderr
        assert any(path.startswith("/api/spaces/me/atelier/commit/") for path in server.asked)
        files = server.repos["me/atelier"][-1][1]
        assert sorted(files) == sorted(git("ls-files", home=home).stdout.splitlines())
        assert all(files[name] == (home / "atelier" / name).read_bytes() for name in files)
        assert any(is_large(name, data) for name, data in files.items())
    finally:
        server.shutdown()


def test_the_space_asks_for_a_python_that_zerogpu_has():
    front = (ROOT / "README.md").read_text().split("---")[1]
    assert 'python_version: "3.12"' in front
    assert "sdk: gradio" in front
    assert "hf_oauth: true\nhf_oauth_scopes:\n  - contribute-repos\n" in front  # visitors may sign in, and it may write to what it made alone


SPACES = """
import sys
decorated, before_torch = [], "torch" not in sys.modules
def GPU(function=None, **options):
    if function is None:
        return lambda function: GPU(function, **options)
    decorated.append(function)
    return function
"""


def test_with_the_spaces_package_a_function_is_named_for_the_gpu_before_torch_is_there(tmp_path):
    (tmp_path / "spaces.py").write_text(SPACES)
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "OMP_NUM_THREADS": "1"}
    code = "import app, spaces; print(len(spaces.decorated), spaces.before_torch)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert out.returncode == 0, out.stderr
    assert out.stdout.split() == ["1", "True"]


FORKING = """
import multiprocessing, threading
import gradio as gr
lent = 0
def GPU(function=None, duration=60):
    if function is None:
        return lambda function: GPU(function, duration=duration)
    def call(*args):
        global lent
        lent += 1
        if lent > 3:
            raise gr.Error("no more today")
        context = multiprocessing.get_context("fork")
        asked, told = context.SimpleQueue(), context.SimpleQueue()
        def work():
            task = threading.Thread(target=lambda: [told.put(value) for value in function(*asked.get())] and told.put(None))
            task.start(), task.join()
        process = context.Process(target=work, daemon=True)
        process.start()
        asked.put(args)
        yield from iter(told.get, None)
        process.join()
    return call
"""  # what ZeroGPU does: another process, values by pickle, a visitor's share
LENT = """
from demo import zerogpu, runs
import pathlib, sys, torch, spaces
from genlib import finetuning, learning, train
from genlib.data.own import OwnImages
from genlib.learning import Learner
torch.set_num_threads(1)
zerogpu.DEVICE, zerogpu.STINT, runs.PACE, learning.APART = "cpu", 0.0, 0.0, 2
def learned():
    x = torch.randint(0, 256, (30, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    pictures = OwnImages(x, torch.arange(30) % 2, ("a", "b"))
    learner = Learner(finetuning.prepare(pathlib.Path("checkpoints/wgangp-mnist"), pictures, finetuning.Choices()), train.Budget(steps=8))
    for _ in runs.train(learner):
        pass
    return learner
away = learned()
lent, zerogpu.is_there = spaces.lent, lambda: False
here = learned()
state = here.task.run.state()
assert all(value.equal(state[name]) for name, value in away.task.run.state().items() if name != "seconds")
assert [row["critic/loss"] for row in away.curves.means] == [row["critic/loss"] for row in here.curves.means]
assert len(away.curves.means) == 8
assert [error for _, error in away.looks] == [error for _, error in here.looks] == away.best.errors == here.best.errors
assert len(away.best.errors) > 2
assert away.best.kept.keys() == here.best.kept.keys() and away.best.kept
print(lent, away.task.run.step)
"""


def test_a_run_that_is_lent_a_gpu_a_stint_at_a_time_is_the_run_that_stayed_and_ends_here_where_no_more_is_lent(tmp_path):
    (tmp_path / "spaces.py").write_text(FORKING)
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "OMP_NUM_THREADS": "1", "SPACES_ZERO_GPU": "1"}
    out = subprocess.run([sys.executable, "-c", LENT], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert out.returncode == 0, out.stderr
    assert out.stdout.split() == ["4", "8"]  # three stints, and one that was refused


def test_without_the_spaces_package_nothing_is_changed(monkeypatch):
    monkeypatch.setitem(sys.modules, "spaces", None)  # as good as not installed

    def function():
        return 1

    assert zerogpu.gpu(function) is function
    assert not zerogpu.is_there()
