"""The checkpoints of a page that came without them, as an installed package does: every recipe's, fetched from GENLIB_HUB_REPO once."""

import os
from collections.abc import Callable
from pathlib import Path

from genlib import hub
from genlib.checkpoint import CONFIG
from genlib.errors import CheckpointError

NONE_OF_THAT_NAME = (401, 404)  # to who has no token, the Hub says of what is not there that it wants one


def provision(report: Callable[[str, int, int], object] = lambda *_: None) -> None:
    """See to it that there are checkpoints; report(name, k, n) before each that is fetched.  Raises CheckpointError.

    They come into a folder beside their place and are put there when all have come: a start that was cut off goes on where it was.
    """
    if hub.bundled_checkpoints():
        return
    if named := os.environ.get("GENLIB_CHECKPOINTS"):
        raise CheckpointError("GENLIB_CHECKPOINTS is {folder}, which holds no folder with a checkpoint: name the one that does", folder=named)
    if not os.environ.get("GENLIB_HUB_REPO"):
        raise hub.no_checkpoints()
    from genlib.recipes import RECIPES

    new = hub.BUNDLED.with_name(f"{hub.BUNDLED.name}.part")
    for k, name in enumerate(sorted(RECIPES), start=1):
        report(name, k, len(RECIPES))
        if not (new / name / CONFIG).is_file():
            pull(name, new / name)
    if not any(new.glob(f"*/{CONFIG}")):
        raise CheckpointError(
            "the Hub has no checkpoint of the page's under {repo}: set GENLIB_HUB_REPO to who has them",
            repo=os.environ["GENLIB_HUB_REPO"],
        )
    try:
        new.replace(hub.BUNDLED)
    except OSError as error:
        raise CheckpointError("could not write to {folder}: {reason}", folder=hub.BUNDLED, reason=error.strerror) from error
    hub.bundled_checkpoints.cache_clear()


def pull(name: str, out: Path) -> None:
    """One of them, unless the Hub has none of that name.  Raises CheckpointError."""
    try:
        hub.pull(name, out)
    except CheckpointError as error:
        response = getattr(error.__cause__, "response", None)
        if getattr(response, "status_code", None) not in NONE_OF_THAT_NAME:
            raise
