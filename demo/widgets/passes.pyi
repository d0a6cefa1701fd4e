"""The passes of a repair on a scrubber, with the change of each pass as a curve."""

from demo.widgets.base import Widget
from demo.widgets.pixel_canvas import as_png

from gradio.events import Dependency

class Passes(Widget):
    """value: {"title", "pixels" (one picture a pass), "change", "caption", "about"}."""

    def __init__(self, value=None, **props):
        super().__init__(value, server_functions=[as_png], **props)
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component