"""What a picture pad asks of the server: an own picture or a drawing as the models know it, and what was done to it."""

import base64
import io
import math

import numpy as np
from PIL import Image

from demo import events
from demo.widgets import PicturePad
from demo.widgets.base import pixels
from genlib import images, preparation
from genlib.errors import InputError
from genlib.preparation import Handle
from genlib.preparation.base import upright

SHOWN = 320  # longest side, in pixels, of the photograph as it is shown beside the result


def read_handle(data: dict) -> Handle:
    """What a person set right by hand.  Raises InputError."""
    cut, invert, turn = data.get("cut"), data.get("invert"), data.get("turn") or 0
    if cut is not None:
        whole = isinstance(cut, list) and len(cut) == 4 and all(isinstance(v, (int, float)) and math.isfinite(v) for v in cut)
        if not whole:
            raise InputError("a cut is left, top, right, bottom within 0 to 1, each before its other")
        left, top, right, bottom = (min(max(float(v), 0.0), 1.0) for v in cut)
        cut = (left, top, right, bottom)
    if invert not in (None, True, False) or not isinstance(turn, int):
        raise InputError("a picture is turned by 0 to 3 quarters, and inverted or not")
    return Handle(turn, invert, cut)


def read_bytes(data: dict) -> bytes:
    try:
        return base64.b64decode(data.get("picture") or "", validate=True)
    except (TypeError, ValueError):
        raise images.PictureError("This file is not a picture that can be read: try a PNG or a JPEG.") from None


def show(raw: bytes, handle: Handle) -> str:
    """The photograph, upright and turned, as the base64 of a small JPEG."""
    picture = upright(raw, handle).convert("RGB")
    picture.thumbnail((SHOWN, SHOWN))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return base64.b64encode(out.getvalue()).decode()


def small_png(picture: np.ndarray, side: int = 92) -> str:
    """A stage, uint8 (H, W) or (H, W, 3), as the base64 of a PNG of at most `side` pixels."""
    image, out = Image.fromarray(picture), io.BytesIO()
    if max(image.size) > side:
        image.thumbnail((side, side))
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def picture_pad(registry, t, title: str = "", look: str = "acts") -> PicturePad:
    """A picture pad that asks this shelf and speaks this language.  title: what the picture is; "Picture" where a tab has one."""
    return PicturePad(elem_classes=look, text=pad_words(t, title), hint=t("hint.mnist"), server_functions=[events.serve(t, prepare, registry, t)])


def pad_words(t, title: str = "") -> dict:
    """What a picture pad says."""
    return t.group("picture") | ({"pick": title} if title else {})


def prepare(registry, t, data: dict) -> dict:
    """data: {"picture" (base64) or "strokes", "dataset", "size", "channels", "turn", "invert", "cut"} -> {"pixels", "notes", "doubt", "cut",
    "turn", "invert", "shown", "stages"}, every sentence in the page's language.  Raises InputError, PictureError."""
    if not isinstance(data, dict):
        raise InputError("a picture was expected")
    dataset, size, channels = str(data.get("dataset")), data.get("size"), data.get("channels")
    if size not in (28, 64) or channels not in (1, 3):
        raise images.PictureError("No model here takes pictures of that size.")
    kind, handle, shown = preparation.DATASET_KINDS.get(dataset, "colour"), Handle(), ""
    if data.get("strokes"):
        made = preparation.draw(data["strokes"], kind, size)
    else:
        handle, raw = read_handle(data), read_bytes(data)
        shown = show(raw, handle)
        try:
            made = preparation.prepare(raw, kind, size, channels, handle)
        except images.PictureError as error:  # the photograph stays, to be framed by hand
            return {"error": t.problem(error), "shown": shown, "cut": list(handle.cut or (0, 0, 1, 1)), "turn": handle.turn, "invert": False}
    stages = [{"name": t(f"stage.{name}"), "image": small_png(picture)} for name, picture in made.stages.items()] if shown else []
    notes = [t.problem(note) for note in made.notes]
    doubts = [t.problem(note) for note in made.warnings] + [t("picture.unlike")] * bool(registry.is_unlike(dataset, made.x)[0])
    return {
        "pixels": pixels(made.x), "notes": notes, "doubt": " ".join(doubts), "shown": shown, "cut": list(made.cut), "turn": handle.turn,
        "invert": made.invert, "stages": stages,
    }  # fmt: skip
