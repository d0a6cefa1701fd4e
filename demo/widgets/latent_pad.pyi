"""A plane of codes to drag over; a dense decoder runs in the page itself."""

from demo.widgets.base import Widget

from gradio.events import Dependency

class LatentPad(Widget):
    pass
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component