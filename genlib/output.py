"""The folder a run writes into: tried before the first batch, one writer at a time, and whole at every moment."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import torch
from torch.nn import functional

from genlib import card, checkpoint, drawing, images, train
from genlib.curves import Curves
from genlib.data import Images
from genlib.errors import CheckpointError
from genlib.families import family_of
from genlib.film import Film
from genlib.lock import hold_lock
from genlib.objectives import registry

SEEN = 12  # pictures of a class in seen.png
TAKEN = (checkpoint.CONFIG, checkpoint.WEIGHTS, checkpoint.CARD, train.STATE)  # what a new run would write over


@contextmanager
def open_output(folder: Path, *, resume: bool = False, overwrite: bool = False) -> Iterator[Path]:
    """The folder, made if need be and locked; one that nothing was written into is taken away again.

    Raises CheckpointError if it cannot be written, another run writes it, or something would be lost.
    """
    folder = Path(folder)
    with explain(folder), ExitStack() as stack:
        refuse_to_replace(folder, resume, overwrite)
        if resume and not (folder / train.STATE).exists():
            raise train.no_state(folder)
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        stack.callback(remove_empty, missing)
        folder.mkdir(parents=True, exist_ok=True)
        stack.enter_context(hold_lock(folder))
        held = stack.pop_all()
    with held:
        yield folder


@contextmanager
def explain(folder: Path) -> Iterator[None]:
    """What the system says of a folder that is to be written, as a sentence.  Raises CheckpointError."""
    try:
        yield
    except OSError as error:
        raise CheckpointError(
            "{folder} cannot be written ({reason}): what it held is whole; make room there, or choose another folder",
            folder=folder, reason=error.strerror or str(error),
        ) from error  # fmt: skip


def try_to_write(path: Path) -> None:
    """Find out whether a file could be written at path, before time is spent on what it is to hold.  Raises OSError."""
    if path.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def remove_empty(folders: list[Path]) -> None:
    """Take folders away, the innermost first, up to one that holds something."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def refuse_to_replace(folder: Path, resume: bool, overwrite: bool) -> None:
    there = [name for name in TAKEN if os.path.lexists(folder / name)]
    if there and not (resume or overwrite):
        raise CheckpointError(
            "{folder} already holds {name}: --resume goes on with that run, --overwrite replaces it; or choose another --out",
            folder=folder, name=there[0],
        )  # fmt: skip


def check_room(run: train.Run, folder: Path) -> None:
    """Raises CheckpointError unless the disk holds a run's files beside the old ones that they replace."""
    need, free = bytes_needed(run), shutil.disk_usage(folder).free
    if free < need:
        raise CheckpointError(
            "{folder} has {free} MB free, and this run writes {need} MB: make room, or choose another --out",
            folder=folder, free=free // 10**6, need=-(-need // 10**6),
        )  # fmt: skip


def check_info(run: train.Run, folder: Path, about: dict) -> None:
    """What config.json will say of a run could be read again: no class's name of two lines.  Raises CheckpointError."""
    model = run.model()
    family = family_of(model).name
    info = checkpoint.Info(model=family, config=asdict(model.config), objective=registry.describe(run.objective), **about)
    checkpoint.parse_info(checkpoint.info_bytes(info), folder / checkpoint.CONFIG)


def bytes_needed(run: train.Run) -> int:
    """Of the training state once Adam has its two moments, of the model, and of the little files beside them."""
    state = sum(value.nbytes for key, value in run.state().items() if not key.startswith("optimizer."))
    moments = sum(2 * p.nbytes for turn in run.turns for p in turn.net.parameters())
    return state + moments + sum(value.nbytes for value in run.model().state_dict().values()) + 2**20


def save(run: train.Run, folder: Path, about: dict, curves: Curves, data: str, film: Film | None = None) -> None:
    """Write a run's state, its model so far, the curves, and a card without the figures of the weights before.

    Raises FloatingPointError, with nothing written, if a weight is no longer finite; CheckpointError if the disk refuses.
    """
    if not all(value.isfinite().all() for value in run.model().state_dict().values()):
        raise train.Diverged("the weights are no longer finite at batch {step}", step=run.step)
    training = about.get("training", {}) | {"lr": run.lr, "betas": list(run.betas)}
    with explain(folder):
        train.save_state(run, folder, data=data, curves=curves.to_json(), **{"film": film.to_json()} if film else {})
        info = checkpoint.save(run.model(), folder, **about | {"training": training, "objective": registry.describe(run.objective)})
        for stale in (checkpoint.CODES, checkpoint.PLOT, checkpoint.FILM):
            (Path(folder) / stale).unlink(missing_ok=True)
        checkpoint.write(Path(folder) / checkpoint.CARD, card.text(info).encode())
        curves.save(folder)
        if film:
            film.save(folder)


def save_seen(pictures: Images, folder: Path) -> None:
    """Put seen.png into the folder: own pictures as the model will see them, a class a row.  Raises CheckpointError."""
    rows = [pictures.x[pictures.y == k][:SEEN] for k in pictures.y.unique()]
    x = torch.cat([functional.pad(row, (0, 0, 0, 0, 0, 0, 0, SEEN - len(row))) for row in rows])
    with explain(folder):
        checkpoint.write(Path(folder) / "seen.png", images.png(x / 255, columns=SEEN))


def save_plot(folder: Path) -> None:
    """Draw the curves of a run that has ended, and show them on its card.  Raises CheckpointError if they cannot be."""
    with explain(folder):
        drawing.write_curves(folder)
        card.write_text(folder, checkpoint.read_info(folder))
