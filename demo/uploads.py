"""Uploads as the models know pictures; a face is found and cut as the face data set is: centred, squared, grey.

The detector is OpenCV's, whose wheel brings its cascade: nothing is downloaded.  Viola and Jones, CVPR 2001.
"""

import functools

import numpy as np
from torch import Tensor

from genlib import images

SIDE = 480  # longer side while searching
# Where Extended Yale B's square lies in the detector's box, in box widths: median of 61 front-lit photographs.
LEFT, TOP, WIDTH = 0.139, 0.231, 0.740


@functools.cache
def detector():
    import cv2  # 60 MB that only an upload needs

    return cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")


def find(grey: np.ndarray) -> list[tuple[int, int, int]]:
    """Faces in uint8 (H, W), the largest first: left, top and side of the square a model knows."""
    import cv2

    pad = max(grey.shape) // 3  # a face that fills the picture has no surroundings to be found by
    wide = cv2.copyMakeBorder(grey, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    # Equalised once more where nothing is seen: half a face may lie in the dark.
    for seen in (wide, cv2.equalizeHist(wide)):
        boxes = detector().detectMultiScale(seen, 1.1, 4, minSize=(40, 40))
        if len(boxes):
            break
    largest = sorted((tuple(map(int, box)) for box in boxes), key=lambda box: -box[2])
    return [(round(x - pad + LEFT * w), round(y - pad + TOP * w), round(WIDTH * w)) for x, y, w, _ in largest]


def face(raw: bytes, size: int) -> tuple[Tensor, int]:
    """The largest face of an upload, (1, 1, size, size), and how many were found.  Raises PictureError for none.

    A picture of exactly size×size is taken as it is.
    """
    picture = images.opaque(images.open_picture(raw)).convert("L")
    if picture.size == (size, size):
        return images.to_tensor(picture), 1
    shrink = max(picture.size) / SIDE
    small = picture.resize([max(1, round(n / shrink)) for n in picture.size]) if shrink != 1 else picture
    found = find(np.asarray(small))
    if not found:
        raise images.PictureError("No face was found: choose a picture of one face, from the front, that fills most of it.")
    box = [v * shrink for v in found[0]]
    square = picture.crop([round(v) for v in (box[0], box[1], box[0] + box[2], box[1] + box[2])])
    return images.to_tensor(images.square(square, size, 1)), len(found)


def prepare(raw: bytes, size: int, channels: int) -> tuple[Tensor, int]:
    """An upload as a model of such pictures knows it, (1, C, size, size), and how many faces it holds (1 where none is sought)."""
    return face(raw, size) if (size, channels) == (64, 1) else (images.prepare(raw, size, channels), 1)
