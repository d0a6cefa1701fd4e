"""A plane of codes to drag over; a dense decoder runs in the page itself."""

from demo.widgets.base import Widget


class LatentPad(Widget):
    pass
