"""Pictures that appear pixel by pixel: play, pause, step, scrub, and the distribution under the cursor."""

from demo.widgets.base import Widget


class PixelStream(Widget):
    """value: {"pixels", "at", "run", "model", "title", "label", "temperature", "guidance", "z", "given", "asked", "layers", "mask", "about", "done"}.

    `at` pixels are drawn so far; z is a PixelGAN's, one a picture, or None; given names what the model sees besides pixels ("z", "c");
    mask is what is to be drawn as text of bits, None for all; about is what a downloaded picture carries; done the tasks that are fulfilled.
    A `halt` event on its element freezes the picture until another `run`; `stale` and `begin` mark it as of the old settings until then.

    It needs server functions `distribution` and `entropies`.
    """
