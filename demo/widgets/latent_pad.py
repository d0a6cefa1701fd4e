"""One plane of codes or two to drag over; their decoders, and a small classifier, run in the page itself."""

import math

from demo.widgets.base import Sent, Widget
from genlib.errors import InputError


class LatentPad(Widget):
    parts = (
        "latent_networks",
        "latent_windows",
        "latent_tiles",
        "latent_marks",
        "latent_draws",
        "latent_cards",
        "latent_rails",
        "latent_trick",
        "latent_hand",
    )

    def preprocess(self, value):
        """What a person set in it, by the names of the tab's State; nothing before it is shown.  Raises InputError."""
        if value is None:
            return {"state": {}}
        state = Sent.of(Sent.of(value)["state"])
        if not all(type(state[key]) in (int, float) and math.isfinite(state[key]) for key in ("z1", "z2")):
            raise InputError("z must be two numbers")
        return {"state": state}
