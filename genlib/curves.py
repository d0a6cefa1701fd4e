"""The curves of a run: every metric's mean over equal stretches of batches, few enough to travel with the checkpoint."""

import json
from pathlib import Path

from genlib import checkpoint

MOST = 240  # stretches; when they are full, two become one


class Curves:
    def __init__(self, stretch: int = 1, means: list[dict[str, float]] | None = None):
        self.stretch, self.means = stretch, means or []  # batches in a stretch; one dict of means each
        self.sums: dict[str, float] = {}
        self.count = 0

    def add(self, metrics: dict) -> None:
        """Take in one batch's metrics, scalar tensors by name; one that is not there yet begins later."""
        for key, value in metrics.items():
            self.sums[key] = self.sums.get(key, 0.0) + float(value)
        self.count += 1
        if self.count < self.stretch:
            return
        self.means.append({key: total / self.count for key, total in self.sums.items()})
        self.sums, self.count = {}, 0
        if len(self.means) == MOST:
            self.means = [
                {key: (a.get(key, b[key]) + b[key]) / 2 for key in b}
                for a, b in zip(self.means[::2], self.means[1::2], strict=True)
            ]
            self.stretch *= 2

    def save(self, folder: Path) -> None:
        """Write curves.json whole: {"stretch", "metrics": {name: one mean a stretch, None where it was not yet there}}."""
        names = dict.fromkeys(key for row in self.means for key in row)
        metrics = {key: [None if key not in row else round(row[key], 5) for row in self.means] for key in names}
        checkpoint.write(Path(folder) / checkpoint.CURVES, json.dumps({"stretch": self.stretch, "metrics": metrics}).encode())

    @classmethod
    def load(cls, folder: Path) -> "Curves":
        """The curves saved in a folder; empty ones where there are none or they cannot be read."""
        try:
            said = json.loads((Path(folder) / checkpoint.CURVES).read_text(encoding="utf-8"))
            rows = zip(*said["metrics"].values(), strict=True)
            means = [{k: v for k, v in zip(said["metrics"], row, strict=True) if v is not None} for row in rows]
            return cls(int(said["stretch"]), means)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()
