"""A plane through a latent of many dimensions, spanned by four corners: a grid of it, and the picture under the pointer."""

from demo.widgets.base import Widget


class PlanePad(Widget):
    """value: {"model", "z": four lists, "labels": four classes or −1, "at": [x, y] in 0 … 1, "pixels" (the grid's, row by row), "picture"}.

    Needs a server function `on_plane`: {"model", "z", "labels", "at"} -> {"picture", "norm"} or {"error"}.
    """
