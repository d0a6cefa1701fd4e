"""A run's metrics for a board to draw while it goes on; tensorboard and trackio are imported only where they are asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from genlib.errors import Problem

KINDS = ("tensorboard", "trackio")
EVERY = 10  # batches between two entries
Log = Callable[[int, dict[str, float]], None]  # the batch, and its metrics by "turn/metric"


class NoBoard(Problem, ImportError):
    """A board was asked for that is not installed."""


def check_kind(kind: str) -> None:
    """Raises NoBoard, before time is spent."""
    if find_spec(kind) is None:
        raise NoBoard("--log {kind} needs the package {kind}: pip install {kind}", kind=kind)


@contextmanager
def open_log(kind: str | None, folder: Path, settings: dict) -> Iterator[Log]:
    """Where to enter the metrics of a run; nowhere for None.  tensorboard's lie in the folder's `log`, trackio's in its own place.  Raises NoBoard."""
    if kind is None:
        yield lambda _step, _metrics: None
        return
    check_kind(kind)
    with (tensorboard if kind == "tensorboard" else trackio)(Path(folder), settings) as log:
        yield log


@contextmanager
def tensorboard(folder: Path, settings: dict) -> Iterator[Log]:
    from torch.utils.tensorboard import SummaryWriter

    def enter(step: int, metrics: dict[str, float]) -> None:
        for name, value in metrics.items():
            writer.add_scalar(name, value, step)

    with SummaryWriter(str(folder / "log")) as writer:
        writer.add_text("settings", "\n".join(f"    {key}: {value}" for key, value in settings.items()))
        yield enter


@contextmanager
def trackio(folder: Path, settings: dict) -> Iterator[Log]:
    import trackio

    trackio.init(project="genlib", name=folder.name, config=settings)
    try:
        yield lambda step, metrics: trackio.log(metrics, step=step)
    finally:
        trackio.finish()
