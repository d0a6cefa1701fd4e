"""A training as the command line has it: followed by a bar, saved every minute and at the end, stopped by Ctrl-C or a polite kill."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tqdm import tqdm

from genlib import log, output, train
from genlib.curves import Curves
from genlib.errors import CheckpointError
from genlib.film import Film
from genlib.processes import Source
from genlib.stopping import Best

SAVE_SECONDS = 60  # between two states saved


@dataclass
class Job:
    """What is learned, from what, for how long, and what is kept of it.

    film: keeps moments; best: ends the run when a curve turns, as it was at its best; measure: gives the figures of what was learned.
    """

    run: train.Run
    batches: Source
    budget: train.Budget
    about: dict  # for the checkpoint's config
    digest: str  # of the data
    film: Film | None = None
    best: Best | None = None
    measure: Callable[..., dict] | None = None
    curves: Curves = field(default_factory=Curves)
    held_out: dict[str, float] = field(default_factory=dict)  # the newest of what `best` measures

    def restore(self, out: Path) -> None:
        """Go on from a folder's state.  Raises CheckpointError."""
        notes = train.load_state(self.run, out, self.digest)
        self.curves = Curves.from_json(notes["curves"])
        if self.film and "film" in notes:
            self.film.restore(notes["film"])

    def keep(self, progress: train.Progress) -> None:
        """What the curves and the film have of a batch."""
        if self.best and self.best.is_due(progress):
            self.held_out = {"held-out/error": self.best.add(self.run, progress)}
        self.curves.add(progress.metrics | self.held_out)
        if self.film and self.film.is_due(progress):
            self.film.add(self.run, progress)

    def save(self, out: Path, figures: dict | None = None) -> None:
        """Write the run as it is, with the figures measured of it.  Raises CheckpointError, FloatingPointError."""
        training = self.about["training"]
        if figures:
            self.about["figures"] = figures
            training["evaluated"] = {"command": training["command"], "n": figures.get("held_out_n", 0), "seed": 0, "split": "held-out"}
        training |= {"steps": self.run.step, "minutes": round(self.run.seconds / 60, 1), "date": date.today().isoformat()}
        film = {"film": self.film.facts} if self.film else {}
        output.save(self.run, out, self.about | film, self.curves, self.digest, self.film)

    def finish(self, out: Path) -> None:
        """Write the model that is to stay, with its figures and its curves."""
        if self.best:
            self.best.end(self.run)
        self.save(out, self.measure(self.run.model()) if self.measure else {})
        draw_curves(out)


def prepare(job: Job, out: Path, command: str, *, resume: bool = False, overwrite: bool = False) -> None:
    """Restore what is to be gone on with, and find out whether the folder can hold it.  Raises CheckpointError."""
    if resume:
        job.restore(out)
    if not job.run.team.leads:
        return
    output.check_room(job.run, out)
    output.check_info(job.run, out, job.about)
    if overwrite:
        (out / train.STATE).unlink(missing_ok=True)  # or a later --resume would go on with the run before
    job.about["training"] |= {"command": command, "seed": job.run.seed, "device": job.run.device.type}
    job.about["training"] |= {"processes": job.run.team.size} if job.run.team.size > 1 else {}


def follow(job: Job, out: Path, enter: log.Log = lambda _step, _metrics: None) -> None:
    """Train to the end of the budget; `enter` has the metrics now and then.  Raises SystemExit when it is stopped, FloatingPointError."""
    run, saved, begin = job.run, time.monotonic(), job.run.step
    if not run.team.leads:
        for _ in train.train(run, job.batches, job.budget):
            pass  # the one that leads keeps and writes
        return
    with stop_requests() as asked, tqdm(total=100, bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}") as bar:
        for progress in train.train(run, job.batches, job.budget):
            job.keep(progress)
            if progress.step % log.EVERY == 0:
                enter(progress.step, {name: float(value) for name, value in (progress.metrics | job.held_out).items()})
            if progress.step % 10 == 0 or progress.progress >= 1:
                bar.n = round(100 * progress.progress, 1)
                bar.set_postfix_str(describe(progress, job.batches.size), refresh=True)
            if asked:
                job.save(out)
                draw_curves(out)
                raise SystemExit(f"stopped at batch {run.step}; go on with --resume")
            if job.best and job.best.has_turned:
                bar.write("the held-out pictures are known no better: stopped")
                break
            if time.monotonic() - saved > SAVE_SECONDS:
                job.save(out)
                saved = time.monotonic()
        if run.step > begin:
            job.finish(out)
    tqdm.write(f"{out}: {run.step} batches, {run.seconds / 60:.1f} minutes" + " already; ask for more --steps" * (run.step == begin))


@contextmanager
def stop_requests() -> Iterator[list]:
    """Ctrl-C and a polite kill as a list to be looked at between batches: one cut in half could not be resumed to the bit."""
    asked: list = []
    before = {number: signal.signal(number, lambda number, _frame: asked.append(number)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def draw_curves(out: Path) -> None:
    """Draw what a run has learnt; that it could not be drawn is said, and is no reason to fail."""
    try:
        output.save_plot(out)
    except CheckpointError as error:
        tqdm.write(f"{out} has no curves.png: {error}", file=sys.stderr)


def describe(progress: train.Progress, batch: int) -> str:
    losses = (f"{k.removeprefix('model/')} {v.item():.4g}" for k, v in progress.metrics.items() if "loss" in k)
    return f"batch {progress.step}, {', '.join(losses)}, {progress.step * batch / max(progress.seconds, 1e-9):.0f} samples/s"
