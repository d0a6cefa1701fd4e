"""What all widgets share: the way pixels travel, and a gr.HTML whose script is a file."""

import base64
import functools
import math
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch
from torch import Tensor

from genlib import images
from genlib.errors import InputError, Problem, brief

HERE = Path(__file__).parent


def pixels(x: Tensor) -> dict:
    """(N, C, H, W) in [0, 1] -> {"n", "h", "w", "c", "data"}, data the base64 of N·H·W·C bytes."""
    n, c, h, w = x.shape
    return {"n": n, "h": h, "w": w, "c": c, "data": base64.b64encode(images.to_uint8(x).tobytes()).decode()}


class Sent(dict):
    """An object that a page has sent: what it lacks is told in a sentence."""

    def __missing__(self, key):
        raise InputError("the page sent no {key}: load it again", key=key)

    @classmethod
    def of(cls, value) -> "Sent":
        """Raises InputError for what is no object."""
        if not isinstance(value, dict):
            raise InputError("the page sent {got} where it sends an object: load it again", got=brief(value))
        return cls(value)


def whole_number(value: dict, key: str, least: int, most: int) -> int:
    """A whole number of what a page has sent.  Raises InputError."""
    number = value[key]
    if type(number) is not int or not least <= number <= most:
        raise InputError("{key} must be a whole number from {least} to {most}, got {got}", key=key, least=least, most=most, got=brief(number))
    return number


def from_pixels(value: Any, most: int = 1000) -> Tensor:
    """What `pixels` made of at most so many pictures, back as (N, C, H, W) in [0, 1].  Raises InputError for anything else."""
    try:
        shape = n, *_, c = [value[key] for key in "nhwc"]
        size = math.prod(shape)
        if not all(type(v) is int and v > 0 for v in shape) or n > most or c not in (1, 3) or size > 4_000_000:
            raise ValueError("size")
        if len(value["data"]) != -(-size // 3) * 4:
            raise ValueError("length")
        raw = np.frombuffer(base64.b64decode(value["data"], validate=True), np.uint8).reshape(shape)
    except (TypeError, LookupError, ValueError, AttributeError) as error:
        raise InputError("this is no picture the page has made: choose or draw one") from error
    return torch.from_numpy(raw.copy()).permute(0, 3, 1, 2).float() / 255


def check_pixels(value, most: int = 1) -> Sent:
    """A widget's value that holds pictures, at most so many; empty while the widget shows none.  Raises InputError."""
    if value is None:
        return Sent()
    value = Sent.of(value)
    from_pixels(value["pixels"], most)
    return value


@functools.cache
def script(*names: str) -> str:
    """What a widget runs in the page, file after file: one text for all of its kind, since every visitor's page makes them anew."""
    return "".join((HERE / f"{name}.js").read_text() for name in ("common", *names))


def read_object(function):
    """The server function, asked with what was sent as an object; what it does not say itself is said here, in English."""

    @functools.wraps(function)
    def call(data):
        try:
            return function(Sent(data if isinstance(data, dict) else {}))
        except Problem as error:
            return {"error": str(error)}

    return call


class Widget(gr.HTML):
    """A gr.HTML that draws itself: static template, script and style from the files beside its Python file."""

    template = ""
    parts: tuple[str, ...] = ()  # scripts that its own is read after

    def __init__(self, value=None, *, server_functions=(), text: dict[str, str] | None = None, **props):
        name = self.stem()
        super().__init__(
            value, html_template=f'<div class="atelier {name}">{self.template}</div>', js_on_load=script(*self.parts, name),
            server_functions=[read_object(f) for f in server_functions], apply_default_css=False, text=text or {}, **props,
        )  # fmt: skip

    def __getattr__(self, name):
        # gr.HTML would search its whole script for every attribute it lacks, and take any quoted name for an event.
        raise AttributeError(f"{type(self).__name__} has no {name}")

    @classmethod
    def stem(cls) -> str:
        return "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")

    def postprocess(self, value):
        return value

    def api_info(self):
        return {"type": "object"}


def css() -> str:
    """The style of every widget, for launch()."""
    return "\n".join(path.read_text() for path in sorted(HERE.glob("*.css")))
