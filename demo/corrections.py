"""One of the pictures that a visitor has brought, opened on the pad: to be turned, cut or inverted by hand, put into another class, or left out."""

import base64
import io

import gradio as gr

from demo import lessons, uploads
from demo.studio import Desk
from genlib.data.archive import Item
from genlib.errors import InputError
from genlib.growth import normalize_name
from genlib.preparation import Handle
from genlib.preparation.base import upright

PLAIN = 300_000  # bytes of a file that is sent to the page as it is
LONGEST = 1024  # pixels of a larger one, as it is sent


def find(desk: Desk | None, key: str) -> Item:
    """The picture of that key on a desk.  Raises InputError."""
    item = next((item for item in desk.items if desk.key(item) == key), None) if desk else None
    if item is None:
        raise InputError("this picture is no longer here: press another")
    return item


def sent(raw: bytes) -> str:
    """A file as the pad takes one, base64: a large photograph upright and smaller, cuts being shares of it."""
    if len(raw) > PLAIN:
        picture, out = upright(raw, Handle()).convert("RGB"), io.BytesIO()
        picture.thumbnail((LONGEST, LONGEST))
        picture.save(out, "JPEG", quality=90)
        raw = out.getvalue()
    return base64.b64encode(raw).decode()


def open_on_pad(registry, t, s, desk: Desk, key: str) -> dict:
    """Updates that show a picture on the pad as its file is, with what was corrected already.  Raises InputError."""
    item = find(desk, key)
    (name,) = (name for label, name in zip(desk.labels(), lessons.names_of(desk), strict=True) if label == item.label)
    handle = {"turn": item.handle.turn, "invert": item.handle.invert, "cut": item.handle.cut and list(item.handle.cut)}
    pad = lessons.blank(registry, t, s)
    pad["value"] |= {"photo": {"picture": sent(item.path.read_bytes()), **handle}}
    return {"picture": pad, "label": name, "one": gr.update(open=True), **buttons(key)}


def buttons(key: str = "") -> dict:
    """Which picture is open, and what can be done: none, and one can be added."""
    return {"editing": key, "add": gr.update(visible=not key), "put": gr.update(visible=bool(key)), "out": gr.update(visible=bool(key))}


def put_back(desk: Desk, key: str, picture: dict, name: str) -> None:
    """The picture again as it was corrected, in a class of that name.  Raises InputError."""
    item = find(desk, key)
    known = {normalize_name(shown): label for label, shown in zip(desk.labels(), lessons.names_of(desk), strict=True)}
    handle = uploads.read_handle(picture.get("handle") or {})
    desk.replace(item, item._replace(label=known.get(normalize_name(name), name), handle=handle))
