"""Pictures that appear pixel by pixel: play, pause, step, scrub, and the distribution under the cursor."""

from demo.widgets.base import Widget
from demo.widgets.pixel_canvas import as_png


class PixelStream(Widget):
    """value: {"pixels", "at", "run", "model", "label", "temperature", "z", "layers", "about"}; `at` pixels are drawn so far;
    z is a PixelGAN's, one a picture, or None.
    A `halt` event on its element freezes the picture until another `run`.

    Besides as_png it needs server functions `distribution` and `entropies`.
    """

    def __init__(self, value=None, *, server_functions=(), **props):
        super().__init__(value, server_functions=[as_png, *server_functions], **props)
