"""The curves of a run: every metric's mean over equal stretches of batches, few enough to travel with the checkpoint."""

import json
from pathlib import Path

from genlib import checkpoint
from genlib.limits import is_line, is_number
from genlib.reading import parse_json, read_file

MAX_WINDOWS = 240  # stretches; when they are full, two become one
NAMES = 60  # of metrics


def read_curves(folder: str | Path) -> tuple[int, dict[str, list[float | None]]]:
    """(batches in a stretch, name -> one mean a stretch) as kept in a folder; none where they are not kept or not sound."""
    try:
        said = parse_json(read_file(folder, checkpoint.CURVES))
        window, metrics = said["stretch"], said["metrics"]
        lengths = {len(values) for values in metrics.values()}
        sound = is_number(window) and 0 < window < 2**50 and len(metrics) <= NAMES and all(is_line(k, 100) for k in metrics)
        sound = sound and len(lengths) <= 1 and max(lengths, default=0) <= MAX_WINDOWS
        if sound and all(v is None or is_number(v) for values in metrics.values() for v in values):
            return int(window), metrics
    except (OSError, ValueError, KeyError, TypeError, AttributeError, checkpoint.CheckpointError):
        pass
    return 1, {}


class Curves:
    def __init__(self, window: int = 1, means: list[dict[str, float]] | None = None):
        self.window, self.means = window, means or []  # batches in a stretch; one dict of means each
        self.sums: dict[str, list[float]] = {}  # of the stretch that is not full yet: sum and number of each metric's values
        self.count = 0

    def add(self, metrics: dict) -> None:
        """Take in one batch's metrics, scalar tensors by name; one that is not there yet begins later."""
        for key, value in metrics.items():
            total, n = self.sums.get(key, (0.0, 0))
            self.sums[key] = [total + float(value), n + 1]
        self.count += 1
        if self.count < self.window:
            return
        self.means.append({key: total / n for key, (total, n) in self.sums.items()})
        self.sums, self.count = {}, 0
        if len(self.means) == MAX_WINDOWS:
            self.means = [{key: (a.get(key, b[key]) + b[key]) / 2 for key in b} for a, b in zip(self.means[::2], self.means[1::2], strict=True)]
            self.window *= 2

    def save(self, folder: Path) -> None:
        """Write curves.json whole: {"stretch", "metrics": {name: one mean a stretch, None where it was not yet there}}."""
        names = dict.fromkeys(key for row in self.means for key in row)
        metrics = {key: [None if key not in row else round(row[key], 5) for row in self.means] for key in names}
        checkpoint.write(Path(folder) / checkpoint.CURVES, json.dumps({"stretch": self.window, "metrics": metrics}).encode())

    def to_json(self) -> str:
        """All of it, the stretch that is not full yet included: what a run needs to go on, and keeps in its state."""
        return json.dumps(vars(self))

    @classmethod
    def from_json(cls, text: str) -> "Curves":
        """Raises ValueError, KeyError, TypeError if the text is not what `to_json` gave."""
        kept = json.loads(text)
        curves = cls(int(kept["window"]), kept["means"])
        curves.sums, curves.count = kept["sums"], int(kept["count"])
        return curves
