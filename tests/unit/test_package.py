"""The wheel: built, put into an empty environment beside the torch that is here, its two commands started from an empty folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from genlib import __main__, hub, load, provision
from genlib.checkpoint import CheckpointError
from tests.demo.test_start import free_port

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
UNREACHABLE = "http://127.0.0.1:9"
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "latent_atelier.py", "genlib", "demo")
NOWHERE = "there are no checkpoints here: set GENLIB_CHECKPOINTS to a folder of them, or GENLIB_HUB_REPO to who has them on the Hub"


def requirements(name: str) -> set[str]:
    """The requirements of a file, those of the file it names among them."""
    found = set()
    for line in (ROOT / name).read_text().splitlines():
        line = line.partition("#")[0].strip()
        found |= requirements(line.removeprefix("-r ")) if line.startswith("-r ") else {line} - {""}
    return found


def extra(*names: str) -> set[str]:
    """The package's own requirements and those of its extras, the extras they name among them."""
    found = set(PROJECT["dependencies"])
    for requirement in (r for name in names for r in PROJECT["optional-dependencies"][name]):
        inner = re.fullmatch(r"latent-atelier\[(.*)\]", requirement)
        found |= extra(*inner[1].split(",")) if inner else {requirement}
    return found


def test_the_requirements_files_and_the_extras_agree():
    assert requirements("requirements.txt") == extra("demo")
    assert requirements("requirements-dev.txt") == extra("dev") == extra("demo", "train", "eval", "faces", "dev")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, for a build writes beside its sources; without isolation, for that would download its backend."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, source)
    (built,) = folder.glob("latent_atelier-*.whl")
    return built


def pip(*arguments) -> None:
    out = subprocess.run([sys.executable, "-m", "pip", "-q", *map(str, arguments)], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr


@pytest.fixture(scope="module")
def commands(wheel) -> Path:
    """The folder with the commands of an environment that has the wheel, and nothing else but what is installed here."""
    home = wheel.parent / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "here.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in here))
    pip("--python", home / "bin" / "python", "install", "--no-deps", "--no-index", wheel)
    return home / "bin"


@pytest.fixture
def start(commands, tmp_path):
    """start(command, *arguments, **environment) in an empty folder, with a home of its own and no way to the Hub."""
    running, empty = [], tmp_path / "empty"
    empty.mkdir()
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("GENLIB_", "GRADIO_", "HF_", "PYTHON"))}
    mine |= {
        "HOME": str(tmp_path / "home"),
        "HF_ENDPOINT": UNREACHABLE,
        "GRADIO_ANALYTICS_ENABLED": "False",
        "OMP_NUM_THREADS": "1",
    }

    def run(command: str, *arguments: str, **environment: str) -> subprocess.Popen:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running.append(subprocess.Popen([commands / command, *arguments], cwd=empty, env=mine | environment, **pipes))
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.communicate()
    assert list(empty.iterdir()) == []


def test_the_wheel_carries_scripts_styles_texts_and_samples(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = [p for folder in ("genlib", "demo") for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    wanted = {str(p.relative_to(ROOT)) for p in tracked if p.suffix != ".pyi"}
    pictures = {name for name in wanted if name.startswith("demo/pictures/")}  # the README's
    assert pictures
    assert wanted - pictures - inside == set()
    assert {name.split("/")[0] for name in inside if ".dist-info/" not in name} == {"genlib", "demo", "latent_atelier.py"}
    assert {Path(name).suffix for name in inside} >= {".py", ".css", ".js", ".json", ".png"}


def test_both_commands_start_from_an_empty_folder(start):
    port = str(free_port())
    page = start("latent-atelier", GRADIO_SERVER_PORT=port, GENLIB_CHECKPOINTS=str(hub.BUNDLED))
    alone = start("latent-atelier")
    listing = start("genlib", "list", "--json")
    out, error = listing.communicate(timeout=60)
    rows = json.loads(out)
    assert "vae2d-mnist" in {row["name"] for row in rows}
    assert not any(row["bundled"] for row in rows)
    assert error.strip() == NOWHERE
    assert alone.communicate(timeout=60) == ("", f"latent-atelier: {NOWHERE}\n")
    assert alone.returncode == 2
    assert page.stdout.readline() == f"Latent Atelier is at http://127.0.0.1:{port}/\n"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        assert b"Latent Atelier" in answer.read()


def test_where_the_hub_cannot_be_reached_the_page_says_so_in_one_sentence(start):
    page = start("latent-atelier", GENLIB_HUB_REPO="me")
    _, error = page.communicate(timeout=60)
    assert re.fullmatch(r"fetching \S+ \(1 of \d+\)\nlatent-atelier: could not fetch me/\S+: the Hub did not answer.*\n", error)
    assert page.returncode == 2


def test_a_package_that_an_extra_brings_is_named_where_it_is_missing(start, tmp_path, monkeypatch):
    (tmp_path / "gradio.py").write_text("raise ModuleNotFoundError(name='gradio')")
    page = start("latent-atelier", PYTHONPATH=str(tmp_path))
    assert page.communicate(timeout=60) == (
        "",
        "latent-atelier: the package gradio is not installed: pip install 'latent-atelier[demo]'\n",
    )

    def measure(_args):
        raise ModuleNotFoundError(name="torchmetrics")

    monkeypatch.setattr(__main__, "evaluate", measure)
    monkeypatch.setattr(sys, "argv", ["genlib", "evaluate", "vae2d-mnist"])
    with pytest.raises(SystemExit, match=r"^evaluate: the package torchmetrics is not installed: pip install 'latent-atelier\[train,eval\]'$"):
        __main__.main()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """As in a package: no checkpoints beside it, and a cache folder for them."""
    monkeypatch.setattr(hub, "BUNDLED", tmp_path / "cache" / "checkpoints")
    monkeypatch.setenv("GENLIB_HUB_REPO", "me")
    monkeypatch.delenv("GENLIB_CHECKPOINTS", raising=False)
    hub.bundled_checkpoints.cache_clear()
    yield hub.BUNDLED
    hub.bundled_checkpoints.cache_clear()


class Answer(Exception):
    def __init__(self, status: int):
        self.response = SimpleNamespace(status_code=status)


def test_a_page_without_checkpoints_fetches_what_the_hub_has_of_them_once(installed, monkeypatch):
    clone, asked, broken = hub.bundled_folder(), [], ["vae2d-mnist"]

    def pull(name, out):
        asked.append(name)
        if name in broken:
            raise CheckpointError("the line was cut") from Answer(503)
        if name != "vae-mnist" and name not in broken + ["vae2d-mnist"]:
            raise CheckpointError("there is none") from Answer(404)
        shutil.copytree(clone / name, out)

    monkeypatch.setattr(hub, "pull", pull)
    with pytest.raises(CheckpointError, match="the line was cut"):
        provision.provision()
    assert not installed.exists()
    asked.clear()
    broken.clear()
    provision.provision()
    assert set(hub.bundled_checkpoints()) == {"vae-mnist", "vae2d-mnist"}
    assert "vae-mnist" not in asked  # it had come before the line was cut
    asked.clear()
    provision.provision()
    assert asked == []


def test_a_model_by_name_is_looked_for_on_the_hub_or_one_sentence_says_what_to_set(installed, monkeypatch):
    assert hub.parse_address("vae2d-mnist") == hub.Address("me/vae2d-mnist")
    monkeypatch.delenv("GENLIB_HUB_REPO")
    with pytest.raises(CheckpointError) as refusal:
        load("vae2d-mnist")
    assert str(refusal.value) == NOWHERE


def test_a_hub_without_any_of_them_is_named(installed, monkeypatch):
    def pull(_name, _out):
        raise CheckpointError("there is none") from Answer(401)

    monkeypatch.setattr(hub, "pull", pull)
    with pytest.raises(CheckpointError, match="no checkpoint of the page's under me"):
        provision.provision()


def test_a_folder_of_checkpoints_may_be_named(tmp_path, monkeypatch):
    monkeypatch.setenv("GENLIB_CHECKPOINTS", str(tmp_path))
    assert hub.bundled_folder() == tmp_path
    monkeypatch.setattr(hub, "BUNDLED", tmp_path)
    hub.bundled_checkpoints.cache_clear()
    try:
        with pytest.raises(CheckpointError, match=f"GENLIB_CHECKPOINTS is {tmp_path}"):
            provision.provision()
    finally:
        hub.bundled_checkpoints.cache_clear()
