"""Pixel by pixel: how does a picture come from p(x_i | x_<i)?"""

import time

import gradio as gr
import torch

from demo import parts
from demo.widgets import PicturePad, PixelStream
from demo.widgets.base import from_pixels, pixels
from genlib import ops

TAB = "pixel"
FAMILIES = ("pixelcnn",)
DEFAULTS = {
    "dataset": "mnist", "model": "pixelcnn-mnist", "label": 3, "seed": 0, "n": 4, "temperature": 1.0, "start": "blank", "picture": "3",
}  # fmt: skip


def half(picture: dict | None, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A picture (1, 1, H, W) and the mask of its lower half, (H, W), which is to be drawn."""
    x = from_pixels((picture or {}).get("pixels"))
    mask = torch.zeros(size, size, dtype=torch.bool)
    mask[size // 2 :] = True
    return x, mask


def stream(shelf, name, label, seed, n, temperature, start, picture, every: int = 14, pause: float = 0.04):
    """The stream's values while n pictures are drawn: whole `every` pixels, `pause` seconds or more apart."""
    model = shelf.model(name)
    if not hasattr(model, "levels") and not hasattr(model.config, "levels"):
        raise ValueError(f"{name} draws no pixels one by one: choose a PixelCNN")
    n, size = parts.whole(n, "the number of samples", 1, 9), model.config.size
    label = parts.whole(label, "the class", 0, model.config.classes - 1)
    temperature = parts.real(temperature, "the temperature", 0.05, 3)
    if start not in ("blank", "half"):
        raise ValueError(f"a picture starts from blank or half, not {start}")
    image, mask = half(picture, size) if start == "half" else (None, None)
    about = {"model": name, "label": label, "seed": seed, "n": n, "temperature": temperature, "start": start}
    drawing = ops.complete(
        model, n, torch.full((n,), label), image=image, mask=mask, rng=parts.rng(seed), temperature=temperature, every=every
    )
    run, shown = time.time_ns(), -pause
    for step, x in enumerate(drawing, start=1):
        at, now = min(step * every, size * size), time.monotonic()
        if at == size * size or now - shown >= pause:  # a page draws 25 pictures a second, no more
            shown = now
            yield {
                "pixels": pixels(x),
                "at": at,
                "run": run,
                "model": name,
                "label": label,
                "temperature": temperature,
                "about": about,
            }


def heat(influence: torch.Tensor) -> dict:
    """Influences (H, W) as a picture: the strongest is white, a ten-thousandth of it dark grey, none is black."""
    decades = (influence / influence.max().clamp(min=1e-30)).clamp(min=1e-12).log10()
    return pixels(torch.where(influence > 0, (1 + decades / 4).clamp(0.15, 1), 0)[None, None])


def distribution(shelf, data: dict) -> dict:
    """p(x_i | x_<i, c) of one pixel of a picture: the levels' probabilities, entropy in nats, its own level's, and
    how much each pixel before it mattered."""
    try:
        model, x = shelf.model(data["model"]), from_pixels(data["pixels"])
        i = parts.whole(data["pixel"], "the pixel", 0, model.config.size**2 - 1)
        temperature = parts.real(data["temperature"], "the temperature", 0.05, 3)
        y = torch.tensor([parts.whole(data["label"], "the class", 0, model.config.classes - 1)])
        with torch.inference_mode():
            p = (model.logits(x[:1], y)[0].flatten(1)[:, i] / temperature).softmax(dim=0)
        level = int((x.flatten()[i] * (len(p) - 1)).round())
        entropy = float(-(p * p.clamp(min=1e-12).log()).sum())
        seen = heat(ops.influence(model, x[:1], y, i))
        return {"p": [round(v, 6) for v in p.tolist()], "level": level, "own": float(p[level]), "entropy": entropy, "seen": seen}
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, parts.CheckpointError) as error:
        return {"error": parts.sentence(error)}


def build(shelf, t, page) -> None:
    names = shelf.names("mnist", *FAMILIES)

    def distribution_of(data):
        return distribution(shelf, data)

    distribution_of.__name__ = "distribution"
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = parts.dataset_control(t, shelf, only=FAMILIES)
            model = parts.model_control(t, names)
            label = parts.class_control(t, shelf, "mnist", 3)
            seed = parts.seed_control(t, TAB)
            temperature = parts.slider(0.1, 2, 1, step=0.05, label=t("control.temperature"))
            n = parts.slider(1, 9, 4, step=1, label=t("pixel.n"))
            start = gr.Radio([(t("pixel.blank"), "blank"), (t("pixel.half"), "half")], value="blank", label=t("pixel.start"))
            with gr.Row():
                go = gr.Button(t("pixel.sample"), variant="primary", elem_id=f"sample-{t.language}", min_width=120)
                halt = gr.Button(t("pixel.stop"), elem_id=f"stop-{t.language}", min_width=80)
            picture = PicturePad(text=t.group("picture"))
            controls = [dataset, model, label, seed, n, temperature, start, picture]
            parts.link_button(t, TAB, dict(zip(DEFAULTS, controls, strict=True)))
        with gr.Column(elem_classes="stage"):
            parts.question(t, TAB)
            screen = PixelStream(server_functions=[distribution_of], text=t.group("stream"), elem_id=f"stream-{t.language}")
            gr.Markdown(t("pixel.look"), elem_classes="look")
            parts.foot(t, TAB, "genlib/models/pixelcnn.py")

    def run(*values):
        yield from stream(shelf, *values)

    def first(s, names):
        shown, pad = parts.opened(t, shelf, s["dataset"], s["picture"], DEFAULTS["picture"])
        *_, value = stream(shelf, *list(s.values())[1:-1], shown)
        updates = {key: gr.update(value=value) for key, value in s.items()}
        updates["model"], updates["picture"] = gr.update(choices=names, value=s["model"]), pad
        return value, *updates.values()

    def tell(event: str) -> str:
        return f"document.querySelector('#stream-{t.language} .pixel_stream').dispatchEvent(new Event('{event}'))"

    begin = f"(...values) => {{ {tell('begin')}; return values; }}"
    drawing = go.click(parts.guarded(run), [model, label, seed, n, temperature, start, picture], screen, js=begin,
                       show_progress="hidden", trigger_mode="once", concurrency_id="sampling", concurrency_limit=2,
                       api_visibility="private")  # fmt: skip
    # The browser freezes the picture at once; what the server has sent meanwhile is not drawn.
    halt.click(None, None, None, js=f"() => {tell('halt')}", cancels=[drawing], api_visibility="private")
    parts.load(page, TAB, DEFAULTS, lambda d: shelf.names(d, *FAMILIES), first, [screen, *controls])
