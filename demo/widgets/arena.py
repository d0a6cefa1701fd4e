"""The GAN arena: games of two small nets that the page itself plays, in a worker."""

from demo.widgets.base import Widget


class Arena(Widget):
    """value: what the tab's controls hold, by name, and {"step", "points", "state"}: where the run stands, a drawing, and what of it is in the address.

    Needs a server function `engine`: {} -> {"text"}, the scripts of demo/arena as one; nothing else is ever asked of the server.
    """

    parts = ("arena_plane", "arena_charts", "arena_state", "arena_lesson", "arena_view")
