"""What the Train tab shows of own pictures and of a run on them: values of its widgets and updates of its controls."""

import functools
import math
from dataclasses import replace

import gradio as gr
import torch

from demo import neighbours, uploads
from demo.bases import NEW, base_of, form_of, has_classes
from demo.studio import Desk
from demo.widgets.base import pixels
from demo.widgets.class_list import LONGEST
from demo.widgets.pixel_canvas import section
from genlib.data.own import OwnImages, Remark
from genlib.growth import normalize_name
from genlib.learning import SHOWN, Learner

EARLY = 50  # of 100 drawn pictures that are read as asked: with fewer a model has not learned its classes
EXAMPLES = {"mnist": ("fashion", (5, 8, 1)), "fashion": ("mnist", (0, 4, 8))}  # kind of picture -> data set and classes of the example
OVERHEAD, MEASURING = 1.1, 0.6  # of looks at a run, a factor; minutes before and after it, as measured on two cores
EACH = 40  # pictures of a class of the example
SEEN, REAL = 6, 2  # pictures of a row, as many as a phone shows, and the real ones among them while a run goes on
FEW, UNEVEN = 20, 4  # pictures of a class; times as many of another


@functools.lru_cache(maxsize=4)
def example(kind: str) -> OwnImages | None:
    """Pictures to try with, of classes that the models of that kind do not know; labels are keys of the catalogue.  None where none are bundled."""
    dataset, classes = EXAMPLES.get(kind, ("", ()))
    known = neighbours.training_pictures(dataset) if dataset else None
    if known is None:
        return None
    rows = torch.cat([(known.y == k).nonzero()[:EACH, 0] for k in classes])
    return OwnImages(known.x[rows], torch.arange(len(classes)).repeat_interleave(EACH), tuple(f"class.{dataset}.{k}" for k in classes))


def clean(label: str) -> str:
    """A folder's name as a class can have it."""
    return " ".join("".join(c if c.isprintable() else " " for c in label).split())[:LONGEST] or "?"


def rename(pictures: OwnImages, names: list[str]) -> OwnImages:
    """The pictures with their classes renamed, one for each; classes of one name become one."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(normalize_name(name), name)
    order = list(spelled)
    mapping = torch.tensor([order.index(normalize_name(name)) for name in names], dtype=torch.int64)
    y = mapping[pictures.y] if len(pictures) else pictures.y
    return replace(pictures, y=y, labels=tuple(spelled.values()))


def retitle(names: dict[str, str], shown: tuple[str, ...], typed: list[str]) -> dict[str, str]:
    """What the folders' classes are called once those shown are called as typed."""
    now = {normalize_name(name): new for name, new in zip(shown, typed, strict=True)}
    return {label: now.get(normalize_name(name), name) for label, name in names.items()}


def doubts(t, pictures: OwnImages, is_new: bool) -> list[str]:
    """What to think of before a run: few pictures, uneven classes, one class, a beginning from nothing, doubtful pictures."""
    counts = pictures.y.bincount(minlength=len(pictures.labels)).tolist()
    few = [name for name, n in zip(pictures.labels, counts, strict=True) if n < FEW]
    said = [
        (bool(few), "few", {"names": t("separator").join(few), "n": FEW}),
        (len(counts) == 1, "one", {}),
        (max(counts) >= UNEVEN * min(counts), "uneven", {"most": max(counts), "least": min(counts)}),
        (is_new and len(pictures) < 500, "new", {"n": len(pictures)}),
        (len(pictures.doubts) > 0, "doubtful", {"n": len(pictures.doubts), "why": t.problem(pictures.doubts[0].note) if pictures.doubts else ""}),
    ]
    return [t(f"train.warn.{key}", **values) for is_so, key, values in said if is_so]


def reasons(t, remarks: tuple[Remark, ...]) -> list[dict]:
    """What was left out, by the reason."""
    files: dict[str, list[str]] = {}
    for remark in remarks:
        why = t.problem(remark.note) if not isinstance(remark.note, str) else remark.note
        files.setdefault(why, []).append(f"{remark.label}/{remark.file}" if remark.label else remark.file)
    return [{"why": why, "files": names} for why, names in files.items()]


def class_list(t, pictures: OwnImages, known: tuple[str, ...], is_example: bool, is_new: bool) -> dict:
    """The class list's value; `known`: the base's classes."""
    spelled = [normalize_name(label) for label in known]
    counts = pictures.y.bincount(minlength=len(pictures.labels)).tolist()
    notes = [t("train.known" if normalize_name(name) in spelled else "train.new") if known and not is_new else "" for name in pictures.labels]
    rows = [{"name": name, "count": n, "note": note} for name, n, note in zip(pictures.labels, counts, notes, strict=True)]
    title = t("train.example" if is_example else "train.pictures", n=len(pictures), k=len(rows))
    return {
        "title": title, "rows": rows, "fixed": is_example, "left": reasons(t, pictures.left_out),
        "warnings": doubts(t, pictures, is_new) if rows and not is_example else [],
    }  # fmt: skip


def blank(registry, t, s) -> dict:
    """An update of the pad on which one picture is drawn: empty, for pictures of this kind."""
    _, size, channels = form_of(registry, s.dataset, s.model)
    picture = {"pixels": pixels(torch.zeros(1, channels, size, size)), "label": -1, "source": "blank"}
    hint = t("train.one_hint") if s.dataset == "mnist" else t(f"hint.{s.dataset}")
    return gr.update(value=picture, dataset=s.dataset, hint=hint, text=uploads.pad_words(t, t("train.one_picture")))


def scale(rows: int) -> int:
    """How large a pixel may be, that so many rows stand above the fold."""
    return 4 if rows <= 2 else 3 if rows <= 4 else 2


def seen(t, pictures: OwnImages, desk: Desk | None = None, page: int = 0) -> dict:
    """The canvas before a run: what the model will see, a class a row, so many of each and the doubtful first; those of a desk can be corrected."""
    classes = pictures.y.unique().tolist()[:SHOWN]
    if not classes:
        return {"sections": []}
    doubtful = {(remark.label, remark.file) for remark in pictures.doubts}
    doubted = [(item.label, item.file) in doubtful for item in pictures.items] or [False] * len(pictures)
    n = min(SEEN, int(pictures.y.bincount().max()))
    cells = [k for label in classes for k in row_of(pictures, label, doubted, page)[:n]]
    x = torch.stack([torch.zeros_like(pictures.x[0]) if k is None else pictures.x[k] for k in cells]).float() / 255
    more = {}
    if desk:
        more = {
            "pick": True,
            "note": t("train.seen_note"),
            "meanings": [None if k is None else desk.key(pictures.items[k]) for k in cells],
        }
    if any(doubted):
        bad = [k is not None and doubted[k] for k in cells]
        more |= {"captions": [t("train.doubtful") if b else "" for b in bad], "good": [False if b else None for b in bad]}
    return {
        "sections": [
            section(t("train.seen"), pixels(x), n, scale=scale(len(classes)), rows=[pictures.labels[k] for k in classes], name="seen", **more)
        ]
    }


def row_of(pictures: OwnImages, label: int, doubted: list[bool], page: int) -> list[int | None]:
    """SEEN pictures of a class, on a page of all of them: their numbers, None where there are fewer."""
    every = sorted((pictures.y == label).nonzero().flatten().tolist(), key=lambda k: not doubted[k])
    begin = page * SEEN % (-(-len(every) // SEEN) * SEEN)
    shown: list[int | None] = [*every[begin : begin + SEEN]]
    return shown + [None] * (SEEN - len(shown))


def has_more(pictures: OwnImages) -> bool:
    """Whether a class has more pictures than are seen."""
    return len(pictures) > 0 and int(pictures.y.bincount().max()) > SEEN


def sheet(t, learner: Learner, seed: int) -> dict:
    """The canvas during a run and after it: of each class a few real pictures, beside them what fixed z have become; of a model without classes
    what it makes of the real ones."""
    n = SEEN // 2 if learner.redraws else REAL
    drawn = learner.redraw(n) if learner.redraws else learner.draw(SEEN - n, seed)
    real, drawn = (x.unflatten(0, (len(learner.classes()), -1)) for x in (learner.examples(n), drawn))
    labels = learner.task.about["labels"]
    rows = [labels[k] if labels else t("train.all") for k in learner.classes()]
    head = [t("train.real"), *[""] * (n - 1), t("train.redrawn" if learner.redraws else "train.drawn"), *[""] * (SEEN - n - 1)]
    x = torch.cat([real, drawn], dim=1).flatten(0, 1)
    about = {"seed": seed, "steps": learner.task.run.step}
    return {
        "about": about,
        "sections": [section(t("train.sheet"), pixels(x), SEEN, scale=scale(len(rows)), rows=rows, head=head, name="sheet")],
    }


def curves(t, learner: Learner) -> dict:
    """The charts' value: each network's loss, and the error of the pictures held out."""
    minutes, losses = learner.losses()
    charts = [
        {
            "title": t.phrases.get(f"train.turn.{turn}", turn),
            "lines": [{"name": t("train.loss"), "x": minutes, "y": [None if math.isnan(v) else round(v, 4) for v in values]}],
        }
        for turn, values in losses.items()
    ]
    if learner.best:
        x, y = [list(pair) for pair in zip(*learner.looks, strict=True)] if learner.looks else ([], [])
        charts.append({"title": t("train.held_out", n=len(learner.task.held_out)), "lines": [{"name": t("train.error"), "x": x, "y": y}]})
    return {"charts": charts, "until": learner.budget.minutes or 1, "at": learner.minutes}


def outcome(t, learner: Learner) -> list[str]:
    """Sentences of what was measured."""
    known = {key: 100 * value if key.endswith(("_acc", "_before")) else value for key, value in learner.figures.items()}
    known["right"] = known.get("own_reader_acc", 0) * known.get("held_out_n", 0) / 100
    said = {"read": ("own_read_acc", "held_out_n", "right"), "kept": ("kept_acc", "kept_acc_before"), "copies": ("copy_ratio",)}
    told = [t(f"train.figure.{name}", **{key: known[key] for key in keys}) for name, keys in said.items() if set(keys) <= known.keys()]
    return [t("train.figure.early"), *told] if known.get("own_read_acc", 100) < EARLY else told


def names_of(desk: Desk) -> list[str]:
    """What a visitor calls the classes of their pictures, in these' order."""
    return [desk.names.setdefault(label, clean(label)) for label in desk.labels()]


def pictures_of(registry, t, s, desk: Desk | None) -> OwnImages | None:
    """A visitor's pictures under the names they gave the classes; those of the example where they brought none; None where there are none of the kind."""
    if desk and desk.items:
        return desk.prepared and rename(desk.prepared[1], names_of(desk))
    pictures = example(s.dataset)
    return pictures and rename(pictures, [t.phrases.get(key, key.rpartition(".")[2]) for key in pictures.labels])


def show_pictures(registry, t, s, desk: Desk | None, page: int = 0) -> dict:
    """The classes, what the model will see of them, and whether it may begin."""
    pictures, is_own = pictures_of(registry, t, s, desk), bool(desk and desk.items)
    value = {"phase": "ready", "can_start": bool(pictures and len(pictures) > 1), "done": ["train.mine"] * is_own}
    shown = {"classes": {}, "canvas": {"sections": []}, "curves": {}, "empty": gr.update(visible=is_own), "page": page,
        "others": gr.update(visible=is_own and pictures is not None and has_more(pictures))}  # fmt: skip
    if pictures is None:
        return shown | {"run": value | {"text": t("train.bring")}}
    known = registry.info(base_of(registry, s.dataset, s.model)).labels if s.model == NEW or has_classes(registry, s.model) else ()
    classes = class_list(t, pictures, known, not is_own, s.model == NEW)
    text = t("train.estimate", minutes=s.minutes, all=math.ceil(s.minutes * OVERHEAD + MEASURING)) if value["can_start"] else t("train.none")
    run = value | {"text": text} | (ask_consent(t, desk) if desk else {})
    return shown | {"classes": classes, "canvas": seen(t, pictures, desk if is_own else None, page), "run": run}


def ask_consent(t, desk: Desk) -> dict:
    """What the run bar has to ask before a run: whether the people who are seen agreed."""
    people = desk.people()
    return {"consent": t("train.consent", n=len(people), file=f"{people[0].label}/{people[0].file}")} if people else {}
