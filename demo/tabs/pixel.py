"""Pixel by pixel: how does a picture come from p(x_i | x_<i)?"""

import functools
import html
import time

import gradio as gr
import torch
from torch import Tensor

from demo import address, captions, controls, events, validation
from demo.registry import ModelRegistry
from demo.uploads import picture_pad
from demo.widgets import MaskPad, PixelCanvas, PixelStream, ReadingOrder
from demo.widgets.base import from_pixels, pixels
from demo.widgets.mask_pad import initial_pad, to_mask
from demo.widgets.pixel_canvas import section
from genlib import ops
from genlib.data import VARIANT_OF
from genlib.errors import InputError
from genlib.evaluation.metrics import psnr
from genlib.limits import GUIDANCE
from genlib.models.pixelcnn import PixelCNN
from genlib.models.pixelgan import PixelGAN
from genlib.models.pixelrnn import PixelRNN, PixelRNNConfig
from genlib.objectives.likelihood import bits_per_dim, level_nll
from genlib.ops.pixels import PixelNet

TAB = "pixel"
DEFAULTS = {
    "dataset": "mnist", "model": "pixelcnn-mnist", "label": 3, "seed": 0, "n": 4, "temperature": 1.0, "start": "blank", "picture": "3",
    "mask": "", "code": "prior", "guidance": 0.5,
}  # fmt: skip
STARTS = ("blank", "half", "hole")
CODES = ("prior", "picture")  # where a PixelGAN's z comes from


def start_state(start: str, picture: dict | None, pad: dict | None) -> tuple[Tensor | None, Tensor | None]:
    """What is there before the first pixel is drawn: a picture (1, 1, H, W) and the mask of what is to be drawn, (H, W)."""
    if start not in STARTS:
        raise InputError("a picture starts from blank, half or hole, not {start}", start=start)
    if start == "blank":
        return None, None
    begun = (pad if start == "hole" else picture) or {}
    x = from_pixels(begun.get("pixels"))
    if start == "hole":
        return x, to_mask(begun.get("mask"), *x.shape[2:])
    return x, (torch.arange(x.shape[2]) >= x.shape[2] // 2)[:, None].expand(x.shape[2:])


def latent_codes(registry: ModelRegistry, name: str, label: int, code: str, picture: dict | None, n: int, rng: torch.Generator) -> Tensor | None:
    """z of a PixelGAN's n pictures, (n, Z): draws of its prior, or the code of a picture; None for a model without z."""
    model, dataset = registry.model(name), VARIANT_OF.get(registry.info(name).dataset, registry.info(name).dataset)
    if not isinstance(model, PixelGAN):
        return None
    if code not in CODES:
        raise InputError("z comes from prior or picture, not {code}", code=code)
    if code == "prior":
        return draw_codes(model, label, n, rng)
    x = validation.picture_for(model, picture)
    own = validation.label_tensor(model, validation.resolve_label(registry, dataset, x, (picture or {}).get("label", validation.GUESS)))
    return ops.encode(model, x, own).mean.expand(n, -1)


def draw_codes(model: PixelGAN, label: int, n: int, rng: torch.Generator) -> Tensor:
    """n draws of the prior (n, Z); where z has categories, the label is theirs."""
    z, k = model.prior(n, rng), model.config.categories
    if k:
        z[:, :k] = torch.nn.functional.one_hot(torch.tensor(validation.whole(label, "the class", 0, k - 1)), k)
    return z


def model_guidance(model, guidance) -> float | None:
    """w of a model that can be guided; none of one that can't."""
    takes = isinstance(model, PixelCNN) and model.config.guidance is not None
    return validation.real(guidance, "the guidance", 0, GUIDANCE) if takes else None


def stream(
    registry, name, label, seed, n, temperature, start, picture, pad=None, code="prior", guidance=DEFAULTS["guidance"],
    every: int = 14, pause: float = 0.04,
):  # fmt: skip
    """The stream's values while n pictures are drawn: whole `every` pixels, `pause` seconds or more apart.

    A hole that is empty leaves nothing to draw: the picture is shown as it is.
    """
    model = registry.model(name)
    if not isinstance(model, PixelNet | PixelGAN):
        raise InputError("{model} draws no pixels one by one: choose a PixelCNN", model=name)
    n, size = validation.whole(n, "the number of samples", 1, 9), model.config.size
    y, temperature = validation.label_tensor(model, label, n), validation.real(temperature, "the temperature", 0.05, 3)
    w = model_guidance(model, guidance)
    image, mask = start_state(start, picture, pad)
    image = None if image is None else model.quantize(image)
    rng = validation.rng(seed)
    z = latent_codes(registry, name, label, code, picture, n, rng)
    about = {"model": name, "label": label, "seed": seed, "n": n, "temperature": temperature, "z": None if z is None else z.tolist()}
    about |= {} if w is None else {"guidance": w}
    about |= {} if image is None or mask is None else {"image": validation.as_argument(image), "mask": validation.as_argument(mask)}
    if image is not None and mask is not None and not mask.any():
        drawing = [image.expand(n, -1, -1, -1)] * -(-size * size // every)
    else:
        drawing = ops.complete(model, n, y, z=z, image=image, mask=mask, rng=rng, temperature=temperature, every=every, guidance=w)
    run, shown, told = time.time_ns(), -pause, {"model": name, "label": label, "temperature": temperature, "guidance": w, "about": about}
    told |= {"z": None if z is None else z.tolist(), "layers": len((model.pixelcnn if isinstance(model, PixelGAN) else model).layers)}
    for step, x in enumerate(drawing, start=1):
        at, now = min(step * every, size * size), time.monotonic()
        if at == size * size or now - shown >= pause:  # a page draws 25 pictures a second, no more
            shown = now
            yield told | {"pixels": pixels(x), "at": at, "run": run}


def repair_beside(registry, t, dataset, label, seed, start, picture, pad) -> dict:
    """The same hole repaired by the CVAE-GAN, which sees below it too: a canvas's value, empty where there is no hole."""
    names = registry.names(dataset, lambda family: family.is_autoencoder and family.is_conditional)
    x, mask = start_state(start, picture, pad) if start == "hole" else (None, None)
    if x is None or mask is None or not names or not mask.any() or mask.all() or label >= len(captions.class_names(t, registry, dataset, names[0])):
        return {"sections": []}
    *_, fill = ops.inpaint(registry.model(names[0]), x, mask, torch.tensor([label]), passes=10, rng=validation.rng(seed))
    cells, about = torch.cat([torch.where(mask, 0.25, x), fill, x]), {"model": names[0], "label": label, "seed": seed, "passes": 10}
    about |= {"image": validation.as_argument(x), "mask": validation.as_argument(mask)}
    lines = [t("pixel.known"), f"{names[0]}, {psnr(x, fill, mask[None])[0]:.1f} dB", t("inpaint.original")]
    return {"about": about, "sections": [
        section(t("pixel.beside"), pixels(cells), 3, scale=5, captions=lines, note=t("pixel.lesson"), name="repair")
    ]}  # fmt: skip


def said_of(model, own: Tensor | None, labels: list[str]) -> str:
    """What the nats of a picture are of, where there is no class to choose."""
    given = ["z"] * isinstance(model, PixelGAN) + ([] if own is None else [labels[int(own)]])
    return f"p(x|{', '.join(given)})" if given else "p(x)"


@torch.inference_mode()
def likelihoods(registry, t, dataset, name, picture) -> str:
    """−log p(x|c) of a picture for every class, nats and bits a pixel, and Bayes' P(c|x), as a table with bars."""
    model, labels = registry.model(name), captions.class_names(t, registry, dataset, name)
    x = model.quantize(validation.picture_for(model, picture))
    own = (
        None
        if not isinstance(model, PixelGAN)
        else validation.label_tensor(model, validation.resolve_label(registry, dataset, x, picture.get("label", validation.GUESS)))
    )
    classes = 0 if isinstance(model, PixelGAN) else ops.num_classes(model)
    every = torch.arange(classes).split(1) if classes else [own]
    nats = torch.cat([level_nll(model.logits(x, y), x) for y in every])  # one by one: 256 levels of all classes are much memory
    p, names = (-nats).softmax(dim=0).tolist(), labels if classes else [said_of(model, own, labels)]
    rows = "".join(
        f"<tr{' class=best' if q == max(p) else ''}><th>{html.escape(label)}</th><td>{v:.1f}</td><td>{bits_per_dim(v, x.numel()):.3f}</td>"
        + (f'<td class="bar"><i style="width:{100 * q:.1f}%"></i><span>{100 * q:.1f}\u202f%</span></td>' if classes else "")
        + "</tr>"
        for label, v, q in zip(names, nats.tolist(), p, strict=True)
    )
    heads = ("pixel.class", "pixel.nats", "pixel.bits", "pixel.bayes")[: 4 if classes else 3]
    head = "".join(f"<th>{t(key)}</th>" for key in heads)
    return f'<h3>{t("pixel.nll")}</h3><table class="likelihoods"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def heat(influence: torch.Tensor) -> dict:
    """Influences (H, W) as a picture: the strongest is white, a ten-thousandth of it dark grey, none is black."""
    decades = (influence / influence.max().clamp(min=1e-30)).clamp(min=1e-12).log10()
    return pixels(torch.where(influence > 0, (1 + decades / 4).clamp(0.15, 1), 0)[None, None])


def drawer(registry, data: dict, n: int):
    """The pixel model that drew n pictures, and what it was told in drawing them: their class, or z and class."""
    model = registry.model(data["model"])
    y = validation.label_tensor(model, data["label"], n)
    if not isinstance(model, PixelGAN):
        return model, y
    z = torch.cat([validation.latent(model, row) for row in data["z"][:n]])
    return model.pixelcnn, model.conditioning(z, y)


def distribution(registry, data: dict) -> dict:
    """p(x_i | x_<i, c) of one pixel of a picture: the levels' probabilities, entropy in nats, its own level's, and
    how much each pixel before it mattered, to the answer or to the features after `depth` layers."""
    (model, y), x = drawer(registry, data, 1), from_pixels(data["pixels"])
    i = validation.whole(data["pixel"], "the pixel", 0, model.config.size**2 - 1)
    temperature = validation.real(data["temperature"], "the temperature", 0.05, 3)
    depth = data.get("depth")
    depth = None if depth is None else validation.whole(depth, "the depth", 0, len(model.layers))
    w = model_guidance(model, data.get("guidance", 0))
    with torch.inference_mode():
        p = (ops.guided_logits(model, x[:1], y, w)[0].flatten(1)[:, i] / temperature).softmax(dim=0)
    level = int((x.flatten()[i] * (len(p) - 1)).round())
    entropy = float(-(p * p.clamp(min=1e-12).log()).sum())
    seen = heat(ops.influence(model, x[:1], y, i, depth, w))
    return {"p": [round(v, 6) for v in p.tolist()], "level": level, "own": float(p[level]), "entropy": entropy, "seen": seen}


def entropies(registry, data: dict) -> dict:
    """The entropy of every pixel's distribution in every picture, as pictures whose white is the greatest, and that one in nats."""
    x = from_pixels(data["pixels"])[:9]
    (model, y), temperature = drawer(registry, data, len(x)), validation.real(data["temperature"], "the temperature", 0.05, 3)
    found = ops.entropy(model, x, y, temperature, model_guidance(model, data.get("guidance", 0)))
    most = max(float(found.max()), 1e-9)
    return {"pixels": pixels(found[:, None] / most), "most": most, "sum": float(found.sum(dim=(1, 2)).mean())}


@functools.cache
def textbook(kind: str, size: int) -> PixelRNN:
    """A small net of arXiv:1601.06759, its weights fresh and all positive: what it can see it shows."""
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False):
        torch.manual_seed(0)
        net = PixelRNN(PixelRNNConfig(size=size, kind=kind, width=4, depth=6)).eval().requires_grad_(False)
        for p in net.parameters():
            p.abs_()
        return net


def fields(data: dict) -> dict:
    """What pixel i can see after `depth` layers of each net of arXiv:1601.06759, one picture a kind."""
    size, depth = validation.whole(data["size"], "the size", 8, 28), validation.whole(data["depth"], "the depth", 0, 6)
    i, grey = validation.whole(data["pixel"], "the pixel", 0, size * size - 1), torch.full((1, 1, size, size), 0.6)
    seen = [ops.influence(textbook(kind, size), grey, None, i, depth) > 0 for kind in ("cnn", "row", "diagonal")]
    return {"seen": pixels(torch.stack(seen)[:, None].float() * 0.6)}


def pad_with_hole(picture: dict, wanted: str = "") -> dict:
    """The mask pad's value: a picture and the hole an address asks for, or its middle."""
    return initial_pad(picture, wanted, (3 / 8, 6 / 8))


def build(registry, t, page) -> None:
    def models_for(dataset):
        return registry.names(dataset, lambda family: family.is_pixel_model)

    def leads(name):
        return isinstance(registry.model(name), PixelCNN) and registry.model(name).config.guidance is not None

    functions = [events.serve(t, f, registry) for f in (distribution, entropies)]
    with gr.Row(elem_classes="workbench"):
        with gr.Column(elem_classes="controls"):
            dataset = controls.dataset_control(t, models_for)
            model = controls.model_control(t, models_for("mnist"))
            label = controls.class_control(t, registry, "mnist", 3)
            seed = controls.seed_control(t, TAB)
            temperature = controls.slider(0.1, 2, 1, step=0.05, label=t("control.temperature"))
            guidance = controls.slider(0, 4, DEFAULTS["guidance"], step=0.25, label=t("pixel.guidance"), visible=leads(DEFAULTS["model"]))
            n = controls.slider(1, 9, 4, step=1, label=t("pixel.n"))
            start = controls.Radio([(t(f"pixel.{s}"), s) for s in STARTS], value="blank", label=t("pixel.start"))
            with gr.Row():
                go = gr.Button(t("pixel.sample"), variant="primary", elem_id=f"sample-{t.language}", min_width=120)
                halt = gr.Button(t("pixel.stop"), elem_id=f"stop-{t.language}", min_width=80)
            picture = picture_pad(registry, t)
            with gr.Column(visible=False) as painting:
                pad = MaskPad(text=t.group("mask"))
            with gr.Column(visible=False) as coding:
                code = controls.Radio([(t(f"pixel.z_{s}"), s) for s in CODES], value="prior", label=t("pixel.z"))
            inputs = [dataset, model, label, seed, n, temperature, start, picture, pad, code, guidance]
            number = gr.Number(visible=False)
            address.link_button(t, TAB, dict(zip(DEFAULTS, inputs, strict=True)))
        with gr.Column(elem_classes="stage"):
            status = events.question(t, TAB)
            screen = PixelStream(server_functions=functions, text=t.group("stream"), elem_id=f"stream-{t.language}")
            beside = PixelCanvas(text=t.group("canvas"))
            nats = gr.HTML(elem_classes="nats")
            ReadingOrder(text=t.group("order"), server_functions=[events.serve(t, fields)])
            gr.Markdown(t("pixel.look"), elem_classes="look")
            captions.foot(t, TAB, "genlib/models/pixelcnn.py")

    def run(dataset, model, *values):
        *values, number = values
        if not events.is_halfway(registry, dataset, model, number):
            yield from (events.number_answer(TAB, number, value) for value in stream(registry, model, *values))

    def compare(dataset, label, seed, start, picture, pad):
        return repair_beside(registry, t, dataset, label, seed, start, picture, pad)

    def read(dataset, model, picture):
        return likelihoods(registry, t, dataset, model, picture)

    def coding_for(model):
        return gr.update(visible=isinstance(registry.model(model), PixelGAN))

    def guiding_for(model):
        return gr.update(visible=leads(model))

    def last(number, *values):
        """The pictures, whole: what follows a choice at once is not watched appearing."""
        *_, value = stream(registry, *values)
        return events.number_answer(TAB, number, value)

    def choose_model(dataset, model, label, seed, n, temperature, start, picture, pad, code, guidance, number):
        label = min(label, len(captions.class_names(t, registry, dataset, model)) - 1)
        shown = last(number, model, label, seed, n, temperature, start, picture, pad, code, guidance)
        shows = coding_for(model), guiding_for(model), controls.class_update(t, registry, dataset, model, label)
        return shown, read(dataset, model, picture), *shows

    def pick_sample(dataset, model, label, picture, pad):
        """A sample brings its class along: a 7 is continued as a 7."""
        own = picture.get("label", validation.GUESS)
        return read(dataset, model, picture), (pad or pad_with_hole(picture)) | {"pixels": picture["pixels"]}, label if own < 0 else own

    def fill(s, names, number=0):
        """Everything, for a state that an address or another data set asks for."""
        shown, update = controls.initial_picture(t, registry, s["dataset"], s["picture"], DEFAULTS["picture"])
        s["start"] = s["start"] if s["start"] in STARTS else "blank"
        s["code"] = s["code"] if s["code"] in CODES else "prior"
        hole, labels = pad_with_hole(shown, s["mask"]), captions.class_names(t, registry, s["dataset"], s["model"])
        s["label"] = s["label"] if s["label"] in range(len(labels)) else min(DEFAULTS["label"], len(labels) - 1)
        value = last(number, s["model"], s["label"], s["seed"], s["n"], s["temperature"], s["start"], shown, hole, s["code"], s["guidance"])
        updates = {key: gr.update(value=value) for key, value in s.items()}
        updates |= {"model": gr.update(choices=names, value=s["model"]), "picture": update, "mask": hole}
        updates["label"] = controls.class_update(t, registry, s["dataset"], s["model"], s["label"])
        updates["guidance"] = gr.update(value=s["guidance"], visible=leads(s["model"]))
        return (
            value, *updates.values(), gr.update(visible=s["start"] == "hole"), coding_for(s["model"]), read(s["dataset"], s["model"], shown),
            compare(s["dataset"], s["label"], s["seed"], s["start"], shown, hole),
        )  # fmt: skip

    def switch(dataset, label, seed, n, temperature, start, code, guidance, number):
        kept = {"label": label, "seed": seed, "n": n, "temperature": temperature, "start": start, "code": code, "guidance": guidance}
        return fill(DEFAULTS | {"dataset": dataset, "model": models_for(dataset)[0]} | kept, models_for(dataset), number)

    def tell(event: str) -> str:
        return f"document.querySelector('#stream-{t.language} .pixel_stream').dispatchEvent(new Event('{event}'))"

    # What is moved marks the pictures as of the old settings at once, and has them drawn anew.
    moved = [label.input, seed.input, n.input, temperature.input, start.input, pad.input, code.input, guidance.input]
    gr.on([go.click, *moved, picture.input, model.input, dataset.input], None, None, None, js=f"() => {tell('stale')}", api_visibility="private")
    asking = events.number_question(TAB)
    told = {
        "js": events.number_question(TAB, tell("begin") + ";"),
        "show_progress": "hidden",
        "concurrency_id": "sampling",
        "concurrency_limit": 2,
        "api_visibility": "private",
    }
    asked = (events.guard(run, t), [*inputs, number], screen)
    drawing = gr.on([go.click, *moved], *asked, trigger_mode="always_last", **told)
    another = events.bind_live(status, [picture.input], pick_sample, [dataset, model, label, picture, pad], [nats, pad, label])
    redrawing = another.then(*asked, trigger_mode="always_last", **told)
    events.bind_live(
        status, [go.click, label.input, seed.input, start.input, pad.input], compare, [dataset, label, seed, start, picture, pad], beside
    )
    # The browser freezes the picture at once; what the server has sent meanwhile is not drawn.
    halt.click(None, None, None, js=f"() => {tell('halt')}", cancels=[drawing, redrawing], api_visibility="private")
    events.bind_live(status, [start.input], lambda kind: gr.update(visible=kind == "hole"), start, painting)
    events.bind_live(status, [model.input], choose_model, [*inputs, number], [screen, nats, coding, guidance, label], js=asking)
    everything = [screen, *inputs, painting, coding, nats, beside]
    events.bind_live(status, [dataset.input], switch, [dataset, label, seed, n, temperature, start, code, guidance, number], everything, js=asking)
    address.load_state(t, page, TAB, DEFAULTS, models_for, fill, everything)
