"""What is said beside pictures: classes, the classifier's reading, whose they are and where they come from."""

import html
import re
from pathlib import Path

import gradio as gr

from demo.registry import SERIES, ModelRegistry
from demo.studio import MINE
from genlib.checkpoint import Info
from genlib.data import VARIANT_OF
from genlib.families import FAMILIES

ROOT = Path(__file__).parents[1]
COLLAPSED = "-collapsed-"  # in the name of a run that was made to fail
PERSON = re.compile(r"yaleB(\d+)")


def model_traits(info: Info, name: str) -> list[tuple[str, dict]]:
    """What sets a model apart within its family and data set: keys of the catalogue, and what fills them."""
    nll, usual = info.objective.get("nll"), FAMILIES[info.model].objective.get("nll", "bernoulli_nll")
    few = info.training.get("labels_per_class")
    known = few * len(info.labels) if isinstance(few, int) else 0
    traits = [
        (info.config.get("latent_dim") == 2, "plane", {}),
        (SERIES in name, "beta", {"beta": f"{info.objective.get('beta', 1):g}"}),
        (nll not in (None, usual), str(nll), {}),
        ("kind" in info.config, str(info.config.get("kind")), {}),
        (info.dataset in VARIANT_OF, info.dataset, {}),
        (COLLAPSED in name, "collapsed", {}),
        (known > 0, "labels", {"n": known}),
    ]
    return [(f"trait.{key}", values) for is_so, key, values in traits if is_so]


def model_title(t, registry: ModelRegistry, name: str) -> str:
    """A model as people call it, within its data set: "VAE, 2-D latent"; one that was asked for by path or repository by that."""
    info = registry.info(name)
    if name.startswith(MINE):
        return t("trait.mine", family=t.phrases.get(f"family.{info.model}", FAMILIES[info.model].title))
    if not (name.startswith(info.model) and name.endswith(f"-{info.dataset}")):
        return name
    family = t.phrases.get(f"family.{info.model}", FAMILIES[info.model].title)
    return t("separator").join([family, *(t(key, **values) for key, values in model_traits(info, name))])


def three_digits(value: float) -> str:
    """A figure as it is read: to three digits, or whole where it has more."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def model_choices(t, registry: ModelRegistry, names: list[str], chosen: str = "") -> list[tuple[str, str]]:
    """Models to choose from: what is read, and the name that addresses and the API know; last the one that is chosen, if it is a visitor's own."""
    own = [chosen] if chosen in registry.own else []
    return [(model_title(t, registry, name), name) for name in [*names, *own]]


def class_choices(t, registry: ModelRegistry, dataset: str, model: str | None = None) -> list[tuple[str, int]]:
    return [(label, k) for k, label in enumerate(class_names(t, registry, dataset, model))]


def class_names(t, registry: ModelRegistry, dataset: str, model: str | None = None) -> list[str]:
    """The data set's classes, or those of a model, which fine-tuning may have given more; in the page's language."""
    if model and (categories := registry.info(model).config.get("categories")):
        return [t("pixel.category", k=k) for k in range(categories)]
    known = next((info.labels for info in registry.offers().values() if info.dataset == dataset and info.labels), ())
    labels = (registry.info(model).labels if model else ()) or known
    return [name_class(t, dataset, k, label) if label in known[k : k + 1] else label for k, label in enumerate(labels)]


def name_class(t, dataset: str, k: int, label: str) -> str:
    """A class of a data set in the page's language; people, of whom only numbers are known, by these."""
    person = PERSON.fullmatch(label)
    return t("class.person", k=int(person[1])) if person else t.phrases.get(f"class.{dataset}.{k}", label)


def foot(t, tab: str, file: str) -> None:
    """Whose pictures these are; the equation, the paper and the model's file, to be read on the spot, at the foot of a tab."""
    gr.HTML("".join(f'<p data-dataset="{name}">{html.escape(text)}</p>' for name, text in t.group("rights").items()), elem_classes="rights")
    gr.Markdown(f"{t(f'{tab}.equation')}\n\n{t(f'{tab}.paper')}", elem_classes="foot")
    source = html.escape((ROOT / file).read_text(encoding="utf-8"))
    gr.HTML(f'<details><summary>{file}</summary><pre tabindex="0">{source}</pre></details>', elem_classes="source")


def spell_reading(name: str, p: float) -> str:
    """A class, and how probable it is."""
    return f"{name} ({100 * p:.0f}\u202f%)"


def verdicts(t, registry: ModelRegistry, dataset: str, x, asked=None, model: str = "") -> tuple[list[str], list]:
    """The classifier's reading of each picture, as a caption, and whether it is what was asked (or None); of a visitor's model its own classes too.

    What is unlike any real picture is read as nothing for sure: its caption is a question, and it is not what was asked.
    """
    if registry.classifier(dataset) is None:
        return [""] * len(x), [None] * len(x)
    own = registry.own.get(model)
    guess, names = registry.guess(dataset, x, model), class_names(t, registry, dataset, model if own else None)
    p, k = guess.max(dim=1)
    unlike = [strange and not (own and int(i) in own.classes) for strange, i in zip(registry.is_unlike(dataset, x).tolist(), k, strict=True)]
    captions = [f"{names[int(i)]}\u202f?" if u else spell_reading(names[int(i)], float(q)) for q, i, u in zip(p, k, unlike, strict=True)]
    if asked is None:
        return captions, [None] * len(x)
    return captions, [None if a >= guess.shape[1] else a == i and not u for a, i, u in zip(asked.tolist(), k.tolist(), unlike, strict=True)]
