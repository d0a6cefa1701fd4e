"""What a pixel model says of a picture, as the page asks for it: a pixel's distribution, entropies, likelihoods, receptive fields."""

import html

import torch
from torch import Tensor

from demo import captions, validation
from demo.widgets.base import from_pixels, pixels
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.evaluation.likelihood import class_nats, picture_nats
from genlib.evaluation.metrics import psnr
from genlib.limits import GUIDANCE
from genlib.models.pixelcnn import PixelCNN
from genlib.models.pixelgan import PixelGAN
from genlib.objectives.likelihood import bits_per_dim

KINDS = ("cnn", "row", "diagonal")  # of arXiv:1601.06759


def takes_guidance(model) -> bool:
    return isinstance(model, PixelCNN) and model.config.guidance is not None


def model_guidance(model, guidance) -> float | None:
    """w of a model that can be guided; none of one that can't."""
    return validation.real(guidance, "the guidance", 0, GUIDANCE) if takes_guidance(model) else None


def conditions(model) -> list[str]:
    """What a pixel is drawn given, besides those before it, in the letters of an equation: z, c, both or nothing."""
    return ["z"] * isinstance(model, PixelGAN) + ["c"] * bool(ops.num_classes(model))


def drawer(registry, data: dict, n: int):
    """The pixel model that drew n pictures, and what it was told in drawing them: their class, or z and class."""
    model = registry.model(data["model"])
    y = validation.label_tensor(model, data["label"], n)
    if not isinstance(model, PixelGAN):
        return model, y
    z = torch.cat([validation.latent(model, row) for row in data["z"][:n]])
    return model.pixelcnn, model.conditioning(z, y)


def heat(influence: Tensor) -> dict:
    """Influences (H, W) as a picture: the strongest is white, a ten-thousandth of it dark grey, none is black."""
    decades = (influence / influence.max().clamp(min=1e-30)).clamp(min=1e-12).log10()
    return pixels(torch.where(influence > 0, (1 + decades / 4).clamp(0.15, 1), 0)[None, None])


def distribution(registry, data: dict) -> dict:
    """p(x_i | x_<i, c) of one pixel of a picture: the levels' probabilities, entropy in nats, its own level's, and
    how much each pixel before it mattered, to the answer or to the features after `depth` layers."""
    (model, y), x = drawer(registry, data, 1), from_pixels(data["pixels"])
    i = validation.whole(data["pixel"], "the pixel", 0, model.config.size**2 - 1)
    temperature = validation.real(data["temperature"], "the temperature", 0.05, 3)
    depth = data.get("depth")
    depth = None if depth is None else validation.whole(depth, "the depth", 0, len(model.layers))
    w = model_guidance(model, data.get("guidance", 0))
    p = ops.distribution(model, x[:1], y, i, temperature, w)
    level = int((x.flatten()[i] * (len(p) - 1)).round())
    entropy = float(-(p * p.clamp(min=1e-12).log()).sum())
    seen = heat(ops.influence(model, x[:1], y, i, depth, w))
    return {"p": [round(v, 6) for v in p.tolist()], "level": level, "own": float(p[level]), "entropy": entropy, "seen": seen}


def entropies(registry, data: dict) -> dict:
    """The entropy of every pixel's distribution in every picture, as pictures whose white is the greatest, and that one in nats."""
    x = from_pixels(data["pixels"])[:9]
    (model, y), temperature = drawer(registry, data, len(x)), validation.real(data["temperature"], "the temperature", 0.05, 3)
    nats = ops.entropy(model, x, y, temperature, model_guidance(model, data.get("guidance", 0)))
    most = max(float(nats.max()), 1e-9)
    return {"pixels": pixels(nats[:, None] / most), "most": most, "sum": float(nats.sum(dim=(1, 2)).mean())}


def fields(data: dict) -> dict:
    """What pixel i can see after `depth` layers of each net of arXiv:1601.06759, one picture a kind."""
    size, depth = validation.whole(data["size"], "the size", 8, 28), validation.whole(data["depth"], "the depth", 0, 6)
    i = validation.whole(data["pixel"], "the pixel", 0, size * size - 1)
    seen = [ops.receptive_field(kind, size, i, depth) for kind in KINDS]
    return {"seen": pixels(torch.stack(seen)[:, None].float() * 0.6)}


def repair_beside(registry, t, name: str, x: Tensor, mask: Tensor, label: int, seed: int) -> dict:
    """A hole repaired by a CVAE-GAN, which sees below it too: a canvas's value."""
    *_, fill = ops.inpaint(registry.model(name), x, mask, torch.tensor([label]), passes=10, rng=validation.rng(seed))
    cells, about = torch.cat([torch.where(mask, 0.25, x), fill, x]), {"model": name, "label": label, "seed": seed, "passes": 10}
    about |= {"image": validation.as_argument(x), "mask": validation.as_argument(mask)}
    lines = [t("pixel.known"), f"{captions.model_title(t, registry, name)}, {psnr(x, fill, mask[None])[0]:.1f}\u00a0dB", t("inpaint.original")]
    return {"about": about, "sections": [
        section(t("pixel.beside"), pixels(cells), 3, scale=5, captions=lines, note=t("pixel.lesson"), name="repair")
    ]}  # fmt: skip


def likelihoods(registry, t, dataset: str, name: str, picture: dict) -> str:
    """How likely a picture is: for every class, with Bayes' P(c|x), as a table with bars; as one number where there is none to choose."""
    model = registry.model(name)
    x = validation.picture_for(model, picture)
    if ops.num_classes(model) and not isinstance(model, PixelGAN):
        return class_table(t, captions.class_names(t, registry, dataset, name), class_nats(model, x), x.numel())
    return one_row(registry, t, dataset, model, x, picture)


def class_table(t, labels: list[str], nats: Tensor, size: int) -> str:
    p = (-nats).softmax(dim=0).tolist()
    rows = "".join(
        f"<tr{' class=best' if q == max(p) else ''}><th>{html.escape(label)}</th><td>{v:.1f}</td><td>{bits_per_dim(v, size):.3f}</td>"
        f'<td class="bar"><i style="width:{100 * q:.1f}%"></i><span>{100 * q:.1f}\u202f%</span></td></tr>'
        for label, v, q in zip(labels, nats.tolist(), p, strict=True)
    )
    return table(t, "pixel.nll", ("pixel.class", "pixel.nats", "pixel.bits", "pixel.bayes"), rows)


def one_row(registry, t, dataset: str, model, x: Tensor, picture: dict) -> str:
    """−log p(x), or of a PixelGAN −log p(x|z) at the picture's own z (and class, if it has classes)."""
    label = validation.resolve_label(registry, dataset, x, picture.get("label", validation.GUESS)) if ops.num_classes(model) else None
    nats = picture_nats(model, x, validation.label_tensor(model, label))
    given = ", ".join(conditions(model))
    row = f"<tr><th>p(x{given and '|' + given})</th><td>{nats:.1f}</td><td>{bits_per_dim(nats, x.numel()):.3f}</td></tr>"
    return table(t, "pixel.nll_alone", ("pixel.of", "pixel.nats_alone", "pixel.bits"), row)


def table(t, title: str, heads: tuple[str, ...], rows: str) -> str:
    head = "".join(f"<th>{t(key)}</th>" for key in heads)
    return f'<h3>{t(title)}</h3><table class="likelihoods"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
