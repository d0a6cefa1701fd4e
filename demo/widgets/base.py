"""What all widgets share: the way pixels travel, and a gr.HTML whose script is a file."""

import base64
from pathlib import Path

import gradio as gr
import numpy as np
import torch
from torch import Tensor

from genlib import images

HERE = Path(__file__).parent


def pixels(x: Tensor) -> dict:
    """(N, C, H, W) in [0, 1] -> {"n", "h", "w", "c", "data"}, data the base64 of N·H·W·C bytes."""
    n, c, h, w = x.shape
    return {"n": n, "h": h, "w": w, "c": c, "data": base64.b64encode(images.to_uint8(x).tobytes()).decode()}


def from_pixels(value: dict | None) -> Tensor:
    """What `pixels` made, back as (N, C, H, W) in [0, 1].  Raises ValueError for anything else."""
    try:
        n, h, w, c = (int(value[key]) for key in "nhwc")
        if min(n, h, w, c) < 1 or n * h * w * c > 4_000_000:
            raise ValueError("size")
        raw = np.frombuffer(base64.b64decode(value["data"], validate=True), np.uint8).reshape(n, h, w, c)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError("this is no picture the page has made: choose or draw one") from error
    return torch.from_numpy(raw.copy()).permute(0, 3, 1, 2).float() / 255


class Widget(gr.HTML):
    """A gr.HTML that draws itself: static template, script and style from the files beside its Python file."""

    template = ""

    def __init__(self, value=None, *, server_functions=(), text: dict[str, str] | None = None, **props):
        name = self.stem()
        script = (HERE / "common.js").read_text() + (HERE / f"{name}.js").read_text()
        super().__init__(
            value, html_template=f'<div class="atelier {name}">{self.template}</div>', js_on_load=script,
            server_functions=list(server_functions), apply_default_css=False, text=text or {}, **props,
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
