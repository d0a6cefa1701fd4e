"""A run on a visitor's pictures, as the Train tab watches it: from its first batch to its figures, and what may be asked of it meanwhile."""

import time
from collections.abc import Iterator

import gradio as gr

from demo import lessons, zerogpu
from demo.studio import Desk, Line
from genlib.learning import Learner

PACE = 1.0  # seconds between two looks
OVER = object()  # what a run ends with
PATIENCE = 600.0  # seconds that a pause holds the line


def train(learner: Learner) -> Iterator[None]:
    """A pace at a time: on ZeroGPU where it is there, until it lends no more, else here."""
    while zerogpu.is_there() and not learner.is_over:
        try:
            for state in zerogpu.learn(learner.task, learner.budget, learner.state(), PACE):
                learner.restore(state)
                yield
        except gr.Error:  # so it says that a visitor's share of today is used up
            break
    while learner.advance(PACE):
        yield


def follow(t, line: Line, desk: Desk, learner: Learner, seed: int) -> Iterator[dict]:
    """The run's sheets and curves while it goes on, then what came of it: its figures, and the model to take away."""
    yield show(t, learner, seed, "running")
    paused, going = 0.0, train(learner)
    while desk.wish not in ("stop", "best") and (desk.wish == "pause" or next(going, OVER) is not OVER):
        line.place(desk)
        yield show(t, learner, seed, "paused" if desk.wish == "pause" else "running")
        if desk.wish == "pause":
            time.sleep(PACE / 2)
            paused += PACE / 2
            desk.wish = "stop" if paused > PATIENCE else desk.wish
    if desk.wish == "best":
        learner.restore_best()
    elif desk.wish != "stop":
        learner.end()
    learner.stop()
    if desk.learner is not learner:  # the visitor has left
        return
    yield show(t, learner, seed, "measuring")
    learner.measure()
    told = "\n\n".join(lessons.outcome(t, learner))
    yield show(t, learner, seed, "done") | {"after": gr.update(visible=True), "outcome": told}
    yield {"download": str(desk.pack(describe(learner)))}


def describe(learner: Learner) -> str:
    """What trained a model, as its card says it."""
    return f"Latent Atelier, Train, {learner.minutes:.1f} minutes from {learner.task.about['training'].get('base') or 'nothing'}"


def show(t, learner: Learner, seed: int, phase: str) -> dict:
    """All that is shown of a run in one of its phases."""
    steps, of = learner.task.run.step, learner.budget.minutes or 0.0
    total = max(steps, round(steps / learner.progress)) if learner.progress else 0
    values = {"minutes": learner.minutes, "of": of, "steps": steps, "total": total}
    text = t("train.begun" if phase == "running" and not total else f"train.{phase}", **values)
    value = {"phase": phase, "progress": learner.progress, "text": text, "done": tasks_done(phase, learner.minutes)}
    return {"run": value, "canvas": lessons.sheet(t, learner, seed), "curves": lessons.curves(t, learner)}


def tasks_done(phase: str, minutes: float) -> list[str]:
    return ["train.learn"] * (minutes >= 0.5) + ["train.pause"] * (phase == "paused")
