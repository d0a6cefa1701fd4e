"""What to try in a tab: one task after another, ticked when it is done."""

from demo.widgets.base import Widget


class Tasks(Widget):
    """tab, and tasks: [{"name", "text", "of"}] in their order, `of` the data set with which alone it can be done, or "".  A widget's script, or a server's answer in `done`, tells that "<tab>.<name>" is done.

    The browser remembers what was done, where it may.
    """
