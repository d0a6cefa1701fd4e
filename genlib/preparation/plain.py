"""Photographs where OpenCV is not installed: the centre square, for digits and clothes light on dark.

It is enough for a picture that is nearly one of the data set's; others want what the modules beside this one do.
"""

import numpy as np
from PIL import Image, ImageOps

from genlib import images
from genlib.preparation.base import Handle, Note, Prepared, border, crop


def has_opencv() -> bool:
    """Whether OpenCV can be imported; asked each time, for it is imported only by who needs it."""
    try:
        import cv2  # noqa: F401
    except ImportError:
        return False
    return True


def prepare(picture: Image.Image, size: int, kind: str, handle: Handle = Handle()) -> Prepared:  # noqa: B008, frozen
    """A picture's centre square, or the square of what a person framed, (1, 1, size, size)."""
    part = crop(picture.convert("L"), handle.cut)
    if handle == Handle() and part.size == (size, size):
        return Prepared(images.to_tensor(part), (Note("Taken as it is."),))
    dark = kind != "faces" and (bool(np.median(border(np.asarray(part))) > 127) if handle.invert is None else handle.invert)
    square = images.square(ImageOps.invert(part) if dark else part, size, 1)
    if kind == "faces":
        missing = Note("OpenCV is not installed, so no face was looked for: pip install 'latent-atelier[faces]'.")
    else:
        missing = Note("OpenCV is not installed, so ground, light and stroke are as they were: pip install 'latent-atelier[faces]'.")
    done = Note("Your frame, made square.") if handle.cut else Note("The centre square.")
    return Prepared(images.to_tensor(square), (done, missing), cut=handle.cut or (0.0, 0.0, 1.0, 1.0), invert=dark)
