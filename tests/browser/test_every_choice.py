"""Every tab opened by click from the first page, every data set and every kind of model it offers chosen: what is shown is of that choice."""

import time

import pytest

from demo import captions
from demo.app import TABS
from demo.registry import ModelRegistry
from demo.text import Text
from genlib.data import VARIANT_OF
from genlib.families import FAMILIES
from tests.browser.visit import MARKS

pytestmark = MARKS
PATIENCE = 60  # seconds until a choice is answered; only a machine that is busy with other things needs many
registry = ModelRegistry()

# What is to be seen of the open tab: which model each widget says it shows, how large the pictures are, words, alarms.
SEEN = """() => {
    const seen = (selector, tell) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility({visibilityProperty: true})).map(tell);
    const text = (selector) => seen(selector, (e) => e.textContent.trim());
    const pictures = ".pixel_canvas canvas, .mask_pad canvas, .pictures canvas, .prepared, .picture_pad .strip canvas, .latent_pad .view canvas, .plane_pad .view canvas, [id^=film] canvas";
    return {
        models: seen(".atelier[data-model]", (e) => e.dataset.model.split(" ")).flat().filter((name) => name),
        sizes: seen(pictures, (c) => c.width),
        titles: text("h3"),
        classes: [...text(".controls .classes label"), ...seen(".class_picker button", (b) => b.getAttribute("aria-label") || b.textContent), ...seen(".class_picker select", (e) => [...e.options].map((o) => o.text)).flat(), ...text(".legend span"), ...text(".colhead"), ...text(".likelihoods th")],
        alarms: [...text(".wrong"), ...text(".toast-body"), ...text(".said.error"), ...text(".stale-note")].filter((words) => words),
        rights: text(".rights p"),
        dataset: seen(".controls input[type=radio]:checked", (e) => e.value)[0],
    };
}"""
PICTURE = """() => [...document.querySelectorAll("[id^=swapped] canvas, [id^=film] canvas, .passes canvas, .pictures canvas, .pixel_canvas canvas, .latent_pad .view canvas")]
    .find((e) => e.checkVisibility({visibilityProperty: true}))?.toDataURL() || ''"""
# Titles that a tab must show, and for which data sets.
TITLES = {
    "inpaint": ["inpaint.models", "inpaint.fills"],
    "swap": ["swap.walk_z", "swap.walk_c", "swap.sheet"],
    "interpolate": ["interpolate.ends", "interpolate.paths", "plane.title"],
    "compare": ["compare.sheet"],
    "pixel": ["order.title"],
}


def own(name: str) -> str:
    """The data set whose pictures a model draws."""
    dataset = registry.info(name).dataset
    return VARIANT_OF.get(dataset, dataset)


def wrong(seen: dict, t: Text, tab: str, dataset: str, model: str | None) -> list[str]:
    """What is shown that is not of the choice, in words; empty if all is."""
    size = registry.samples(dataset).x.shape[-1]
    missing = [title for title in (t(key) for key in TITLES.get(tab, ())) if title not in seen["titles"]]
    names, several = class_names(t, dataset, model), tab not in ("compare", "interpolate") and dataset != "sprites"
    several = several and not (tab == "pixel" and model and not tells_classes(model))
    faults = [
        (bool(seen["alarms"]), f"alarm: {seen['alarms']}"),
        (seen["dataset"] != dataset, f"data set {seen['dataset']}"),
        (any(own(name) != dataset for name in seen["models"]), f"of other data sets: {seen['models']}"),
        (model is not None and model not in seen["models"], f"{model} is not among {seen['models']}"),
        (set(seen["sizes"]) != {size}, f"pictures of {set(seen['sizes'])} instead of {size}"),
        (bool(missing), f"not there: {missing}"),
        (several and not set(names[:3]) <= set(seen["classes"]), f"classes {seen['classes'][:12]}"),
        (seen["rights"] != list(filter(None, [t.phrases.get(f"rights.{dataset}")])), f"rights: {seen['rights']}"),
        (
            tab == "inpaint" and (t("inpaint.classes") in seen["titles"]) != bool(registry.info(model or f"cvaegan-{dataset}").config.get("classes")),
            "classes",
        ),
        (
            tab == "inpaint" and (t("inpaint.pixelcnn") in seen["titles"]) != bool(registry.names(dataset, lambda family: family.name == "pixelcnn")),
            "PixelCNN",
        ),
        (
            tab == "compare" and f"cvaegan-{dataset}" not in seen["models"],
            f"compares {seen['models']}",
        ),
    ]
    return [words for fault, words in faults if fault]


def class_names(t: Text, dataset: str, model: str | None = None) -> list[str]:
    """What is to be chosen from: the data set's classes, or the categories a model has found by itself."""
    categories = registry.info(model).config.get("categories") if model else 0
    if categories:
        return [t("pixel.category", k=k) for k in range(categories)]
    labels = registry.info(f"classifier-{dataset}").labels
    if dataset == "faces":
        return [t("class.person", k=int(label.removeprefix("yaleB"))) for label in labels]
    return [t.phrases.get(f"class.{dataset}.{k}", label) for k, label in enumerate(labels)]


def tells_classes(name: str) -> bool:
    """Whether a model has classes to choose from, or categories."""
    config = registry.info(name).config
    return bool(config.get("classes", 10) or config.get("categories"))


def answered(page, t, tab, dataset, model=None) -> dict:
    """What is shown once all of it is of the choice; what was wrong last if that does not come."""
    until = time.monotonic() + PATIENCE
    while True:
        seen = page.evaluate(SEEN)
        faults = wrong(seen, t, tab, dataset, model)
        if not faults:
            return seen
        assert time.monotonic() < until, f"{tab}, {dataset}, {model}: {'; '.join(faults)}"
        page.wait_for_timeout(100)


def choose_model(page, t, dataset: str, name: str | None) -> list[str]:
    """Pick a model from the list (none: only look); the names of those it offers."""
    titles = {captions.model_title(t, registry, model): model for model in registry.infos if own(model) == dataset}
    box = page.get_by_label(t("control.model"), exact=True).locator("visible=true").first
    box.click()
    page.wait_for_selector("[role=option]:visible")
    offered = [titles[title] for title in page.locator("[role=option]:visible").evaluate_all("e => e.map((o) => o.getAttribute('aria-label'))")]
    if name is None:
        page.keyboard.press("Escape")
        box.blur()
    else:
        page.locator(f"[role=option][aria-label='{captions.model_title(t, registry, name)}']:visible").click()
    return offered


CHOOSING = [tab.TAB for tab in TABS if tab.TAB not in ("arena", "train")]  # of these one has no models, the other draws with none yet


def data_sets(page, t: Text) -> list[str]:
    """Those that the open tab offers, the first of which it shows."""
    names = page.evaluate("[...document.querySelectorAll('.controls input[type=radio]')].filter((e) => e.checkVisibility()).map((e) => e.value)")
    return [name for name in names if f"dataset.{name}" in t.phrases]


def spare(tab: str, models: list[str]) -> list[str]:
    """Those of a tab's models that are chosen: where z is found by two hundred steps, the last of those without E stands for all."""
    slow = [name for name in models if tab == "interpolate" and not FAMILIES[registry.info(name).model].is_autoencoder]
    return [name for name in models if name not in slow[:-1]]


def choose_all(page, t: Text, tab: str, datasets: list[str]) -> None:
    """Every data set, the first one last, and of the models of each those whose like was not chosen yet."""
    pictures, chosen = set(), set()
    for dataset in [*datasets[1:], datasets[0]]:
        page.locator(f"input[type=radio][value={dataset}]:visible").first.click()
        answered(page, t, tab, dataset)
        pictures.add(page.evaluate(PICTURE))
        if tab == "compare":
            continue
        for model in spare(tab, choose_model(page, t, dataset, None)):
            kind = model.rpartition("-")[0]
            if kind in chosen:
                continue
            chosen.add(kind)
            choose_model(page, t, dataset, model)
            answered(page, t, tab, dataset, model)
    assert len(pictures) == len(datasets)  # each has its own


@pytest.mark.parametrize("tab", CHOOSING)
def test_whatever_is_chosen_is_shown(page, server, tab):
    t = Text("en")
    page.goto(server)
    page.wait_for_selector("[data-ready=yes]")
    page.get_by_role("tab", name=t(f"tab.{tab}"), exact=True).click()
    answered(page, t, tab, "mnist")
    datasets = data_sets(page, t)
    assert "fashion" in datasets
    choose_all(page, t, tab, datasets)


def test_whatever_is_chosen_is_shown_tab_after_tab_in_chinese(page, server):
    t = Text("zh")
    page.goto(f"{server}/zh")
    page.wait_for_selector("[data-ready=yes]")
    for tab in CHOOSING:
        page.get_by_role("tab", name=t(f"tab.{tab}"), exact=True).click()
        answered(page, t, tab, "mnist")
        page.locator("input[type=radio][value=fashion]:visible").first.click()  # the same events are behind both pages: one choice each
        answered(page, t, tab, "fashion")
        if tab == CHOOSING[1]:
            name = choose_model(page, t, "fashion", None)[-1]
            choose_model(page, t, "fashion", name)
            answered(page, t, tab, "fashion", name)
