"""A plane of codes to drag over; a dense decoder runs in the page itself."""

import math

from demo.widgets.base import Sent, Widget
from genlib.errors import InputError


class LatentPad(Widget):
    def preprocess(self, value):
        z = Sent.of(value)["z"]
        if not isinstance(z, list) or len(z) != 2 or not all(type(v) in (int, float) and math.isfinite(v) for v in z):
            raise InputError("z must be two numbers")
        return value
