"""When to stop: a run is watched by a figure of pictures it does not learn from, and ends as it was at its best."""

import copy
import math
from collections.abc import Callable

from genlib.models.base import Network
from genlib.train import Progress, Run

LOOKS = 20  # at equal shares of the run
BEGIN = 0.25  # the share of the run before the first: until then the rate rises, and what is new has no shape
PATIENCE = 5  # looks without a better one, after which the curve has turned


class Best:
    """The error of each look, less being better, and the weights to release as they were at the least of them."""

    def __init__(self, error: Callable[[Network], float], turns: bool = True):
        """turns: whether a curve that rises is to end the run, as it was at its best; else it is looked at alone, and the last weights stay."""
        self.error, self.turns = error, turns
        self.errors: list[float] = []
        self.kept: dict = {}
        self.due = BEGIN

    def is_due(self, progress: Progress) -> bool:
        """Whether the next look has come."""
        return progress.progress >= self.due

    def add(self, run: Run, progress: Progress) -> float:
        """Look.  The run's own random numbers and modes stay as they are."""
        model = run.model()
        mode = model.training
        try:
            error = self.error(model.eval())
        finally:
            model.train(mode)
        if error < min(self.errors, default=float("inf")):
            self.kept = copy.deepcopy(model.state_dict())
        self.errors.append(error)
        self.due = (math.floor(progress.progress * LOOKS) + 1) / LOOKS
        return error

    @property
    def has_turned(self) -> bool:
        """Whether the last looks, PATIENCE of them, were all worse than the one before."""
        return self.turns and len(self.errors) > PATIENCE and min(self.errors[-PATIENCE:]) > min(self.errors)

    def end(self, run: Run) -> None:
        """What is due at a run's end: the best look's weights, where its curve is to end it."""
        if self.turns:
            self.restore(run)

    def restore(self, run: Run) -> None:
        """Give the model to release the weights of the best look."""
        if self.kept:
            run.model().load_state_dict(self.kept)
