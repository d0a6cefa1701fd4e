"""Inpainting: what does the model believe is behind the hole?"""

import gradio as gr
import torch

from demo import parts
from demo.parts import GUESS
from demo.widgets import ClassPicker, MaskPad, Passes, PicturePad, PixelCanvas
from demo.widgets.base import from_pixels, pixels
from demo.widgets.mask_pad import from_link, to_mask, to_text
from demo.widgets.pixel_canvas import section
from genlib import images, ops

TAB = "inpaint"
FAMILIES = ("cvaegan", "cvae", "vae")
DEFAULTS = {
    "dataset": "mnist", "model": "cvaegan-mnist", "label": GUESS, "seed": 0, "passes": 10, "picture": "", "mask": "",
}  # fmt: skip
FIRST = {"mnist": "8", "fashion": "8", "sprites": "42", "faces": "0"}  # the sample to begin with


def repairs(model, x, mask, y: int, passes: int, seed) -> torch.Tensor:
    """Every pass of one repair, (passes, C, H, W)."""
    label = torch.tensor([y]) if ops.classes_of(model) else None
    return torch.cat(list(ops.inpaint(model, x, mask, label, passes=passes, rng=parts.rng(seed))))


def changes(x: torch.Tensor, mask: torch.Tensor, frames: torch.Tensor) -> list[float]:
    """Mean absolute change inside the hole from pass to pass; the first from the second, as it has no forerunner."""
    hole = frames[..., mask]
    steps = (hole[1:] - hole[:-1]).abs().flatten(1).mean(dim=1).tolist()
    return [round(v, 6) for v in (steps[:1] + steps if steps else [0.0])]


def repaired(shelf, t, dataset, name, label, seed, passes, pad, fills: int = 5) -> tuple[dict, dict, int]:
    """Passes, sheet and settled class: the hole of the pad's picture repaired by the chosen model and its siblings."""
    x = from_pixels((pad or {}).get("pixels"))
    mask = to_mask(pad.get("mask"), *x.shape[2:])
    seed = parts.whole(seed, "the seed", 0, parts.SEEDS - fills)
    passes, labels = parts.whole(passes, "passes", 1, 100), parts.class_names(t, shelf, dataset, name)
    y = parts.whole(label, "the class", GUESS, len(labels) - 1)
    y = parts.settled(shelf, dataset, x, y)
    frames = repairs(shelf.model(name), x, mask, y, passes, seed)
    about = {"model": name, "label": y, "seed": seed, "passes": passes}
    able = [n for n in shelf.names(dataset, *FAMILIES) if (ops.classes_of(shelf.model(n)) or len(labels)) > y]
    names = [name, *(n for n in able if n != name)]
    final = torch.cat([frames[-1:], *(repairs(shelf.model(n), x, mask, y, passes, seed)[-1:] for n in names[1:])])
    reached = images.psnr(x.expand_as(final), final, mask.expand(len(final), -1, -1)).tolist()  # the chosen model's first
    captions = [f"{n} {p:.1f} dB" for n, p in zip(names, reached, strict=True)]
    more = torch.cat([repairs(shelf.model(name), x, mask, y, passes, int(seed) + i)[-1:] for i in range(fills)])
    near = images.psnr(x.expand_as(frames), frames, mask.expand(len(frames), -1, -1))
    curve = {"title": name, "pixels": pixels(frames), "change": changes(x, mask, frames), "about": about,
             "psnr": [round(p, 2) for p in near.tolist()], "caption": t("inpaint.psnr", p=f"{reached[0]:.1f}")}  # fmt: skip
    scale = 4 if x.shape[-1] < 64 else 2
    sheet = {"about": about, "sections": [
        section(t("inpaint.models"), pixels(torch.cat([x, final])), max(5, len(final) + 1), scale=scale, captions=[t("inpaint.original"), *captions], flow=1, name="repairers"),
        section(t("inpaint.fills"), pixels(more), fills, scale=scale, captions=[t("classes.seed", n=int(seed) + i) for i in range(fills)], flow=1, name="fills"),
        *believed(shelf, t, dataset, name, x, mask, y, passes, seed, scale),
    ]}  # fmt: skip
    return curve, sheet, y


def believed(shelf, t, dataset, name, x, mask, y: int, passes: int, seed: int, scale: int, count: int = 5) -> list[dict]:
    """The same hole filled by the same model for other classes: the next ones, of the last factor where there are several."""
    model, labels = shelf.model(name), parts.class_names(t, shelf, dataset, name)
    if not ops.classes_of(model):
        return []
    last = (getattr(model.config, "factors", ()) or (len(labels),))[-1]
    classes = [y - y % last + (y % last + 1 + k) % last for k in range(min(count, last - 1))]
    fills = torch.cat([repairs(model, x, mask, k, passes, seed)[-1:] for k in classes])
    return [
        section(
            t("inpaint.classes"), pixels(fills), len(classes), scale=scale, captions=[labels[k] for k in classes], name="classes"
        )
    ]


def continued(shelf, t, dataset, label, seed, pad):
    """PixelCNN's repair of the same hole, row by row; nothing where the data set has none."""
    names = shelf.names(dataset, "pixelcnn")
    if not names:
        yield {"sections": []}
        return
    x = from_pixels((pad or {}).get("pixels"))
    mask = to_mask(pad.get("mask"), *x.shape[2:])
    for drawn in ops.complete(
        shelf.model(names[0]), 3, torch.full((3,), label), image=x, mask=mask, rng=parts.rng(seed), every=4 * x.shape[3]
    ):
        yield {"about": {"model": names[0], "label": label, "seed": seed}, "sections": [
            section(t("inpaint.pixelcnn"), pixels(drawn), 3, scale=4, note=t("inpaint.raster"), name="pixelcnn")]}  # fmt: skip


def holed(dataset: str, picture: dict, wanted: str = "") -> dict:
    """The mask pad's value: a picture with the hole an address asks for, or one to begin with."""
    h, w = picture["pixels"]["h"], picture["pixels"]["w"]
    mask = from_link(wanted, h, w) if wanted else None
    if mask is None or not mask.any() or mask.all():
        mask = torch.zeros(h, w, dtype=torch.bool)
        mask[h // 4 : h * 5 // 8, w // 4 : w * 3 // 4] = True
    return {"pixels": picture["pixels"], "mask": to_text(mask), "face": dataset == "faces"}


def build(shelf, t, page) -> None:
    def offered(dataset):
        return shelf.names(dataset, *FAMILIES)

    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = parts.dataset_control(t, offered)
            model = parts.model_control(t, offered("mnist"))
            label = ClassPicker(8, title=t("swap.guessed"))
            seed = parts.seed_control(t, TAB)
            passes = parts.slider(1, 10, 10, step=1, label=t("inpaint.passes"))
            picture = PicturePad(text=t.group("picture"))
            link = gr.Column()
        with gr.Column(elem_classes="stage"):
            said = parts.question(t, TAB)
            with gr.Row():
                pad = MaskPad(text=t.group("mask"), min_width=280)
                film = Passes(text=t.group("passes"), min_width=280)
            canvas = PixelCanvas(text=t.group("canvas"))
            raster = PixelCanvas(text=t.group("canvas"))
            gr.Markdown(t("inpaint.look"), elem_classes="look")
            rights = gr.Markdown("", elem_classes="rights")
            parts.foot(t, TAB, "genlib/ops/repair.py")
    inputs = [dataset, model, label, seed, passes, pad]
    with link:
        parts.link_button(t, TAB, dict(zip(DEFAULTS, [*inputs[:5], picture, pad], strict=True)))

    def picked(dataset, name, label):
        return gr.update(**parts.picker(t, shelf, dataset, name, label, "swap.guessed"))

    def show(*values):
        return repaired(shelf, t, *values)[:2]

    def choose(dataset, name, label, *values):
        label = min(label, len(parts.class_names(t, shelf, dataset, name)) - 1)
        return *repaired(shelf, t, dataset, name, label, *values)[:2], picked(dataset, name, label)

    def stream(dataset, film, pad):
        if film and pad:  # neither has its value yet while the tab is closed
            yield from continued(shelf, t, dataset, film["about"]["label"], film["about"]["seed"], pad)

    def pick(dataset, model, seed, passes, pad, picture):
        mine = pad | {"pixels": picture["pixels"]}
        film, sheet, label = repaired(shelf, t, dataset, model, picture.get("label", GUESS), seed, passes, mine)
        return film, sheet, label, mine

    def fill(dataset, name, label, seed, passes, wanted="", hole=""):
        shown, update = parts.opened(t, shelf, dataset, wanted, FIRST[dataset])
        mine = holed(dataset, shown, hole)
        film, sheet, label = repaired(shelf, t, dataset, name, label, seed, passes, mine)
        about = t.phrases.get(f"rights.{dataset}", "")
        return film, sheet, picked(dataset, name, label), mine, update, gr.update(choices=offered(dataset), value=name), about

    def switch(dataset, seed, passes):
        return fill(dataset, offered(dataset)[0], GUESS, seed, passes)

    def first(s, _names):
        s |= {"passes": max(1, min(10, s["passes"])), "seed": max(0, s["seed"])}
        if s["label"] not in range(len(parts.class_names(t, shelf, s["dataset"], s["model"]))):
            s["label"] = GUESS
        return *fill(*s.values()), s["dataset"], s["seed"], s["passes"]

    parts.live(said, [model.input], choose, inputs, [film, canvas, label])
    parts.live(said, [pad.input, label.input, seed.input, passes.input], show, inputs, [film, canvas])
    parts.live(said, [picture.input], pick, [dataset, model, seed, passes, pad, picture], [film, canvas, label, pad])
    parts.live(said, [dataset.input], switch, [dataset, seed, passes], [film, canvas, label, pad, picture, model, rights])
    gr.on([film.change, pad.change], parts.guarded(stream), [dataset, film, pad], raster,
          trigger_mode="always_last", show_progress="hidden", concurrency_id="sampling", concurrency_limit=2, api_visibility="private")  # fmt: skip
    outputs = [film, canvas, label, pad, picture, model, rights, dataset, seed, passes]
    parts.load(page, TAB, DEFAULTS, offered, first, outputs)
