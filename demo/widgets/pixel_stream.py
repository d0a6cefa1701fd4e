"""Pictures that appear pixel by pixel: play, pause, step, scrub, and the distribution under the cursor."""

from demo.widgets.base import Widget


class PixelStream(Widget):
    """value: {"pixels", "at", "run", "model", "label", "temperature", "z", "layers", "about"}; `at` pixels are drawn so far;
    z is a PixelGAN's, one a picture, or None.
    A `halt` event on its element freezes the picture until another `run`; `stale` and `begin` mark it as of the old settings until then.

    It needs server functions `distribution` and `entropies`.
    """
