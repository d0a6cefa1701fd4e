"""The instruments alone on a page, without a model: what they are shown is made here, what they ask for is kept."""

import base64
import io

import gradio as gr
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save

from demo.app import launch_kwargs
from demo.text import Text
from demo.widgets import ClassPicker, LatentPad, MaskPad, PicturePad, PixelCanvas, PixelStream, PlanePad, ReadingOrder
from demo.widgets.base import pixels
from demo.widgets.pixel_canvas import section


def photograph() -> bytes:
    """A dark 3 on paper, 320 × 240, as a JPEG."""
    picture, out = Image.new("L", (320, 240), 200), io.BytesIO()
    ImageDraw.Draw(picture).line([(120, 60), (200, 60), (150, 115), (200, 150), (120, 190)], fill=30, width=12)
    picture.save(out, "JPEG")
    return out.getvalue()


def grey(level: int, side: int = 28, channels: int = 1, n: int = 1) -> dict:
    return pixels(torch.full((n, channels, side, side), level % 256 / 255))


def dense_layer() -> str:
    """The tensors of a plane of one dense layer, as an address: the first code is the picture's grey."""
    weight = torch.zeros(784, 2)
    weight[:, 0] = 1
    parts = {"0.weight": weight, "0.bias": torch.zeros(784), "mean": torch.zeros(0, 2)}
    raw = save({key: value.half() for key, value in parts.items()} | {"label": torch.zeros(0, dtype=torch.uint8)})
    return "data:application/octet-stream;base64," + base64.b64encode(raw).decode()


class Workshop:
    """asked: what the picture pad asked for; told: the codes the map told; answer: what the next preparations answer besides."""

    def __init__(self):
        self.asked, self.told, self.answer = [], [], {}

    def prepare(self, data):
        self.asked.append(data)
        reply = {"pixels": grey(17 * len(self.asked) % 199, data["size"], data["channels"]), "notes": [], "doubt": ""}
        if "picture" in data:
            used = {"cut": data["cut"] or [0.2, 0.2, 0.8, 0.8], "turn": data["turn"], "invert": data["invert"] is not False}
            reply |= {"shown": base64.b64encode(photograph()).decode(), **used}
        return reply | self.answer

    def on_plane(self, data):
        return {"picture": grey(int(255 * data["at"][0])), "norm": 1.0}

    def distribution(self, data):
        return {"p": [0.5, 0.5], "level": 1, "seen": grey(9), "entropy": 0.7, "own": 0.5}

    def entropies(self, data):
        return {"pixels": grey(99), "most": 0.7, "sum": 9.0}

    def fields(self, data):
        return {"seen": grey(60, 16, n=3)}

    def served(self, *names):
        """Methods as the plain functions that a component publishes under their names."""

        def plain(name):
            def call(data):
                return getattr(self, name)(data)

            call.__name__ = name
            return call

        return [plain(name) for name in names]

    def build(self) -> gr.Blocks:
        t = Text("en")
        toy = {"name": "toy", "title": "toy", "reach": 4.0, "source": dense_layer(), "terms": [], "picture": grey(0), "posterior": None}
        state = {"z1": 0.0, "z2": 0.0, "layers": "decoded-circles", "window": "", "other_window": "", "draws": None}
        maps = {"state": state, "planes": [toy], "series": [], "labels": ["0"], "judge": "", "picture": None}
        sheet = {"sections": [section("Sheet", grey(80, n=10), 5, head=list("abcde"), pick=True)]}
        stream = {
            "pixels": grey(70), "at": 784, "run": 1, "model": "m", "label": 0, "temperature": 1, "z": None, "given": [], "asked": "", "layers": 3,
            "about": {}, "title": "toy", "mask": None, "done": [],
        }  # fmt: skip
        plane = {
            "model": "m", "z": [[0.0]] * 4, "labels": [-1] * 4, "at": [0.5, 0.5], "pixels": grey(30, n=16), "picture": grey(127), "norm": 1.0,
        }  # fmt: skip
        with gr.Blocks(analytics_enabled=False) as page, gr.Row(elem_classes="workbench"):
            with gr.Column(elem_classes="controls"):
                for channels, side, name in ((1, 28, "pad"), (3, 64, "colour")):
                    many = pixels(torch.rand(10, channels, side, side, generator=torch.Generator().manual_seed(0)))
                    first = {"pixels": grey(200, side, channels), "label": 0, "source": "sample 0"}
                    PicturePad(
                        first, samples={"pixels": many, "labels": list(range(10))}, names=list("0123456789"), hint="One digit.",
                        text=t.group("picture"), server_functions=self.served("prepare"), elem_id=name, elem_classes="acts",
                    )  # fmt: skip
                    gr.Button("below", elem_id=f"below-{name}")
                ClassPicker(3, title="Class", names=list("0123456789"), elem_id="classes")
            with gr.Column(elem_classes="stage"):
                pad = LatentPad(maps, text=t.group("pad"))
                pad.input(lambda shown: self.told.append([shown["state"][key] for key in ("z1", "z2")]), pad, None, queue=False)
                MaskPad({"pixels": grey(90), "mask": "0" * 784, "face": False}, text=t.group("mask"))
                PlanePad(plane, text=t.group("plane"), server_functions=self.served("on_plane"))
                PixelStream(stream, text=t.group("stream"), server_functions=self.served("distribution", "entropies"))
                ReadingOrder(text=t.group("order"), server_functions=self.served("fields"))
                PixelCanvas(sheet, text=t.group("canvas"))
        return page

    def launch(self):
        """The running page and its address."""
        page = self.build()
        _, url, _ = page.launch(prevent_thread_lock=True, server_name="127.0.0.1", **launch_kwargs())
        return page, url.rstrip("/")
