"""What a swap is made of, and the sheets beside it: z in every class, beside real pictures, of more pictures, and on its way."""

from dataclasses import dataclass

import torch
from torch import Tensor

from demo import captions, controls, validation
from demo.widgets.base import pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.evaluation.metrics import psnr
from genlib.models.cvae import CVAE

PAIRS, SHEET, COLUMNS, STEPS = 12, 11, 12, 9  # swaps beside real pictures; classes of the sheet; columns of a long row; pictures of a filmstrip


@dataclass(frozen=True)
class Source:
    """The picture that is swapped, as tensors: x (1, C, H, W), its class y and the one to give it, target, its z and the one to go to, there (1, Z)."""

    model: CVAE
    x: Tensor
    y: int
    target: int
    z: Tensor
    there: Tensor

    def blend(self, walk: Tensor, mix: Tensor) -> Tensor:
        """z on its way to `there`, c on its way to c', each at shares (N, 1): (N, C, H, W)."""
        return ops.swap_partly(self.model, self.z, self.there, torch.tensor([self.y]), torch.tensor([self.target]), walk, mix)


def row(registry, t, dataset: str, name: str, source: Source) -> dict:
    """The same z in every class; where a class is several choices, every choice of each, the others kept."""
    labels, info, factors = captions.class_names(t, registry, dataset, name), registry.info(name), source.model.config.factors
    every = ops.neighbours(factors, source.y) if factors else torch.arange(len(labels))
    x = ops.swap(source.model, source.z[0], every)
    said, right = captions.verdicts(t, registry, dataset, x, every, name)
    hits, judged = (sum(r is wanted for r in right for wanted in which) for which in ((True,), (True, False)))
    note = t("swap.hits", n=hits, k=judged) + (t("swap.doubted") if any(words.endswith("?") for words in said) else "")
    if "swap_identity_acc" in info.figures:
        n = info.figures.get("swap_pairs", info.training.get("evaluated", {}).get("n", 0))
        note += t("swap.measured", n=f"{n:,}", p=round(100 * info.figures["swap_identity_acc"], 1))
    more = {
        "captions": said, "good": right, "own": [i for i, k in enumerate(every.tolist()) if k == source.y],
        "aimed": next((i for i, k in enumerate(every.tolist()) if k == source.target), -1), "name": "swap", "note": note,
        "about": {"targets": every.tolist()}, "view": f"#swapped-{t.language}", "pick": True, "meanings": [[k, None] for k in every.tolist()],
    }  # fmt: skip
    if factors:
        more |= {"rows": [t(f"factor.{k}") for k in range(len(factors))], "captions": None}
        return section(t("swap.factors"), pixels(x), max(factors), scale=1, flow=3, **more)
    few = len(labels) <= 16
    return section(
        t("swap.row"),
        pixels(x),
        min(len(labels), 16 if few else COLUMNS),
        scale=4 if few else 1,
        **more,
        **({"head": labels} if few else {"flow": 1}),
    )


def pairs(registry, t, dataset: str, name: str, picture: dict, source: Source) -> list[dict]:
    """Swaps beside the real pictures of those classes under that light, where there are any."""
    samples, at, config = registry.samples_for(dataset, name), controls.sample_of(picture), source.model.config
    if samples.attribute is None or at is None or at >= len(samples.x):
        return []
    every = ops.neighbours(config.factors, source.y) if config.factors else torch.arange(config.classes)
    true, known = samples.truth(int(samples.attribute[at]), every)
    subset = (known & (every != source.y)).nonzero().flatten()
    subset = subset[torch.linspace(0, len(subset) - 1, min(PAIRS, len(subset))).round().long()] if len(subset) else subset
    if not len(subset):
        return []
    true, every = true[subset], every[subset]
    swapped = ops.swap(source.model, source.z[0], every)
    reached, copied = psnr(true, swapped), psnr(true, source.x.expand_as(true))
    names, right = captions.class_names(t, registry, dataset, name), captions.verdicts(t, registry, dataset, swapped, every)[1]
    lines = [text for k, p in zip(every.tolist(), reached.tolist(), strict=True) for text in (f"{names[k]} · {p:.1f}\u00a0dB", t("swap.real"))]
    return [section(
        t("swap.pairs"), pixels(torch.stack([swapped, true], dim=1).flatten(0, 1)), 6, scale=2, captions=lines, good=[v for r in right for v in (r, None)],
        name="pairs", flow=2, note=t("swap.mean", p=f"{reached.mean():.1f}", q=f"{copied.mean():.1f}"), about={"targets": every.tolist()},
    )]  # fmt: skip


def sheet(registry, t, dataset: str, name: str) -> dict:
    """z × c: more pictures, each in several classes."""
    samples, model, labels = registry.samples_for(dataset, name), registry.model(name), captions.class_names(t, registry, dataset, name)
    few = samples.attribute is None
    classes = torch.arange(len(labels)) if few else samples.y.unique()[:: max(1, len(samples.y.unique()) // SHEET)][:SHEET]
    rows = sources(samples)
    x, labels_of = samples.x[rows], samples.y[rows]
    z = ops.encode(model, x, labels_of).mean.repeat_interleave(len(classes), 0)
    drawn = ops.decode(model, z, classes.repeat(len(rows))).unflatten(0, (len(rows), len(classes)))
    told = {"targets": classes.tolist(), "images": [validation.as_argument(one[None]) for one in x], "labels": labels_of.tolist()}
    return section(
        t("swap.sheet"), pixels(torch.cat([x[:, None], drawn], dim=1).flatten(0, 1)), len(classes) + 1, scale=2 if few else 1, pick=True, name="sheet",
        head=["", *([labels[k] for k in classes.tolist()])], about=told, view=f"#swapped-{t.language}",
        meanings=[[k, i] for i, y in zip(rows, labels_of.tolist(), strict=True) for k in (y, *classes.tolist())],
    )  # fmt: skip


def others(samples) -> list[int]:
    """Samples whose z can be gone to: ten digits, or one of each light or pose; of a visitor's, the own ones."""
    if samples.own is not None:
        return list(range(len(samples.x)))[samples.own :][:10]
    if samples.attribute is None:
        return list(range(70, 80))
    kinds = range(len(samples.attributes))
    return [int((samples.attribute == k).nonzero()[k % min(3, int((samples.attribute == k).sum()))]) for k in kinds]


def sources(samples) -> list[int]:
    """Five of them, spread over all."""
    every = others(samples)
    last = min(4, len(every) - 1) if samples.attribute is None else len(every) - 1
    return [every[k] for k in torch.linspace(0, last, min(5, len(every))).round().long().tolist()]


def ways(t, source: Source) -> list[dict]:
    """The two sliders as filmstrips: c' kept while z goes to the other picture's, z kept while c goes to c'."""
    at, start = torch.linspace(0, 1, STEPS)[:, None], torch.zeros(STEPS, 1)
    light, person = source.blend(at, start + 1), source.blend(start, at)
    scale = 2 if source.x.shape[-1] < 64 else 1
    return [
        section(t("swap.walk_z"), pixels(light), STEPS, scale=scale, flow=1, name="walk-z"),
        section(t("swap.walk_c"), pixels(person), STEPS, scale=scale, flow=1, name="walk-c"),
    ]
