"""How an own picture becomes one of a data set's kind: bytes -> (1, C, H, W), one line of what was done, and doubts.

A data set names its kind here and nowhere else; page, pads, API, command line and fine-tuning all come through `prepare`.

    digits    MNIST, letters      light, polarity, ink, symbol, stroke, frame
    clothes   Fashion-MNIST       ground cut away, negated, frame
    faces     Extended Yale B     found and cut
    colour    sprites, anything   the centre square

What needs OpenCV is imported where it is used: 60 MB that only a photograph wants.  Where it is not installed, plain.py takes its place.
"""

from importlib import import_module

from genlib import images
from genlib.errors import InputError
from genlib.preparation import plain
from genlib.preparation.base import Handle, Note, Prepared, crop, upright
from genlib.preparation.plain import has_opencv

__all__ = ["KINDS", "Handle", "Note", "Prepared", "draw", "kind_of", "prepare", "shows_face"]

DATASET_KINDS = {"mnist": "digits", "mnistbin": "digits", "fashion": "clothes", "faces": "faces", "sprites": "colour"}
BOXES = {"digits": 20, "clothes": 28}  # longer side, of 28 pixels, of what is drawn
KINDS = ("digits", "clothes", "faces", "colour")


def kind_of(info) -> str:
    """The kind of picture a checkpoint's models want, given its Info: its own word, its data set's, or any picture."""
    named = getattr(info, "preparation", "")
    return named if named in KINDS else DATASET_KINDS.get(info.dataset, "colour")


def prepare(raw: bytes, kind: str, size: int, channels: int, handle: Handle = Handle()) -> Prepared:  # noqa: B008, frozen
    """An upload as a model of such pictures knows it, x (1, channels, size, size) in [0, 1].

    Raises PictureError, in one sentence, for what is no picture or holds nothing of that kind.
    """
    if kind not in KINDS:
        raise InputError("a picture is prepared as one of {kinds}, not {kind}", kinds=", ".join(KINDS), kind=str(kind)[:40])
    picture = upright(raw, handle)
    if channels == 1 and (kind == "faces" or kind in BOXES and size == 28):
        if not has_opencv():
            return plain.prepare(picture, size, kind, handle)
        return import_module(f"genlib.preparation.{kind}").prepare(picture, size, handle)
    part = crop(picture, handle.cut)
    said = Note("Taken as it is.") if part.size == (size, size) else Note("The centre square.")
    return Prepared(images.to_tensor(images.square(part, size, channels)), (said,), cut=handle.cut or (0.0, 0.0, 1.0, 1.0))


def shows_face(raw: bytes, kind: str) -> bool:
    """Whether a picture shows a person, as far as can be told: of faces always, else where OpenCV is installed and sees one.  Raises PictureError."""
    if kind == "faces":
        return True
    return kind != "digits" and has_opencv() and import_module("genlib.preparation.faces").is_seen(upright(raw, Handle()))


def draw(drawing, kind: str, size: int) -> Prepared:
    """Strokes, lists of points x, y, as a drawing of that kind, (1, 1, size, size).  Raises InputError, PictureError."""
    from genlib.preparation import strokes

    return strokes.prepare(drawing, round(BOXES.get(kind, 20) * size / 28), size)
