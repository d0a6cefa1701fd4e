"""What the API is sent: components that hand it over as it came, and what an endpoint reads of it."""

import threading
from pathlib import Path

import gradio as gr
import torch
from gradio.data_classes import FileData

from demo import validation
from demo.limits import UPLOAD
from demo.validation import GUESS
from genlib import images, ops, preparation
from genlib.errors import InputError

MAX_PICTURES = 64  # in one answer
READING = threading.BoundedSemaphore(2)  # uploads in memory at once, whoever waits for his turn to be decoded


class Text(gr.Textbox):
    """An argument as it came: the endpoint judges it, in a sentence that names the argument."""

    is_template = True

    def preprocess(self, payload):
        return payload


class Number(gr.Number):
    """The same; gr.Number would make 2 of 1.5, and a TypeError of "x"."""

    is_template = True

    def preprocess(self, payload):
        return payload


class Upload(gr.File):
    """The path of a file that was uploaded: its bytes are read when their turn comes."""

    is_template = True

    def preprocess(self, payload: FileData | None) -> str | None:
        return None if payload is None else payload.path


def read(path: str) -> bytes:
    """The bytes of an upload.  Raises PictureError for more than UPLOAD."""
    if Path(path).stat().st_size > UPLOAD:
        raise images.PictureError("The file is over {size} MB: choose a smaller one.", size=UPLOAD // 10**6)
    return Path(path).read_bytes()


def picture(path: str | None, info, model) -> torch.Tensor:
    """An upload as the model knows pictures, (1, C, H, W).  Raises PictureError."""
    if path is None:
        raise images.PictureError("Send a picture.")
    with READING:
        return preparation.prepare(read(path), preparation.kind_of(info), model.config.size, model.config.channels).x


def hole(path: str | None, size: int) -> torch.Tensor:
    """A mask upload as a bool (H, W), True where it is white.  Raises InputError for another size."""
    if path is None:
        raise images.PictureError("Send a mask, white in the hole.")
    with READING:
        mask = images.open_picture(read(path))
    if mask.size != (size, size):
        raise InputError(
            "the mask is {width}×{height}, the picture {size}×{size}: send one of that size", width=mask.width, height=mask.height, size=size
        )
    return images.to_tensor(images.square(mask, size, 1))[0, 0] > 0.5


def class_number(model, label, least: int = 0) -> int | None:
    """A label as the model's class; any whole number, or none, for a model that knows no classes.  Raises InputError."""
    classes = ops.num_classes(model)
    if not classes and label is None:
        return None
    return validation.whole(label, "label", least, classes - 1 if classes else validation.SEEDS)


def chosen_targets(targets, classes: int) -> list[int]:
    """The classes to swap to: those of a list or its JSON, all where there are none.  Raises InputError."""
    targets = validation.parse_list([] if targets in (None, "") else targets, "targets")
    if len(targets) > MAX_PICTURES:
        raise InputError("targets must be a list of at most {most} classes", most=MAX_PICTURES)
    return [validation.whole(k, "a target", 0, classes - 1) for k in targets] or list(range(classes))


def resolve_label(registry, info, model, x: torch.Tensor, k: int | None) -> tuple[torch.Tensor | None, int, list | None]:
    """The class to encode with, given or (−1) guessed: as a tensor, a number, and P(c|x)."""
    p = registry.guess(info.dataset, x)[0] if registry.classifier(info.dataset) is not None else None
    if not ops.num_classes(model):
        return None, int(p.argmax()) if p is not None else GUESS, p.tolist() if p is not None else None
    if k is None or k == GUESS:
        k = int((registry.guess(info.dataset, x)[0] if p is None else p).argmax())  # without a classifier, its refusal
    return torch.tensor([k]), k, p.tolist() if p is not None else None
