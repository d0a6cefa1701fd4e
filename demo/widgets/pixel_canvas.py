"""Rows of pictures, each pixel a whole square, with captions under them."""

import base64

from demo.widgets.base import Widget, from_pixels
from genlib import images


def as_png(data: dict) -> str:
    """A section as the PNG that is downloaded: native resolution, no gaps, what made it in its text chunk."""
    x, about = from_pixels(data.get("pixels")), data.get("about")
    columns = max(1, min(int(data.get("columns") or 1), len(x)))
    return base64.b64encode(images.png(x, columns, **(about if isinstance(about, dict) else {}))).decode()


class PixelCanvas(Widget):
    """value: {"sections": [...], "about": {...}}; a section is what `section` makes.  Event: select."""

    def __init__(self, value=None, **props):
        super().__init__(value, server_functions=[as_png], **props)


def section(title: str, cells: dict, columns: int, *, scale: int = 4, **more) -> dict:
    """One block of pictures: cells as `pixels` makes them, in `columns`, each pixel at most scale×scale.

    more: captions and good (True, False or None), a cell each; rows and head, the edges' names; chosen, a cell or several; reveal, a selector of what to
    bring into sight when a cell is chosen; warn, True for a note not to be missed;
    name, a file name that offers a download; pick, True to let cells be chosen; meanings, what `select` then tells of each; flow, how many cells stay side by side where the screen is narrow, least, at how many times their size; note, a few words.
    """
    return {"title": title, "pixels": cells, "columns": columns, "scale": scale, **more}
