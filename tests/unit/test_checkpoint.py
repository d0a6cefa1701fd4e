import json
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from genlib import checkpoint, hub
from genlib.checkpoint import CODES, CONFIG, CURVES, WEIGHTS, CheckpointError
from genlib.curves import read_curves
from genlib.families import FAMILIES
from genlib.models.vae import VAE, VAEConfig
from tests.conftest import SMALL, small
from tests.hostile_checkpoints import LFS, make, sound

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("family", SMALL)
def test_what_is_saved_is_what_is_loaded(family, tmp_path):
    model = small(family)
    checkpoint.save(model, tmp_path, name="x", dataset="mnist", labels=("a", "b", "c"))
    again = checkpoint.load(tmp_path)
    assert type(again) is type(model)
    assert again.config == model.config
    for key, value in model.state_dict().items():
        half = key.split(".")[0] in getattr(model, "fp16_modules", ()) and value.is_floating_point()
        value = checkpoint.to_storage(model, key, value).float() if key.split(".")[0] in model.int8_modules else value
        assert torch.equal(again.state_dict()[key], value.half().float() if half else value)
    assert checkpoint.read_info(tmp_path).labels == ("a", "b", "c")
    assert not list(tmp_path.glob("*.tmp"))


def test_a_planes_large_matrices_are_kept_at_255_multiples_of_a_step_a_row_and_written_again_they_stay():
    model = VAE(VAEConfig(latent_dim=2))
    for key in ("decoder.2.weight", "decoder.4.weight"):
        value = model.state_dict()[key]
        kept = checkpoint.to_storage(model, key, value)
        steps = kept.float().abs().amax(1, keepdim=True).div(127).log2().ceil().exp2()
        multiples = kept.float() / steps
        assert torch.equal(multiples, multiples.round())
        assert 64 <= multiples.abs().max() <= 127
        assert ((kept.float() - value).abs() <= steps / 2).all()
        assert torch.equal(checkpoint.to_storage(model, key, kept.float()), kept)
    for model, key in ((VAE(VAEConfig(latent_dim=2)), "decoder.0.weight"), (VAE(VAEConfig(latent_dim=3)), "decoder.2.weight")):
        value = model.state_dict()[key]
        assert torch.equal(checkpoint.to_storage(model, key, value), value.half())  # too small, or no plane


def saved(model):
    """The model with its numbers as they come back from a file, some of them in half precision."""
    model.load_state_dict({key: checkpoint.to_storage(model, key, value) for key, value in model.state_dict().items()})
    return model


def spoil_truncated(folder):
    raw = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(raw[: len(raw) // 2])


def reseal(folder, **changes):
    """Put other contents in config.json, with the digest of the weights that lie there."""
    from hashlib import sha256

    raw = json.loads((folder / CONFIG).read_text()) | {"sha256": [sha256((folder / WEIGHTS).read_bytes()).hexdigest()]} | changes
    (folder / CONFIG).write_text(json.dumps(raw))


def spoil_pickle(folder):
    (folder / WEIGHTS).write_bytes(pickle.dumps({"a": 1}))
    reseal(folder)


def spoil_shape(folder):
    reseal(folder, config={"size": 8, "hidden": [17], "decoder_hidden": [16]})


def spoil_missing(folder):
    tensors = dict(list(small("vae").state_dict().items())[1:])
    (folder / WEIGHTS).write_bytes(save(tensors))
    reseal(folder)


def spoil_nan(folder):
    tensors = {k: torch.full_like(v, torch.nan) for k, v in small("vae").state_dict().items()}
    (folder / WEIGHTS).write_bytes(save(tensors))
    reseal(folder)


def spoil_foreign(folder):
    reseal(folder, model="transformer")


def spoil_setting(folder):
    reseal(folder, config={"depthh": 3})


def spoil_json(folder):
    (folder / CONFIG).write_text("<html>")


def spoil_gone(folder):
    (folder / WEIGHTS).unlink()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_truncated, "truncated"), (spoil_pickle, "safetensors"), (spoil_shape, "fit"), (spoil_missing, "fit"), (spoil_nan, "NaN"),
        (spoil_foreign, "transformer"), (spoil_setting, "depthh"), (spoil_json, "config"), (spoil_gone, "no readable"),
    ],
)  # fmt: skip
def test_a_spoilt_checkpoint_is_refused_in_one_sentence(spoil, says, tmp_path):
    checkpoint.save(small("vae"), tmp_path)
    spoil(tmp_path)
    with pytest.raises(CheckpointError, match=says) as caught:
        checkpoint.load(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_kill_in_mid_save_leaves_a_complete_checkpoint(dies_at, tmp_path, monkeypatch):
    checkpoint.save(small("vae", 0), tmp_path)
    put, calls = os.replace, []

    def dying(beside, path):
        calls.append(path)
        if len(calls) == dies_at:
            raise KeyboardInterrupt
        put(beside, path)

    monkeypatch.setattr(checkpoint.os, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(small("vae", 1), tmp_path)
    monkeypatch.undo()
    survivor = checkpoint.load(tmp_path).decode(torch.zeros(1, 2))
    old, new = (saved(small("vae", s)).decode(torch.zeros(1, 2)) for s in (0, 1))
    assert torch.equal(survivor, old if dies_at < 3 else new)


def fill_disk(monkeypatch):
    """From now on nothing more can be written."""

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)


def test_a_disk_that_fills_up_in_mid_save_leaves_the_old_checkpoint_as_it_was(tmp_path, monkeypatch):
    checkpoint.save(small("vae", 0), tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    fill_disk(monkeypatch)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(small("gan"), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_full_disk_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "file"
    checkpoint.write(path, b"old")
    fill_disk(monkeypatch)
    with pytest.raises(OSError, match="No space"):
        checkpoint.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_two_kills_in_a_row_between_other_shapes_leave_a_complete_checkpoint(dies_at, tmp_path, monkeypatch):
    checkpoint.save(small("vae", 0), tmp_path)
    put = os.replace
    for model in (small("gan"), small("ae")):
        calls = []

        def dying(beside, path, calls=calls):
            calls.append(path)
            if len(calls) == dies_at:
                raise KeyboardInterrupt
            put(beside, path)

        monkeypatch.setattr(checkpoint.os, "replace", dying)
        with pytest.raises(KeyboardInterrupt):
            checkpoint.save(model, tmp_path)
    monkeypatch.undo()
    info, survivor = checkpoint.read(tmp_path)
    assert info.model == ("vae" if dies_at < 3 else "ae")
    assert type(survivor) is type(small(info.model))
    checkpoint.save(survivor, tmp_path)
    assert "replaces" not in json.loads((tmp_path / CONFIG).read_text())


HOSTILE = """
import json, resource, sys, time
from genlib import checkpoint
checkpoint.load(sys.argv[1])
rest, found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []
for folder in sys.argv[2:]:
    begun = time.process_time()
    try:
        checkpoint.load(folder)
        found.append([None, None, 0, 0])
    except checkpoint.CheckpointError as error:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found.append([str(error), error.template, time.process_time() - begun, (most - rest) / 1024])
print(json.dumps(found))
"""


def test_no_hostile_checkpoint_takes_memory_or_time_or_more_than_a_sentence(tmp_path):
    made = make(tmp_path / "hostile")
    assert len(made) >= 100
    sound(tmp_path / "sound")
    folders = [str(folder) for _, folder in made]
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", HOSTILE, str(tmp_path / "sound"), *folders]
    out = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    assert out.returncode == 0, out.stderr[-2000:]
    chinese = json.loads((ROOT / "demo" / "text" / "errors.zh.json").read_text(encoding="utf-8"))
    for (name, folder), (said, template, seconds, megabytes) in zip(made, json.loads(out.stdout), strict=True):
        assert said, f"{name}: was loaded"
        assert "\n" not in said, name
        assert len(said.replace(str(folder), "")) < 400, name
        assert template in chinese, template
        assert seconds < 10, name
        assert megabytes < 300, name


def test_a_reader_beside_a_writer_finds_the_old_or_the_new_model(tmp_path):
    models = [saved(model) for model in (small("vae", 0), small("vae", 1), small("gan"))]  # other numbers, and other shapes
    checkpoint.save(models[0], tmp_path, name="0")
    done = threading.Event()

    def go_on_writing():
        i = 0
        while not done.is_set():
            i += 1
            checkpoint.save(models[i % 3], tmp_path, name=str(i % 3))

    writer = threading.Thread(target=go_on_writing)
    writer.start()
    try:
        seen = set()
        for _ in range(150):
            info, model = checkpoint.read(tmp_path)
            seen.add(info.name)
            whole = models[int(info.name)].state_dict()
            assert type(model) is type(models[int(info.name)])
            assert all(torch.equal(value, whole[key]) for key, value in model.state_dict().items())
    finally:
        done.set()
        writer.join()
    assert len(seen) > 1


def test_a_git_lfs_pointer_is_named(tmp_path):
    checkpoint.save(small("vae"), tmp_path)
    (tmp_path / WEIGHTS).write_bytes(LFS)
    with pytest.raises(CheckpointError, match="git lfs pull"):
        checkpoint.load(tmp_path)


def snapshot(cache):
    """A checkpoint as the Hub's client lays it out: links from a snapshot to blobs."""
    checkpoint.save(small("vae"), cache / "models--me--vae" / "blobs")
    folder = cache / "models--me--vae" / "snapshots" / ("0" * 40)
    folder.mkdir(parents=True)
    for name in (CONFIG, WEIGHTS):
        (folder / name).symlink_to(f"../../blobs/{name}")
    return folder


def test_links_are_followed_in_the_hubs_cache_and_nowhere_else(tmp_path):
    folder = snapshot(tmp_path)
    checkpoint.load(folder)
    other = tmp_path / "other"
    other.mkdir()
    for name in (CONFIG, WEIGHTS):
        (other / name).symlink_to(folder / name)
    with pytest.raises(CheckpointError, match="link to elsewhere"):
        checkpoint.load(other)
    (tmp_path / "whole").symlink_to(tmp_path / "models--me--vae" / "blobs")
    checkpoint.load(tmp_path / "whole")  # a folder's own name may be a link


def test_nothing_is_written_into_the_hubs_cache(tmp_path):
    folder = snapshot(tmp_path)
    before = (folder / CONFIG).read_bytes()
    with pytest.raises(CheckpointError, match="the Hub's cache"):
        checkpoint.save(small("vae", 1), folder)
    assert (folder / CONFIG).read_bytes() == before


def test_every_bundled_file_is_read():
    for name, info in hub.bundled_checkpoints().items():
        codes = checkpoint.read_codes(hub.BUNDLED / name)
        assert len(codes.mean) == len(codes.label) == (10_000 if (hub.BUNDLED / name / CODES).exists() else 0)
        assert (codes.logvar is not None) == (len(codes.mean) > 0 and FAMILIES[info.model].is_variational)
        assert bool(read_curves(hub.BUNDLED / name)[1]) == (hub.BUNDLED / name / CURVES).exists(), info.name


@pytest.mark.parametrize(
    "tensors",
    [
        {}, {"mean": torch.zeros(3, 2)}, {"mean": torch.zeros(3, 2), "label": torch.zeros(4, dtype=torch.uint8)},
        {"mean": torch.zeros(3, 3), "label": torch.zeros(3, dtype=torch.uint8)}, {"mean": torch.zeros(()), "label": torch.zeros(3)},
        {"mean": torch.zeros(3, 2), "logvar": torch.zeros(3, 1), "label": torch.zeros(3, dtype=torch.uint8)},
        {"mean": torch.zeros(3, 2, dtype=torch.float64), "label": torch.zeros(3, dtype=torch.uint8)},
        {"mean": torch.full((3, 2), torch.nan), "label": torch.zeros(3, dtype=torch.uint8)},
        {"mean": torch.zeros(600_000, 2), "label": torch.zeros(600_000, dtype=torch.uint8)},
    ],
)  # fmt: skip
def test_codes_that_are_none_are_refused_in_one_sentence(tensors, tmp_path):
    (tmp_path / CODES).write_bytes(save(tensors))
    with pytest.raises(CheckpointError) as caught:
        checkpoint.read_codes(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"stretch": 1, "metrics": {"a": [1, 2], "b": [1]}}', '{"stretch": 0, "metrics": {"a": [1]}}', '{"stretch": 1e30, "metrics": {"a": [1]}}',
        '{"stretch": 1, "metrics": {"a": [NaN]}}', '{"stretch": 1, "metrics": {"a": [1e999]}}', '{"stretch": 1, "metrics": {"a": 5}}',
        json.dumps({"stretch": 1, "metrics": {str(i): [1] for i in range(10_000)}}), json.dumps({"stretch": 1, "metrics": {"a": [1] * 100_000}}),
        "[" * 50_000 + "]" * 50_000, '{"stretch": 1, "metrics": {"a": [true]}}',
    ],
)  # fmt: skip
def test_curves_that_are_none_are_left_out(text, tmp_path):
    (tmp_path / CURVES).write_text(text)
    assert read_curves(tmp_path) == (1, {})


@pytest.mark.parametrize(
    "about", [{"figures": {"fid": float("nan")}}, {"figures": {"kl": float("inf")}}, {"labels": ("a\nb",)}, {"name": None}, {"training": {"x": object}}]
)  # fmt: skip
def test_what_could_not_be_read_again_is_not_written(about, tmp_path):
    checkpoint.save(small("vae", 0), tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises((CheckpointError, TypeError)):
        checkpoint.save(small("vae", 1), tmp_path, **about)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_no_bundled_model_waits_for_symbolic_mathematics_as_it_is_loaded():
    """Arithmetic on the meta device imports it, five seconds: the first visitor's."""
    code = "import sys; from genlib import hub; [hub.load(name) for name in hub.bundled_checkpoints()]; print({'sympy', 'torch._dynamo'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip() == "set()"
