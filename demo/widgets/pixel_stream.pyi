"""Pictures that appear pixel by pixel: play, pause, step, scrub, and the distribution under the cursor."""

from demo.widgets.base import Widget
from demo.widgets.pixel_canvas import as_png

from gradio.events import Dependency

class PixelStream(Widget):
    """value: {"pixels", "at", "model", "label", "temperature", "about"}; `at` pixels are drawn so far.

    Besides as_png it needs a server function `distribution`.
    """

    def __init__(self, value=None, *, server_functions=(), **props):
        super().__init__(value, server_functions=[as_png, *server_functions], **props)
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component