"""Classic deep generative models, small enough to read.

import genlib
model = genlib.load("vae2d-mnist")     # a bundled name, a folder, or a Hub repository id
model.decode(model.prior(16))          # (16, 1, 28, 28) in [0, 1]
"""

__version__ = "0.1.0"


def load(source):
    """The model of a checkpoint, in eval mode and frozen; `source` as in `genlib.hub.resolve`."""
    from genlib import hub  # on first use: importing genlib costs neither torch nor the Hub client

    return hub.load(source)
