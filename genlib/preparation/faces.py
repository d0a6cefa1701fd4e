"""Faces as the cropped Extended Yale B has them: found, cut by the eyes, grey.

The detector is OpenCV's, whose wheel brings its cascade: nothing is downloaded.  Viola and Jones, CVPR 2001.
"""

import functools

import cv2
import cv2.data
import numpy as np
from PIL import Image

from genlib import images
from genlib.preparation.base import Handle, Note, Prepared, crop

LOOK = 480  # longer side while searching
GLANCE, SMALL = 160, 48  # longer side for a glance; pixels of the shorter side in which no face is looked for
# Where Extended Yale B's square lies in the detector's box, in box widths: median of 61 front-lit photographs.
LEFT, TOP, WIDTH = 0.139, 0.231, 0.740


@functools.cache
def detector():
    return cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")


def surround(grey: np.ndarray) -> np.ndarray:
    """With its edge repeated a third of its longer side outwards: a face that fills the picture has no surroundings to be found by."""
    pad = max(grey.shape) // 3
    return cv2.copyMakeBorder(grey, pad, pad, pad, pad, cv2.BORDER_REPLICATE)


def find(grey: np.ndarray) -> list[tuple[int, int, int]]:
    """Faces in uint8 (H, W), the largest first: left, top and side of the square a model knows."""
    wide = surround(grey)
    pad = (len(wide) - len(grey)) // 2
    # Equalised once more where nothing is seen: half a face may lie in the dark.
    for seen in (wide, cv2.equalizeHist(wide)):
        boxes = detector().detectMultiScale(seen, 1.1, 4, minSize=(40, 40))
        if len(boxes):
            break
    largest = sorted((tuple(map(int, box)) for box in boxes), key=lambda box: -box[2])
    return [(round(x - pad + LEFT * w), round(y - pad + TOP * w), round(WIDTH * w)) for x, y, w, _ in largest]


def is_seen(picture: Image.Image) -> bool:
    """Whether there is a face at a glance: at GLANCE pixels, without the second look of `find`, and none in what has fewer than SMALL."""
    if min(picture.size) < SMALL:
        return False
    shrink = max(picture.size) / GLANCE
    small = picture.convert("L").resize([max(1, round(n / shrink)) for n in picture.size])
    return len(detector().detectMultiScale(surround(np.asarray(small)), 1.1, 4, minSize=(32, 32))) > 0


def prepare(picture: Image.Image, size: int, handle: Handle = Handle()) -> Prepared:  # noqa: B008, frozen
    """The largest face of a picture, (1, 1, size, size).  Raises PictureError where none is found.

    A picture of exactly size×size is taken as it is, and so is what a person framed.
    """
    picture = picture.convert("L")
    if handle.cut is not None or picture.size == (size, size):
        part = crop(picture, handle.cut)
        said = Note("Your frame, made square.") if handle.cut else Note("Taken as it is.")
        return Prepared(images.to_tensor(images.square(part, size, 1)), (said,), cut=handle.cut or (0.0, 0.0, 1.0, 1.0))
    shrink = max(picture.size) / LOOK
    small = picture.resize([max(1, round(n / shrink)) for n in picture.size]) if shrink != 1 else picture
    boxes = find(np.asarray(small))
    if not boxes:
        raise images.PictureError("No face was found: choose a picture of one face, from the front, that fills most of it.")
    left, top, side = (v * shrink for v in boxes[0])
    square = picture.crop((round(left), round(top), round(left + side), round(top + side)))
    w, h = picture.size
    shares = (left / w, top / h, (left + side) / w, (top + side) / h)
    left, top, right, bottom = (min(max(v, 0.0), 1.0) for v in shares)
    notes = (Note("{n} faces were found; the largest was taken.", {"n": len(boxes)}),) if len(boxes) > 1 else ()
    return Prepared(
        images.to_tensor(images.square(square, size, 1)), (Note("Face found, cut as in training, made grey."),), notes,
        (left, top, right, bottom), stages={"photograph": np.asarray(small)},
    )  # fmt: skip
