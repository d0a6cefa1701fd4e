"""What a run loses, minute by minute: each network's loss, and the error of the pictures that it does not learn from."""

from demo.widgets.base import Widget


class LossCurves(Widget):
    """value: {"charts": [{"title", "lines": [{"name", "x", "y"}]}], "until": minutes of the axis, "at": minutes so far}; without charts it shows nothing.

    A number that there is not yet is None.
    """

    parts = ("arena_charts",)
