"""What was wrong, said beside the control that caused it."""

from demo.widgets.base import Widget


class Status(Widget):
    """value: an HTML paragraph with role="alert", or "" when all is well.

    It stands beside what was touched last in its tab, wherever the page is scrolled to, also in a frame higher than the screen.
    """
