"""A name that is not known, and the known ones it may have been meant for."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The one or two known names most like it, "a or b", whatever their case; "" where none is like it."""
    spelled = {k.casefold(): k for k in reversed(list(known))}
    return " or ".join(spelled[k] for k in difflib.get_close_matches(name[:100].casefold(), spelled, n=2, cutoff=0.6))


def suggest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that says a name is not known."""
    known = list(known)
    near = nearest(name, known)
    return f"did you mean {near}?" if near else f"known are {', '.join(known[:12])}{' …' * (len(known) > 12)}"
