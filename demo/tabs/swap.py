"""Identity swap: what stays when only c changes?"""

import math

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.uploads import picture_pad
from demo.validation import GUESS
from demo.widgets import ClassPicker, PixelCanvas
from demo.widgets.base import Sent, from_pixels, pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr
from genlib.models.base import choices
from genlib.models.cvae import CVAE

TAB = "swap"
DEFAULTS = {
    "dataset": "mnist", "model": "cvaegan-mnist", "label": GUESS, "target": GUESS, "mix": 1.0, "other": 71, "walk": 0.0, "picture": "",
}  # fmt: skip
FIRST = {"mnist": "7", "fashion": "7", "sprites": "42", "faces": "0"}  # the sample to begin with
PAIRS, SHEET, COLUMNS = 12, 11, 12  # swaps shown beside real pictures; classes of the sheet; columns of a long row


def swapper(registry, name: str) -> CVAE:
    """The model of that name.  Raises InputError if it cannot swap."""
    model = registry.model(name)
    if not isinstance(model, CVAE) or not ops.num_classes(model):
        raise InputError("{model} cannot swap: choose a CVAE or a CVAE-GAN", model=name)
    return model


def resolve_labels(registry, dataset: str, model, x: Tensor, label, target) -> tuple[int, int]:
    """The class of a picture, guessed if need be, and the class to give it: the following one if none is chosen."""
    classes = model.config.classes
    y = validation.resolve_label(registry, dataset, x, validation.whole(label, "the class", GUESS, classes - 1))
    target = validation.whole(target, "the target class", GUESS, classes - 1)
    return y, validation.next_class(model.config, y) if target == GUESS else target


def neighbours(factors: tuple[int, ...], label: int) -> Tensor:
    """Every choice of every factor in turn, the others as in label: (Σ factors,) classes, a factor after another."""
    own = choices(torch.tensor([label]), factors)[0].tolist()
    digits = [[*own[:i], k, *own[i + 1 :]] for i, n in enumerate(factors) for k in range(n)]
    return torch.tensor(digits) @ torch.tensor([math.prod(factors[i + 1 :]) for i in range(len(factors))])


def describe_class(t, model, labels, label: int, other: int | None = None) -> str:
    """A class in words: its name, or its choices (those that differ from another class's)."""
    factors = model.config.factors
    if not factors:
        return labels[label]
    own, theirs = (choices(torch.tensor([k]), factors)[0].tolist() for k in (label, label if other is None else other))
    told = [f"{t(f'factor.{i}')} {k}" for i, k in enumerate(own) if other is None or k != theirs[i]]
    return ", ".join(told) or labels[label]


def near(value: float, *ends: float) -> bool:
    return any(abs(value - end) < 1e-9 for end in ends)


def result(registry, t, dataset, name, label, target, mix, other, walk, picture) -> tuple[dict, int, int]:
    """What the sliders change: the picture, its reconstruction, G(z, c') with z and c on their way, and the true picture."""
    model, labels = swapper(registry, name), captions.class_names(t, registry, dataset, name)
    x = validation.picture_for(model, picture)
    y, target = resolve_labels(registry, dataset, model, x, label, target)
    mix, walk, s = validation.real(mix, "the share of c'", 0, 1), validation.real(walk, "the way to z'", 0, 1), registry.samples(dataset)
    other = validation.whole(other, "the other picture", 0, len(s.x) - 1)
    z = ops.encode(model, x, torch.tensor([y])).mean
    there = ops.encode(model, s.x[other : other + 1], s.y[other : other + 1]).mean
    own, given = model.condition(torch.tensor([y])), model.condition(torch.tensor([target]))
    swapped = ops.decode(model, torch.lerp(z, there, walk), torch.lerp(own, given, mix))
    back = ops.decode(model, z, torch.tensor([y]))
    cells, lines, rights = [x, back, swapped], [t("swap.picture"), t("swap.back")], [None, None]
    read, right = captions.verdicts(t, registry, dataset, swapped, torch.tensor([target if mix >= 0.5 else y]))
    lines, rights = [*lines, t("swap.read" if near(walk, 0) else "swap.read_walked", v=read[0])], [*rights, *right]
    at = other if near(walk, 1) else controls.sample_of(picture) if near(walk, 0) else None
    if s.attribute is not None and at is not None and at < len(s.x) and near(mix, 0, 1):
        true, known = s.truth(int(s.attribute[at]), torch.tensor([target if near(mix, 1) else y]))
        if known[0]:
            cells.append(true)
            lines.append(t("swap.true", p=f"{psnr(true, swapped)[0]:.1f}"))
            rights.append(None)
    note = ood_warning(registry, t, dataset, name, x, back, picture)
    about = {"model": name, "label": y, "target": target, "mix": mix, "walk": walk, "z": z[0].tolist(), "image": validation.as_argument(x)}
    about |= {"other": validation.as_argument(s.x[other : other + 1])} if walk else {}
    title = t("swap.here", c=describe_class(t, model, labels, y), k=describe_class(t, model, labels, target, y))
    return {"about": about, "sections": [
        section(title, pixels(torch.cat(cells)), 4, scale=8 if x.shape[-1] < 64 else 3, captions=lines, good=rights, flow=1, least=2, name="picture", note=note, warn=bool(note))
    ]}, y, target  # fmt: skip


def ood_warning(registry, t, dataset: str, name: str, x: Tensor, back: Tensor, picture: dict) -> str:
    """A warning for a picture of a person's own that the model redraws worse than nineteen of twenty held-out ones."""
    if registry.samples(dataset).attribute is None or controls.sample_of(picture) is not None:
        return ""
    usual, reached = registry.usual_psnr(dataset, name), float(psnr(x, back)[0])
    return t("swap.strange", p=f"{reached:.1f}", q=f"{usual:.1f}") if reached < usual else ""


def row(registry, t, dataset, name, y: int, z: Tensor) -> dict:
    """The same z in every class; where a class is several choices, every choice of each, the others kept."""
    model, labels, info = registry.model(name), captions.class_names(t, registry, dataset, name), registry.info(name)
    factors = model.config.factors
    every = neighbours(factors, y) if factors else torch.arange(len(labels))
    x = ops.swap(model, z[0], every)
    read, right = captions.verdicts(t, registry, dataset, x, every)
    hits, judged = (sum(r is wanted for r in right for wanted in which) for which in ((True,), (True, False)))
    note = t("swap.hits", n=hits, k=judged)
    if "swap_identity_acc" in info.figures:
        n = info.figures.get("swap_pairs", info.training.get("evaluated", {}).get("n", 0))
        note += t("swap.measured", n=f"{n:,}", p=round(100 * info.figures["swap_identity_acc"], 1))
    more = {
        "captions": read,
        "good": right,
        "chosen": [i for i, k in enumerate(every.tolist()) if k == y],
        "name": "swap",
        "about": {"targets": every.tolist()},
    }
    more |= {"note": note, "reveal": f"#swapped-{t.language}", "pick": True, "meanings": [[k, None] for k in every.tolist()]}
    if factors:
        more |= {"rows": [t(f"factor.{k}") for k in range(len(factors))], "captions": None}
        return section(t("swap.factors"), pixels(x), max(factors), scale=1, flow=3, **more)
    columns = min(len(labels), 16 if len(labels) <= 16 else COLUMNS)
    more |= {"head": labels} if len(labels) <= 16 else {"flow": 1}
    return section(t("swap.row"), pixels(x), columns, scale=4 if len(labels) <= 16 else 1, **more)


def pairs(registry, t, dataset, name, y: int, z: Tensor, x: Tensor, picture: dict) -> list[dict]:
    """Swaps beside the real pictures of those classes under that light, where there are any."""
    s, at, model = registry.samples(dataset), controls.sample_of(picture), registry.model(name)
    if s.attribute is None or at is None or at >= len(s.x):
        return []
    every = neighbours(model.config.factors, y) if model.config.factors else torch.arange(model.config.classes)
    true, known = s.truth(int(s.attribute[at]), every)
    some = (known & (every != y)).nonzero().flatten()
    some = some[torch.linspace(0, len(some) - 1, min(PAIRS, len(some))).round().long()] if len(some) else some
    if not len(some):
        return []
    true, every = true[some], every[some]
    swapped = ops.swap(model, z[0], every)
    reached, copied = psnr(true, swapped), psnr(true, x.expand_as(true))
    names, right = captions.class_names(t, registry, dataset, name), captions.verdicts(t, registry, dataset, swapped, every)[1]
    both = torch.stack([swapped, true], dim=1).flatten(0, 1)
    lines = [text for k, p in zip(every.tolist(), reached.tolist(), strict=True) for text in (f"{names[k]} · {p:.1f}\u00a0dB", t("swap.real"))]
    note = t("swap.mean", p=f"{reached.mean():.1f}", q=f"{copied.mean():.1f}")
    good = [value for r in right for value in (r, None)]
    return [
        section(
            t("swap.pairs"), pixels(both), 6, scale=2, captions=lines, good=good, name="pairs", flow=2, note=note, about={"targets": every.tolist()}
        )
    ]


def sheet(registry, t, dataset, name, y: int) -> dict:
    """z × c: more pictures, each in several classes."""
    s, model, labels = registry.samples(dataset), registry.model(name), captions.class_names(t, registry, dataset, name)
    few = s.attribute is None
    classes = torch.arange(len(labels)) if few else s.y.unique()[:: max(1, len(s.y.unique()) // SHEET)][:SHEET]
    rows = sources(s)
    x, own = s.x[rows], s.y[rows]
    z = ops.encode(model, x, own).mean.repeat_interleave(len(classes), 0)
    drawn = ops.decode(model, z, classes.repeat(len(rows))).unflatten(0, (len(rows), len(classes)))
    cells = torch.cat([x[:, None], drawn], dim=1).flatten(0, 1)
    head = ["", *([labels[k] for k in classes.tolist()])]
    meanings = [[k, i] for i, y in zip(rows, own.tolist(), strict=True) for k in (y, *classes.tolist())]
    more = {
        "head": head,
        "pick": True,
        "meanings": meanings,
        "name": "sheet",
        "about": {"targets": classes.tolist(), "images": [validation.as_argument(one[None]) for one in x], "labels": own.tolist()},
        "reveal": f"#swapped-{t.language}",
    }
    return section(t("swap.sheet"), pixels(cells), len(classes) + 1, scale=2 if few else 1, **more)


def sources(s) -> list[int]:
    """Five samples: one after another, or one for each of five lights or poses."""
    if s.attribute is None:
        return list(range(10, 15))
    kinds = torch.linspace(0, len(s.attributes) - 1, min(5, len(s.attributes))).round().long().tolist()
    return [int((s.attribute == k).nonzero()[i]) for i, k in enumerate(kinds)]


def ways(registry, t, dataset, name, y: int, target: int, other: int, picture: dict, steps: int = 9) -> dict:
    """The two sliders as filmstrips: c' kept while z goes to the other picture's, z kept while c goes to c'."""
    model, s, at = registry.model(name), registry.samples(dataset), torch.linspace(0, 1, steps)[:, None]
    z = ops.encode(model, from_pixels(picture["pixels"]), torch.tensor([y])).mean
    there = ops.encode(model, s.x[other : other + 1], s.y[other : other + 1]).mean
    own, given = model.condition(torch.tensor([y])), model.condition(torch.tensor([target]))
    light = ops.decode(model, torch.lerp(z, there, at), given.expand(steps, -1))
    person = ops.decode(model, z.expand(steps, -1), torch.lerp(own, given, at))
    scale = 2 if s.x.shape[-1] < 64 else 1
    about = {"model": name, "label": y, "target": target, "z": z[0].tolist(), "other": validation.as_argument(s.x[other : other + 1])}
    about |= {"image": validation.as_argument(from_pixels(picture["pixels"])), "steps": steps}
    return {"about": about, "sections": [
        section(t("swap.walk_z"), pixels(light), steps, scale=scale, flow=1, name="walk-z"),
        section(t("swap.walk_c"), pixels(person), steps, scale=scale, flow=1, name="walk-c"),
    ]}  # fmt: skip


def aim_at(registry, t, dataset, name, label, target, mix, other, walk, picture) -> tuple[dict, dict, int, int]:
    """What another target changes: the large pictures and the filmstrips; and the two classes settled on."""
    top, y, target = result(registry, t, dataset, name, label, target, mix, other, walk, picture)
    return top, ways(registry, t, dataset, name, y, target, int(other), picture), y, target


def swap_sheets(registry, t, dataset, name, label, target, mix, other, walk, picture) -> tuple[dict, dict, dict, int, int]:
    """All three canvases, and the two classes settled on."""
    top, film, y, target = aim_at(registry, t, dataset, name, label, target, mix, other, walk, picture)
    x, model = from_pixels(picture["pixels"]), registry.model(name)
    z = ops.encode(model, x, torch.tensor([y])).mean
    below = [
        row(registry, t, dataset, name, y, z),
        *pairs(registry, t, dataset, name, y, z, x, picture),
        sheet(registry, t, dataset, name, y),
    ]
    about = {"model": name, "label": y, "image": validation.as_argument(x), "z": z[0].tolist()}
    return top, film, {"about": about, "sections": below}, y, target


def others(t, registry, dataset: str) -> list[tuple[str, int]]:
    """The samples by name, as the picture whose z is gone to."""
    s, names = registry.samples(dataset), captions.class_names(t, registry, dataset)
    groups = controls.groups(t, s)
    return [(f"{k}: {names[y]}" + (f", {groups['names'][groups['of'][k]]}" if groups else ""), k) for k, y in enumerate(s.y.tolist())]


def build(registry, t, page) -> None:
    def models_for(dataset):
        return registry.names(dataset, lambda family: family.is_autoencoder and family.is_conditional)

    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, models_for)
            model = controls.model_control(t, captions.model_choices(t, registry, models_for("mnist")))
            label = ClassPicker(7, title=t("swap.guessed"), elem_id=f"source-{t.language}")
            target = ClassPicker(8, title=t("swap.target"), elem_id=f"target-{t.language}")
            mix = controls.slider(0, 1, 1, step=0.01, label=t("swap.mix"))
            picture = picture_pad(registry, t)
            other = controls.Numbered(label=t("swap.other"))
            walk = controls.slider(0, 1, 0, step=0.01, label=t("swap.walk"))
            inputs = [dataset, model, label, target, mix, other, walk, picture]
            address.link_button(t, TAB, dict(zip(DEFAULTS, inputs, strict=True)))
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            top = PixelCanvas(text=t.group("canvas"), elem_id=f"swapped-{t.language}")
            film = PixelCanvas(text=t.group("canvas"))
            canvas = PixelCanvas(text=t.group("canvas"), elem_id=f"swaps-{t.language}")
            look = gr.Markdown(t("swap.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/cvae_gan.py")

    def slide(*values):
        return result(registry, t, *values)[0]

    def aim(*values):
        return aim_at(registry, t, *values)[:2]

    def correct_label(*values):
        return swap_sheets(registry, t, *values)[:3]

    def pickers(dataset, name, y, target):
        return (gr.update(**controls.picker(t, registry, dataset, name, k, title)) for k, title in ((y, "swap.guessed"), (target, "swap.target")))

    def choose_model(dataset, name, label, target, *values):
        last = len(registry.info(name).labels) - 1
        *shown, y, target = swap_sheets(registry, t, dataset, name, min(label, last), min(target, last), *values)
        return *shown, *pickers(dataset, name, y, target)

    def guess_label(dataset, name, target, mix, other, picture):
        """A new picture is seen as it is: z its own."""
        label = (picture or {}).get("label", GUESS)
        *shown, y, _ = swap_sheets(registry, t, dataset, name, label, target, mix, other, 0.0, picture)
        return *shown, y, 0.0

    def pick(event: gr.EventData, dataset, name, label, target, mix, other, walk, picture):
        """A cell's class becomes c', its row's picture the one z goes to."""
        meaning = Sent.of(event._data).get("meaning")
        if not isinstance(meaning, list) or len(meaning) != 2:
            return (gr.skip(),) * 6
        target, other, walk = (meaning[0], other, 0.0) if meaning[1] is None else (*meaning, 1.0)
        top, film, _, target = aim_at(registry, t, dataset, name, label, target, 1.0, other, walk, picture)
        return top, film, target, other, 1.0, walk

    def fill(dataset, name, label, target, mix, other, walk, *wanted):
        shown, pad = controls.initial_picture(t, registry, dataset, *wanted, FIRST[dataset])
        other = other if other in range(len(registry.samples(dataset).x)) else DEFAULTS["other"]
        *canvases, y, target = swap_sheets(registry, t, dataset, name, label, target, mix, other, walk, shown)
        names, pictures = models_for(dataset), others(t, registry, dataset)
        return (
            *canvases, *pickers(dataset, name, y, target), pad, gr.update(choices=captions.model_choices(t, registry, names), value=name),
            gr.update(choices=pictures, value=other), t.phrases.get(f"swap.look_{dataset}", t("swap.look")),
        )  # fmt: skip

    def switch(dataset):
        return *fill(dataset, models_for(dataset)[0], GUESS, GUESS, 1.0, DEFAULTS["other"], 0.0), 1.0, 0.0

    def first(s, _names):
        last = len(registry.info(s["model"]).labels)
        s |= {key: s[key] if s[key] in range(last) else GUESS for key in ("label", "target")}
        s |= {key: min(max(s[key], 0.0), 1.0) if s[key] == s[key] else DEFAULTS[key] for key in ("mix", "walk")}
        return *fill(*s.values()), s["dataset"], s["mix"], s["walk"]

    canvases = [top, film, canvas]
    outputs = [*canvases, label, target, picture, model, other, look]
    events.bind_live(status, [mix.input, walk.input], slide, inputs, top)
    events.bind_live(status, [target.input, other.input], aim, inputs, [top, film])
    events.bind_live(status, [label.input], correct_label, inputs, canvases)
    events.bind_live(status, [picture.input], guess_label, [dataset, model, target, mix, other, picture], [*canvases, label, walk])
    events.bind_live(status, [model.input], choose_model, inputs, [*canvases, label, target])
    events.bind_live(status, [canvas.select], pick, inputs, [top, film, target, other, mix, walk])
    events.bind_live(status, [dataset.input], switch, dataset, [*outputs, mix, walk])
    address.load_state(t, page, TAB, DEFAULTS, models_for, first, [*outputs, dataset, mix, walk])
