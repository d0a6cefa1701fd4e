"""More than a hundred checkpoint folders that nobody should load: none may hang, take memory or raise but in one sentence.

`make(folder)` writes them, small on disk, and returns their names and paths.  Every folder has a single flaw: all else in
it, the digest of its weights too, is as `checkpoint.save` writes it.
"""

import json
import math
import os
import pickle
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import torch
from safetensors.torch import save

from genlib.checkpoint import CONFIG, WEIGHTS
from genlib.families import FAMILIES
from genlib.models.vae import VAE, VAEConfig

Flaw = Callable[[Path], None]  # spoils the sound checkpoint in a folder
GIGABYTES = 10 * 2**30
SMALL = VAEConfig(size=8, hidden=(16,), decoder_hidden=(16,))
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 7461920\n"
TENSORS = {key: value.contiguous() for key, value in VAE(SMALL).state_dict().items()}


def sound(folder: Path, weights: bytes | None = None, **changes) -> None:
    """A checkpoint that loads, but for what `weights` and `changes` put in."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = save(TENSORS) if weights is None else weights
    about = {"model": "vae", "config": asdict(SMALL), "name": "x", "dataset": "mnist", "labels": list("0123456789")}
    about |= {"training": {}, "figures": {}, "sha256": [sha256(weights).hexdigest()]}
    (folder / WEIGHTS).write_bytes(weights)
    (folder / CONFIG).write_text(json.dumps(about | changes))


def said(**changes) -> Flaw:
    """Other values in config.json."""
    return lambda folder: sound(folder, **changes)


def configured(model: str, **changes) -> Flaw:
    """Another Config, of another model."""
    return lambda folder: sound(folder, model=model, config=asdict(FAMILIES[model].network.Config()) | changes)


def text(raw: str | bytes) -> Flaw:
    """Other bytes as config.json."""
    return lambda folder: (folder / CONFIG).write_bytes(raw.encode() if isinstance(raw, str) else raw)


def weighed(weights: bytes) -> Flaw:
    """Other bytes as weights, with their own digest."""
    return lambda folder: sound(folder, weights)


def put(name: str, place: Callable[[Path], object]) -> Flaw:
    """Something else in a file's place."""

    def flaw(folder: Path) -> None:
        (folder / name).unlink()
        place(folder / name)

    return flaw


def sparse(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(GIGABYTES)


def listen(path: Path) -> None:
    here, _ = os.getcwd(), os.chdir(path.parent)  # a socket's address is short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


def headed(header: dict | bytes, body: bytes = b"", size: int | None = None) -> bytes:
    """A safetensors file of that header; `size` is what it claims of the header's length."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if size is None else size) + raw + body


def tensors(**changes) -> bytes:
    return save({key: changes.get(key.replace(".", "_"), value) for key, value in TENSORS.items()})


def retold(change: Callable[[dict], object]) -> bytes:
    """The sound weights with another header over the same numbers."""
    raw = save(TENSORS)
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    change(header)
    return headed(header, raw[8 + length :])


def heavy(folder: Path) -> None:
    """As large as may be read, mostly a hole on the disk, sound but for its last number and naming no digest."""
    config = VAEConfig(hidden=(3600, 3600))
    header, end = {}, 0
    with torch.device("meta"):
        shapes = {key: list(value.shape) for key, value in VAE(config).state_dict().items()}
    for key, shape in shapes.items():
        header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end := end + 4 * math.prod(shape)]}
    sound(folder, headed(header), config=asdict(config), sha256=[])
    with open(folder / WEIGHTS, "r+b") as file:
        file.seek(end - 4, os.SEEK_END)
        file.write(struct.pack("<f", math.nan))


def places() -> Iterator[tuple[str, Flaw]]:
    """What is no regular file of a bearable size."""
    for name in (CONFIG, WEIGHTS):
        yield f"{name} is a FIFO", put(name, os.mkfifo)
        yield f"{name} is /dev/zero", put(name, lambda path: path.symlink_to("/dev/zero"))
        yield f"{name} is /dev/stdin", put(name, lambda path: path.symlink_to("/dev/stdin"))
        yield f"{name} is a file of /proc", put(name, lambda path: path.symlink_to("/proc/self/maps"))
        yield f"{name} is 10 GB", put(name, sparse)
        yield f"{name} is a folder", put(name, Path.mkdir)
        yield f"{name} is a socket", put(name, listen)
        yield f"{name} is a link to nothing", put(name, lambda path: path.symlink_to("nothing"))
        yield f"{name} is a link to itself", put(name, lambda path: path.symlink_to(path.name))
        yield f"{name} is a link out of the folder", put(name, lambda path: path.symlink_to("/etc/passwd"))
        yield f"{name} is empty", put(name, Path.touch)
        yield f"{name} is missing", lambda folder, name=name: (folder / name).unlink()
        yield f"{name} is an LFS pointer", put(name, lambda path: path.write_bytes(LFS))


def texts() -> Iterator[tuple[str, Flaw]]:
    """What is no JSON object, or too much of one."""
    yield "50,000 nested lists", text("[" * 50_000 + "]" * 50_000)
    yield "50,000 nested objects", text('{"a":' * 50_000 + "1" + "}" * 50_000)
    yield "unclosed lists", text("[" * 100_000)
    yield "HTML", text("<html>")
    yield "not UTF-8", text(b"\xff\xfe\xfd{}")
    yield "NUL bytes", text(b"\0" * 1000)
    yield "a list", text("[]")
    yield "null", text("null")
    yield "a text", text('"vae"')
    yield "a number", text("1")
    yield "an empty object", text("{}")
    yield "a key twice", text('{"model": "vae", "model": "gan", "config": {}}')
    yield "a number of 100,000 digits", text('{"model": "vae", "config": {"size": ' + "9" * 100_000 + "}}")
    yield "half a surrogate", text('{"model": "vae", "config": {}, "name": "\\ud800"}')
    yield "2 MB of spaces", text('{"model": "vae", "config": {}}' + " " * 2_000_000)
    yield "a million labels", text('{"model": "vae", "config": {}, "labels": [' + '"",' * 1_000_000 + '""]}')


def values() -> Iterator[tuple[str, Flaw]]:
    """Wrong kinds, and too much, in the fields of config.json."""
    for key, wrong in {
        "model": [{}, [], None, 1, True, "transformer", "", "../vae", "v" * 10_000],
        "config": [[], None, "vae", 5, [["size", 8]]],
        "name": [{}, 1, ["x"], "n" * 10_000, "a\nb", None],
        "dataset": [{}, [], 5, None, "d" * 10_000],
        "labels": [5, "abc", {}, [0, 1, 2], [["a"]], [None], ["l" * 10_000], ["x"] * 50_000, None, [""] * 100_000],
        "sha256": [7, "0" * 64, [7], [None], {}, ["short"], ["0" * 64] * 1000, ["0" * 64]],
        "training": [[], "train", 3, {"a": [[[[[[[[[[]]]]]]]]]]}, {"command": float("nan")}],
        "figures": [[], "fid", 3, {"fid": {}}, {"fid": "good"}, {"fid": float("nan")}, {"fid": float("inf")}, {"fid": [[1.0]]}],
    }.items():
        yield from ((f"{key} is {str(value)[:30]} ({i})", said(**{key: value})) for i, value in enumerate(wrong))


def configs() -> Iterator[tuple[str, Flaw]]:
    """Models nobody could hold, and settings that are none."""
    for model, wrong in {
        "vae": [
            {"hidden": [20_000, 20_000]}, {"hidden": [10**9]}, {"hidden": [1] * 100_000}, {"hidden": 5}, {"hidden": "abc"}, {"hidden": [0]},
            {"hidden": [[8]]}, {"hidden": [-1]}, {"hidden": None}, {"size": 10**9}, {"size": 0}, {"size": -8}, {"size": 8.5}, {"size": True},
            {"size": "8"}, {"size": None}, {"size": [8]}, {"size": {}}, {"channels": 10**6}, {"channels": 0}, {"latent_dim": 10**9},
            {"latent_dim": 0}, {"latent_dim": -1}, {"depthh": 3}, {"": 3}, {"hidden": [4096] * 30}, {"hidden": [17]}, {"size": float("nan")},
        ],
        "cvae": [
            {"width": 10**9}, {"depth": 10**9}, {"depth": -1}, {"depth": 0}, {"depth": 5}, {"features": 10**8}, {"classes": 10**9}, {"classes": -1},
            {"factors": [7, 7]}, {"factors": [2] * 10_000}, {"factors": [10**9]}, {"factors": [0]}, {"style": 10**9}, {"level": "yes"},
        ],
        "pixelcnn": [
            {"dilations": [1] * 100_000}, {"dilations": [10**9]}, {"dilations": [0]}, {"levels": 10**9}, {"levels": 1}, {"width": 0},
            {"dropout": float("inf")}, {"dropout": 2.0}, {"guidance": "much"}, {"guidance": 1e9}, {"guidance": [1.0]}, {"guidance": float("nan")}, {"frequencies": 10**9}, {"class_map": 1}, {"size": 4096},
        ],
        "pixelrnn": [{"kind": "column"}, {"kind": {}}, {"depth": 10**9}, {"kind": "r" * 10_000}],
        "classifier": [{"shrink": 0}, {"shrink": 10**9}, {"size": 2}, {"classes": 1296, "factors": [6, 6, 6]}],
        "wgan": [{"bound": "x"}, {"bound": -1.0}], "ssgan": [{"labels": 10**9}, {"discriminator_widths": [4] * 10}, {"discriminator_widths": []}, {"features": 10**9}], "gan": [{"hidden": []}], "pixelgan": [{"classes": 10**7}],
    }.items():  # fmt: skip
        yield from ((f"{model} of {str(config)[:40]} ({i})", configured(model, **config)) for i, config in enumerate(wrong))


def weights() -> Iterator[tuple[str, Flaw]]:
    """What is no safetensors file, or not of that model."""
    some = next(iter(TENSORS))
    flat = some.replace(".", "_")
    yield "a pickle", weighed(pickle.dumps({"a": 1}))
    yield "a torch archive", weighed(b"PK\x03\x04" + b"\0" * 1000)
    yield "seven bytes", weighed(b"\0" * 7)
    yield "a header of 2⁶³ bytes", weighed(headed(b"{}", size=2**63))
    yield "a header longer than the file", weighed(headed(b"{}", size=1000))
    yield "a header that is no JSON", weighed(headed(b"<html>"))
    yield "a header of nested lists", weighed(headed(b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}"))
    yield "a header that is a list", weighed(headed(b"[]"))
    yield "a header of numbers", weighed(headed({some: 5}))
    yield "no tensors", weighed(headed({}))
    yield "a tensor missing", weighed(save(dict(list(TENSORS.items())[1:])))
    yield "a tensor too many", weighed(save(TENSORS | {"more": torch.zeros(1)}))
    yield "100,000 tensors too many", weighed(headed({f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(100_000)}))
    yield "another shape", weighed(tensors(**{flat: torch.zeros(3, 3)}))
    yield "another type", weighed(tensors(**{flat: TENSORS[some].double()}))
    yield "integers", weighed(tensors(**{flat: TENSORS[some].to(torch.int32)}))
    yield "NaN", weighed(tensors(**{flat: torch.full_like(TENSORS[some], torch.nan)}))
    yield "infinity", weighed(tensors(**{flat: torch.full_like(TENSORS[some], torch.inf)}))
    yield "truncated", weighed(save(TENSORS)[:-100])
    yield "bytes after the end", weighed(save(TENSORS) + b"\0" * 100)
    yield "offsets beyond the file", weighed(retold(lambda header: header[some].update(data_offsets=[0, 10**12])))
    yield "offsets turned round", weighed(retold(lambda header: header[some].update(data_offsets=[8, 4])))
    yield "offsets below zero", weighed(retold(lambda header: header[some].update(data_offsets=[-8, 4])))
    yield "a shape of 2⁶² numbers", weighed(retold(lambda header: header[some].update(shape=[2**31, 2**31])))
    yield "a shape below zero", weighed(retold(lambda header: header[some].update(shape=[-16, -64])))
    yield "a type that is none", weighed(retold(lambda header: header[some].update(dtype="F31")))
    yield "65 MB with a NaN at the end", heavy
    yield "a changed byte", lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1] + b"\7")
    yield "half a file", lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:1000])


def make(folder: Path) -> list[tuple[str, Path]]:
    """Write every hostile checkpoint into a folder of its own below `folder`; (what it is, its folder) each."""
    made = []
    for i, (name, flaw) in enumerate([*places(), *texts(), *values(), *configs(), *weights()]):
        sound(folder / f"hostile-{i:03}")
        flaw(folder / f"hostile-{i:03}")
        made.append((name, folder / f"hostile-{i:03}"))
    return made
