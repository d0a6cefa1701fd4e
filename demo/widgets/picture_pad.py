"""Pick, draw or upload one picture; what the model will see is shown beside it."""

import base64
import binascii

from demo import uploads
from demo.widgets.base import Widget, pixels
from genlib import images


def prepare(data: dict) -> dict:
    """An upload, a photograph or a drawing as the models know pictures, or the sentence that says why it cannot be."""
    try:
        size, channels = int(data["size"]), int(data["channels"])
        raw = base64.b64decode(data.get("picture") or "", validate=True)
        if size not in (28, 64) or channels not in (1, 3):
            raise images.PictureError("No model here takes pictures of that size.")
        x, count = uploads.prepare(raw, size, channels)
        return {"pixels": pixels(x), "faces": count}
    except images.PictureError as error:
        return {"error": str(error)}
    except (binascii.Error, KeyError, TypeError, ValueError, AttributeError):
        return {"error": "This file is not a picture that can be read: try a PNG or a JPEG."}


class PicturePad(Widget):
    """value: {"pixels", "label", "source"}; samples: {"pixels", "labels"}; names: the classes.  Event: input.

    groups: {"of": a number a sample, "names", "at": an angle pair a group or []}: samples under one light, in one pose.
    """

    def __init__(self, value=None, *, samples=None, names=(), groups=None, **props):
        super().__init__(value, server_functions=[prepare], samples=samples, names=list(names), groups=groups, **props)
