import json
import pickle

import pytest
import torch
from safetensors.torch import save

from genlib import checkpoint
from genlib.checkpoint import CONFIG, WEIGHTS, CheckpointError
from tests.conftest import SMALL, small


@pytest.mark.parametrize("family", SMALL)
def test_what_is_saved_is_what_is_loaded(family, tmp_path):
    model = small(family)
    checkpoint.save(model, tmp_path, name="x", dataset="mnist", labels=("a", "b", "c"))
    again = checkpoint.load(tmp_path)
    assert type(again) is type(model)
    assert again.config == model.config
    assert "generator" not in getattr(model, "halved", ())
    for key, value in model.state_dict().items():
        half = key.split(".")[0] in getattr(model, "halved", ()) and value.is_floating_point()
        assert torch.equal(again.state_dict()[key], value.half().float() if half else value)
    assert checkpoint.read_info(tmp_path).labels == ("a", "b", "c")
    assert not list(tmp_path.glob("*.tmp"))


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
    write, calls = checkpoint.write, []

    def dying(path, data):
        calls.append(path)
        if len(calls) == dies_at:
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(checkpoint, "write", dying)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(small("vae", 1), tmp_path)
    monkeypatch.undo()
    survivor = checkpoint.load(tmp_path).decode(torch.zeros(1, 2))
    old, new = (small("vae", s).decode(torch.zeros(1, 2)) for s in (0, 1))
    assert torch.equal(survivor, old if dies_at < 3 else new)


def test_a_full_disk_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "file"
    checkpoint.write(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
