"""What there is to plot of a checkpoint: from its folder to a figure.  Imports matplotlib only when something is drawn."""

from pathlib import Path

import torch

from genlib import checkpoint, ops
from genlib.curves import read_curves
from genlib.errors import CheckpointError
from genlib.families import FAMILIES
from genlib.models.wgan import WGAN, WGANConfig

NEEDED = "plots need matplotlib, which is not installed: pip install matplotlib"
ROWS, COLUMNS = 10, 10  # of a sheet of samples


class NoMatplotlib(CheckpointError):
    """There is nothing here to draw with."""


def plots():
    """genlib.plots, imported when it is used.  Raises NoMatplotlib."""
    try:
        from genlib import plots
    except ImportError as error:
        raise NoMatplotlib(NEEDED) from error
    return plots


def draw_curves(folder: Path, _seed: int = 0):
    """The Figure of a run's curves.  Raises CheckpointError where it kept none."""
    stretch, metrics = read_curves(folder)
    panels = plots().panels(metrics, checkpoint.read_info(folder).objective.get("name", ""))
    if not panels:
        raise CheckpointError("{folder} keeps no curves of the run that made it: choose another --what", folder=folder)
    return plots().curves(panels, stretch)


def draw_samples(folder: Path, seed: int = 0):
    """The Figure of a sheet of samples, a class a row where there are classes.  Raises CheckpointError of a model that draws nothing."""
    info, model = checkpoint.read(folder)
    if not FAMILIES[info.model].draws:
        raise CheckpointError("{folder} is a {model}, which draws nothing: choose another --what", folder=folder, model=info.model)
    classes = min(ops.num_classes(model), ROWS)
    y = torch.arange(classes).repeat_interleave(COLUMNS) if classes else None
    n = ROWS * COLUMNS if y is None else len(y)
    x = ops.draw(model, n, y, rng=torch.Generator().manual_seed(seed))
    return plots().samples(x, COLUMNS, info.labels[:classes])


def draw_codes(folder: Path, _seed: int = 0):
    """The Figure of the test set's codes on a plane.  Raises CheckpointError where none are kept."""
    codes = checkpoint.read_codes(folder)
    if not len(codes.mean):
        raise CheckpointError("{folder} keeps no codes of a plane: choose a model with a 2-D latent that was evaluated", folder=folder)
    known = checkpoint.read_info(folder).labels
    return plots().codes(codes.mean, codes.label, [*known, *map(str, range(len(known), 256))])


def draw_weights(folder: Path, _seed: int = 0):
    """The Figure of a critic's weights, with the bound they are cut to.  Raises CheckpointError where there is no critic."""
    info, model = checkpoint.read(folder)
    if not isinstance(model, WGAN):
        raise CheckpointError("{folder} is a {model}, which has no critic: choose a wgan or wgangp", folder=folder, model=info.model)
    values = torch.cat([p.detach().flatten() for p in model.critic.parameters()])
    return plots().weights(values, model.config.bound if isinstance(model.config, WGANConfig) else None)


DRAW = {"curves": draw_curves, "samples": draw_samples, "codes": draw_codes, "weights": draw_weights}


def draw(folder: Path, what: str, kind: str, seed: int = 0) -> bytes:
    """A picture file of the kind ".png" or ".svg".  Raises CheckpointError, for want of matplotlib before anything is read."""
    write = {".png": plots().png, ".svg": plots().svg}[kind]
    return write(DRAW[what](Path(folder), seed))


def write_curves(folder: Path) -> None:
    """Put curves.png beside curves.json.  Raises NoMatplotlib; CheckpointError where there are no curves; OSError."""
    checkpoint.write(Path(folder) / checkpoint.PLOT, draw(folder, "curves", ".png"))
