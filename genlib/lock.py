"""One writer a folder: a lock that the system gives back when its holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genlib.errors import CheckpointError

LOCK = ".lock"  # beside a checkpoint's files while they are written; not part of the checkpoint


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Be the only writer of a folder until the block ends.  Raises CheckpointError at once if another one is, OSError."""
    path = Path(folder) / LOCK
    file = acquire(path)
    try:
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is still held: whoever opened this one looks again
        os.close(file)


def acquire(path: Path) -> int:
    """The open, locked file that stands at path.  Raises CheckpointError, OSError."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if stands_at(file, path):
                return file
        except BlockingIOError:
            holder = os.pread(file, 20, 0).decode(errors="replace")
            os.close(file)
            raise CheckpointError(
                "{folder} is being written by another run (process {holder}): wait for its end, or choose another folder",
                folder=path.parent, holder=holder or "?",
            ) from None  # fmt: skip
        except OSError:
            os.close(file)
            raise
        os.close(file)  # its holder took it away in between


def stands_at(file: int, path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except FileNotFoundError:
        return False
