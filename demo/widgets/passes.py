"""The passes of a repair on a scrubber, with the change of each pass as a curve."""

from demo.widgets.base import Widget
from demo.widgets.pixel_canvas import as_png


class Passes(Widget):
    """value: {"title", "pixels" (one picture a pass), "change", "caption", "about"}; "begin", the pass shown first, is the last if there is none."""

    def __init__(self, value=None, **props):
        super().__init__(value, server_functions=[as_png], **props)
