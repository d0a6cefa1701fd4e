"""A training as one line: start, pause, stop, and how far it is, in minutes."""

from demo.widgets.base import Widget


class RunBar(Widget):
    """value: {"phase": ready, waiting, preparing, running, paused, measuring or done, "progress": 0 to 1, "text": where it stands, "can_start": False where there is nothing to learn, "consent": what has to be ticked before it starts}.

    Events: submit, to begin, with {"consent": whether it was ticked}; select with {"wish"}: pause, go, stop, or best, to end as at the best.
    """
