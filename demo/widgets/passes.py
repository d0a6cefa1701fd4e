"""The passes of a repair on a scrubber, with the change of each pass as a curve."""

from demo.widgets.base import Sent, Widget, check_pixels, whole_number
from demo.widgets.mask_pad import check_pad

BOUNDS = {"label": (-1, 10**6), "seed": (0, 2**53), "passes": (1, 100)}  # of what an `about` may say


class Passes(Widget):
    """value: {"title", "pixels" (one picture a pass), "change", "caption", "about"}; "begin", the pass shown first, is the last if there is none.
    task: what is done by going back to the first pass.
    """

    def preprocess(self, value):
        value = check_pixels(value, 101)
        about = Sent.of(value.get("about", {}))
        for key in BOUNDS.keys() & about.keys():
            whole_number(about, key, *BOUNDS[key])
        return Sent(value | {"about": about, "pad": check_pad(value.get("pad"))})
