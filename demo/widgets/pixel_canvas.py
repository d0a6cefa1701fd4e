"""Rows of pictures, each pixel a whole square, with captions under them."""

from demo.widgets.base import Sent, Widget, check_pixels
from genlib.errors import InputError


class PixelCanvas(Widget):
    """value: {"sections": [...], "about": {...}}; a section is what `section` makes.  Event: select.

    "more": True asks for the rest by an expand event; "done" names tasks.  about, of the value and of a section, goes into the text chunk of a download: in the API's words, what makes the pictures again.
    """

    def preprocess(self, value):
        value = Sent.of(value or {})
        sections = value.get("sections", [])  # an event may ask for what is said of the pictures alone
        if not isinstance(sections, list):
            raise InputError("the page sent no sections: load it again")
        return Sent(value | {"sections": [check_pixels(section, 1000) for section in sections]})


def section(title: str, cells: dict, columns: int, *, scale: int = 4, **more) -> dict:
    """One block of pictures: cells as `pixels` makes them, in `columns`, each pixel at most scale×scale.

    more: captions and good (True, False or None), a cell each; rows and head, the edges' names; chosen, a cell or several; own, those of the picture's own class; aimed, the
    cell that is gone to, which an `aim` event of the page moves to that of about.targets; reveal, a selector of what to
    bring into sight when a cell is chosen; warn, True for a note not to be missed;
    view, a selector of what is to be in sight when a cell is chosen; small, how many cells, the last, stand at half the size beside
    the others; tall, True for as large as the screen's height allows; name, a file name that offers a download; about, what made this section, over the value's; pick, True to let cells be chosen; meanings, what `select` then tells of each; flow, how many cells stay side by side where the screen is narrow, least, at how many times their size; note, a few words; lines, sentences below;
    close, True for a button that empties the canvas.
    """
    return {"title": title, "pixels": cells, "columns": columns, "scale": scale, **more}
