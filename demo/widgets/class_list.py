"""The classes of own pictures: their names, to be changed, how many of each; what was left out, and what to think of first."""

from demo.widgets.base import Sent, Widget
from genlib.errors import InputError

LONGEST = 60  # characters of a name
CLASSES = 200


class ClassList(Widget):
    """value: {"title", "rows": [{"name", "count", "note"}], "warnings": [text], "left": [{"why", "files": [name]}], "fixed": True where names are not
    to be changed}.  Event: input, with the names in the rows' order.
    """

    def preprocess(self, value):
        """Raises InputError for names that a class cannot have."""
        value = Sent.of(value or {})
        rows = value.get("rows", [])
        if not isinstance(rows, list) or len(rows) > CLASSES:
            raise InputError("the page sent no classes: load it again")
        return Sent(value | {"rows": [{"name": class_name(Sent.of(row)["name"])} for row in rows]})


def class_name(text) -> str:
    """A name as a class can have it.  Raises InputError."""
    name = " ".join(text.split()) if isinstance(text, str) else ""
    if not name or len(name) > LONGEST or not name.isprintable():
        raise InputError("a class needs a name of one line, {most} characters at most", most=LONGEST)
    return name
