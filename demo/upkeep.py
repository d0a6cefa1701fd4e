"""What the server does for itself while it serves: memory and folders that nobody needs any more are given back."""

import asyncio
import contextlib
import ctypes
import time
from pathlib import Path

from gradio import utils
from gradio.utils import get_upload_folder

ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1  # mallopt's settings
LARGE = 16 * 2**20  # bytes
OFTEN = 2.0  # seconds between two rounds: 6 ms where much lies free, .05 where little does


def c_library() -> ctypes.CDLL | None:
    """glibc, or None where there is another."""
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
    except OSError:
        return None


def share_pools() -> None:
    """Two pools of memory for all threads in place of one each; blocks of LARGE and more, the pixels of uploads, go back at
    once: 1,102 MB at most in an attack where it was 1,209.  Of glibc alone."""
    if library := c_library():
        for setting, value in ((ARENA_MAX, 2), (MMAP_THRESHOLD, LARGE), (TRIM_THRESHOLD, LARGE)):
            library.mallopt(setting, value)


def leave_pyplot_out() -> None:
    """Gradio would import pyplot at the first event, 0.7 s and 24 MB, to choose a backend; what is drawn here needs none."""
    utils.MatplotlibBackendMananger = contextlib.nullcontext


def trim_memory() -> None:
    """Give back what lies free between blocks in use, 45 MB once every tab was opened.  Of glibc alone."""
    if library := c_library():
        library.malloc_trim(0)


def drop_empty_folders(age: float) -> None:
    """Remove the folders that Gradio leaves when it deletes the file in them, once they are `age` seconds old."""
    for folder in Path(get_upload_folder()).glob("*/"):
        with contextlib.suppress(OSError):  # not empty, or gone already
            if time.time() - folder.stat().st_mtime > age:
                folder.rmdir()


def upkeep(age: float):
    """A lifespan for the app: every OFTEN seconds memory is trimmed and folders empty for `age` seconds are dropped."""

    async def rounds() -> None:
        while True:
            await asyncio.sleep(min(age, OFTEN))
            await asyncio.to_thread(drop_empty_folders, age)
            await asyncio.to_thread(trim_memory)

    @contextlib.asynccontextmanager
    async def lifespan(_app):
        task = asyncio.create_task(rounds())
        try:
            yield
        finally:
            task.cancel()

    return lifespan
