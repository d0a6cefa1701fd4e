"""A film of a training: what sixteen fixed z become at moments of the run, a sheet each, side by side in one PNG.

The moments lie close at the beginning, where most happens: the k-th of n at (k / (n − 1))² of the run.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from genlib import checkpoint, images, ops
from genlib.train import Progress, Run

MOMENTS = 24
SIDE = 4  # pictures of a sheet's row and column
GREYS = 32  # that a film keeps of 256: a third less to load, and small pictures look the same


class Film:
    """Sheets (16, C, H, W), levels 0 to 255, and of each its batch, its minutes of training and, where there is a judge, its FID."""

    def __init__(self, seed: int = 0, judge: Callable[..., float] | None = None):
        self.seed, self.judge = seed, judge
        self.sheets: list[Tensor] = []
        self.facts: dict[str, list[float]] = {"steps": [], "minutes": []} | ({"fid": []} if judge else {})

    def is_due(self, progress: Progress) -> bool:
        """Whether the next moment has come; the end of the run is one always."""
        return progress.progress >= min(1.0, (len(self.sheets) / (MOMENTS - 1)) ** 2)

    def add(self, run: Run, progress: Progress) -> None:
        """Draw the moment.  The run's own random numbers and modes stay as they are."""
        model = run.model()
        mode = model.training
        model.eval()
        try:
            self.sheets.append(self.draw(model))
            values = {"steps": run.step, "minutes": round(progress.seconds / 60, 2)}
            values |= {"fid": round(self.judge(model), 3)} if self.judge else {}
        finally:
            model.train(mode)
        for key, value in values.items():
            self.facts[key].append(value)

    def draw(self, model) -> Tensor:
        n, classes = SIDE**2, ops.num_classes(model)
        y = torch.arange(n) % classes if classes else None
        return ops.draw(model, n, y, rng=torch.Generator().manual_seed(self.seed)).mul(255).round().byte().cpu()

    def png(self) -> bytes:
        """The sheets from left to right: (4·H, n·4·W)."""
        x = torch.stack(self.sheets).unflatten(1, (SIDE, SIDE)).movedim(1, 0)  # (row, moment, column, C, H, W)
        return images.png((x.flatten(0, 2) / 255 * (GREYS - 1)).round() / (GREYS - 1), columns=SIDE * len(self.sheets))

    def save(self, folder: Path) -> None:
        """Write film.png whole.  Raises OSError."""
        if self.sheets:
            checkpoint.write(Path(folder) / checkpoint.FILM, self.png())

    def to_json(self) -> str:
        """What a run needs to go on, and keeps in its state."""
        sheets = [base64.b64encode(sheet.numpy().tobytes()).decode() for sheet in self.sheets]
        return json.dumps({"facts": self.facts, "sheets": sheets, "shape": list(self.sheets[0].shape) if self.sheets else []})

    def restore(self, text: str) -> None:
        """Go on from `to_json()`.  Raises ValueError, KeyError, TypeError, RuntimeError if the text is not that."""
        kept = json.loads(text)
        self.facts = {key: list(kept["facts"][key]) for key in self.facts}
        self.sheets = [torch.frombuffer(bytearray(base64.b64decode(sheet)), dtype=torch.uint8).view(kept["shape"]) for sheet in kept["sheets"]]
