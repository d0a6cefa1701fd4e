"""Three nets that read a picture pixel by pixel: what each sees from one pixel, and in which order its state travels."""

from demo.widgets.base import Widget


class ReadingOrder(Widget):
    """Needs a server function `fields`: {"size", "pixel", "depth"} -> {"seen"}, a picture for each of cnn, row, diagonal."""
