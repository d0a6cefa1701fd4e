"""The GAN arena's engine: plain scripts that the page runs in a Web Worker.  They share one scope, so their order counts."""

import functools
import json
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCES: list[str] = json.loads((FOLDER / "sources.json").read_text("utf-8"))


@functools.cache
def source() -> str:
    """All of it, one text, for `new Worker(URL.createObjectURL(new Blob([text])))`."""
    return "\n".join((FOLDER / f"{name}.js").read_text("utf-8") for name in SOURCES)
