"""Pictures that appear pixel by pixel: play, pause, step, scrub, and the distribution under the cursor."""

from demo.widgets.base import Widget


class PixelStream(Widget):
    pass
