"""Files of a checkpoint as a stranger may have made them: only regular ones, only so large, JSON without tricks.

Each is read once and whole, so that what is checked is what is used.
"""

import json
import math
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

from genlib.errors import CheckpointError, brief

KILO, MEGA = 2**10, 2**20
MAX_BYTES = {  # bytes of each file a checkpoint has; ours are a tenth of it
    "config.json": MEGA, "model.safetensors": 64 * MEGA, "README.md": MEGA, "curves.json": MEGA, "codes.safetensors": 4 * MEGA,
    "reference.safetensors": 10 * MEGA, "curves.png": 4 * MEGA, "film.png": 4 * MEGA,
}  # fmt: skip
POINTER = b"version https://git-lfs.github.com/spec/"
NON_BLOCKING = getattr(os, "O_NONBLOCK", 0)  # a FIFO nobody writes to is opened at once, and told


def hub_repository(folder: Path) -> Path | None:
    """The repository's folder in the Hub's cache that a snapshot, or a folder in it, belongs to."""
    real = Path(folder).resolve()
    for snapshots in real.parents:
        if snapshots.name == "snapshots" and snapshots.parent.name.startswith("models--"):
            return snapshots.parent
    return None


def check_place(folder: Path, name: str) -> None:
    """A file lies in its folder.  Links lead out of it only where the Hub's client made them: to its own blobs."""
    real, home = (folder / name).resolve(), folder.resolve()
    repository = hub_repository(home)
    blobs = (repository / "blobs", repository.parent / "blobs") if repository else ()  # its own, and those that repositories share
    if real.parent != home and not any(real.is_relative_to(place) for place in blobs):
        raise CheckpointError("{name} in {folder} is a link to elsewhere: put the file itself there", name=name, folder=folder)


def read_file(folder: str | Path, name: str) -> bytes:
    """A file of a checkpoint, whole.  Raises FileNotFoundError; CheckpointError for anything but a regular file of bearable size."""
    folder = Path(folder)
    try:
        (folder / name).lstat()
        check_place(folder, name)
        with open(folder / name, "rb", opener=lambda path, flags: os.open(path, flags | NON_BLOCKING)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise CheckpointError("{name} in {folder} is not a file", name=name, folder=folder)
            raw = file.read(MAX_BYTES[name] + 1) if status.st_size <= MAX_BYTES[name] else b""
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # a link to itself is a RuntimeError of pathlib
        reason = getattr(error, "strerror", None) or str(error)
        raise CheckpointError("{folder} has no readable {name}: {reason}", folder=folder, name=name, reason=reason) from error
    if len(raw) > MAX_BYTES[name] or status.st_size > MAX_BYTES[name]:
        most = MAX_BYTES[name] // MEGA
        raise CheckpointError("{name} in {folder} is too large: at most {most} MB are read", name=name, folder=folder, most=most)
    if raw.startswith(POINTER):
        raise CheckpointError("{folder} holds a Git LFS pointer in place of {name}: run git lfs pull there", folder=folder, name=name)
    return raw


def parse_json(raw: bytes) -> Any:
    """The value of a JSON text.  Raises ValueError for what is none, for NaN, infinities, a key twice, halves of characters."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no number of JSON")

    def number(text: str) -> float:
        value = float(text)
        return value if math.isfinite(value) else refuse(brief(text))

    def pairs(items: list[tuple[str, object]]) -> dict:
        pairs = dict(items)
        if len(pairs) < len(items):
            raise ValueError("it says one thing twice")
        return pairs

    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_constant=refuse, parse_float=number, object_pairs_hook=pairs)
        if "\\ud" in text.lower():  # an escaped half of a character is JSON, but no text that could be written again
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    return value
