"""Identity swap: what stays when only c changes?"""

import gradio as gr
import torch

from demo import parts
from demo.parts import GUESS
from demo.widgets import PicturePad, PixelCanvas
from demo.widgets.base import from_pixels, pixels
from demo.widgets.pixel_canvas import section
from genlib import ops

TAB = "swap"
FAMILIES = ("cvaegan", "cvae")
DEFAULTS = {"dataset": "mnist", "model": "cvaegan-mnist", "label": GUESS, "picture": "7"}


def swapped(shelf, t, dataset: str, name: str, label: int, picture: dict | None) -> tuple[dict, int]:
    """The canvas's value and the class settled on: the picture, all classes at its z, and more pictures below."""
    x, model, labels = from_pixels((picture or {}).get("pixels")), shelf.model(name), parts.class_names(t, shelf, dataset, name)
    if not ops.classes_of(model) or not hasattr(model, "encode"):
        raise ValueError(f"{name} cannot swap: choose a CVAE or a CVAE-GAN")
    y = parts.settled(shelf, dataset, x, parts.whole(label, "the class", GUESS, model.config.classes - 1))
    every = torch.arange(model.config.classes)
    z = ops.encode(model, x, torch.tensor([y])).mean
    row, back = ops.swap(model, z[0], every), ops.decode(model, z, torch.tensor([y]))
    more, more_y = shelf.samples(dataset)
    kept = ops.encode(model, more[10:15], more_y[10:15]).mean.repeat_interleave(len(every), 0)
    sheet = ops.decode(model, kept, every.repeat(5))
    read, right = parts.verdicts(t, shelf, dataset, row, every)
    hits, judged = (sum(r is wanted for r in right for wanted in which) for which in ((True,), (True, False)))
    note, info = t("swap.hits", n=hits, k=judged), shelf.info(name)
    if "swap_identity_acc" in info.figures:
        n = info.training.get("evaluated", {}).get("n", 0)
        note += t("swap.measured", n=f"{n:,}", p=round(100 * info.figures["swap_identity_acc"], 1))
    about = {"model": name, "label": y, "z": [round(v, 5) for v in z[0].tolist()]}
    value = {"about": about, "sections": [
        section(t("swap.here", c=labels[y]), pixels(torch.cat([x, back])), 2, scale=8, captions=[t("swap.picture"), t("swap.back")], name="picture"),
        section(t("swap.row"), pixels(row), len(every), head=labels, captions=read, good=right, chosen=y, name="swap", note=note),
        section(t("swap.sheet"), pixels(torch.cat([torch.cat([more[10 + i : 11 + i], sheet[i * len(every) : (i + 1) * len(every)]]) for i in range(5)])),
                len(every) + 1, scale=2, head=["", *labels], name="sheet"),
    ]}  # fmt: skip
    return value, y


def build(shelf, t, page) -> None:
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = parts.dataset_control(t, shelf, only=FAMILIES)
            model = parts.model_control(t, shelf.names("mnist", *FAMILIES))
            label = parts.class_control(t, shelf, "mnist", 7, "swap.guessed")
            picture = PicturePad(text=t.group("picture"))
            parts.link_button(t, TAB, {"dataset": dataset, "model": model, "label": label, "picture": picture})
        with gr.Column(elem_classes="stage"):
            said = parts.question(t, TAB)
            canvas = PixelCanvas(text=t.group("canvas"))
            gr.Markdown(t("swap.look"), elem_classes="look")
            parts.foot(t, TAB, "genlib/models/cvae_gan.py")

    def corrected(*values):
        return swapped(shelf, t, *values)[0]

    def chosen(dataset, name, label, picture):
        label = min(label, len(parts.class_names(t, shelf, dataset, name)) - 1)
        value, label = swapped(shelf, t, dataset, name, label, picture)
        return value, parts.class_update(t, shelf, dataset, name, label)

    def guessed(dataset, name, picture):
        return chosen(dataset, name, (picture or {}).get("label", GUESS), picture)

    def fill(dataset, name, label, *wanted):
        shown, pad = parts.opened(t, shelf, dataset, *wanted, DEFAULTS["picture"])
        value, label = swapped(shelf, t, dataset, name, label, shown)
        names = shelf.names(dataset, *FAMILIES)
        return value, parts.class_update(t, shelf, dataset, name, label), pad, gr.update(choices=names, value=name)

    def switch(dataset):
        return fill(dataset, shelf.names(dataset, *FAMILIES)[0], GUESS)

    def first(s, _names):
        label = s["label"] if s["label"] in range(ops.classes_of(shelf.model(s["model"]))) else GUESS
        return *fill(s["dataset"], s["model"], label, s["picture"]), s["dataset"]

    parts.live(said, [label.input], corrected, [dataset, model, label, picture], canvas)
    parts.live(said, [picture.input], guessed, [dataset, model, picture], [canvas, label])
    parts.live(said, [model.input], chosen, [dataset, model, label, picture], [canvas, label])
    parts.live(said, [dataset.input], switch, dataset, [canvas, label, picture, model])
    parts.load(page, TAB, DEFAULTS, lambda d: shelf.names(d, *FAMILIES), first, [canvas, label, picture, model, dataset])
