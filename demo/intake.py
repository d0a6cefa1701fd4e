"""What a visitor of the Train tab brings: pictures taken in, looked at, corrected, named; answers to its controls, `s` being its Form."""

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from demo import bases, corrections, lessons, studio, validation
from demo.studio import Desk
from demo.widgets.base import Sent, from_pixels
from genlib import images
from genlib.errors import InputError


def look(registry, t, s, request: gr.Request) -> Iterator[dict]:
    """The pictures anew, prepared for the model that is chosen now."""
    desk = registry.studio.find(request.session_hash)
    check_idle(desk)
    if desk and desk.items:
        for n in desk.prepare(*bases.form_of(registry, s.dataset, s.model)):
            if n % 10 == 1:
                text = t("train.looking", n=n, all=len(desk.items))
                yield {"run": {"phase": "preparing", "text": text}}
    yield lessons.show_pictures(registry, t, s, desk, page_of(s))


def page_of(s) -> int:
    """Raises InputError."""
    return validation.whole(s.page, "the page", 0, studio.PICTURES)


def check_idle(desk: Desk | None) -> None:
    """Raises InputError while a run goes on at the desk."""
    if desk and desk.is_busy:
        raise InputError("your training goes on: stop it before you change what it learns")


def idle_desk(registry, request: gr.Request) -> Desk:
    """The visitor's desk, a clean one if they have none.  Raises InputError while their run goes on."""
    desk = registry.studio.desk(request.session_hash)
    check_idle(desk)
    return desk


def take(registry, t, s, request: gr.Request) -> Iterator[dict]:
    """What a visitor brings: beside what they brought before."""
    desk = idle_desk(registry, request)
    desk.take(list(s.files or []), t("train.class", k=len(desk.labels()) + 1))
    yield from look(registry, t, s, request)


def add(registry, t, s, request: gr.Request) -> Iterator[dict]:
    """One picture drawn or photographed here, beside what was brought before, and the pad empty for the next."""
    if s.editing:
        yield from put(registry, t, s, request)
        return
    picture, label = Sent.of(s.picture), lessons.clean(s.label) if s.label.strip() else ""
    if picture["source"] not in ("drawn", "upload", "camera"):
        raise InputError("draw a picture first, or photograph one")
    if not label:
        raise InputError("say which class the picture is of")
    desk = idle_desk(registry, request)
    desk.add(images.png(from_pixels(picture["pixels"], most=1)), label)
    yield {"picture": lessons.blank(registry, t, s)}
    yield from look(registry, t, s, request)


def correct(registry, t, s, request: gr.Request, event: gr.EventData) -> dict:
    """A picture was pressed: it is opened on the pad."""
    key = Sent.of(event._data).get("meaning")
    return corrections.open_on_pad(registry, t, s, idle_desk(registry, request), key) if isinstance(key, str) else {}


def put(registry, t, s, request: gr.Request) -> Iterator[dict]:
    """The picture that is open, as it was corrected."""
    if not s.label.strip():
        raise InputError("say which class the picture is of")
    corrections.put_back(idle_desk(registry, request), s.editing, Sent.of(s.picture), lessons.clean(s.label))
    yield {"picture": lessons.blank(registry, t, s), **corrections.buttons()}
    yield from look(registry, t, s, request)


def leave_out(registry, t, s, request: gr.Request) -> Iterator[dict]:
    """The picture that is open, not to be learned."""
    desk = idle_desk(registry, request)
    desk.replace(corrections.find(desk, s.editing), None)
    yield {"picture": lessons.blank(registry, t, s), **corrections.buttons()}
    yield from look(registry, t, s, request)


def turn(registry, t, s, request: gr.Request) -> dict:
    """Other pictures of each class."""
    desk = registry.studio.find(request.session_hash)
    if not desk or desk.is_busy:
        return {}
    shown = lessons.show_pictures(registry, t, s, desk, page_of(s) + 1)
    return {name: shown[name] for name in ("canvas", "page")}


def choose(registry, t, s, request: gr.Request) -> Iterator[dict]:
    """Another kind of picture: its models."""
    names = bases.models_for(registry, s.dataset)
    s = replace(s, model=names[0])
    yield {"model": gr.update(choices=bases.model_choices(t, registry, names), value=s.model), "picture": lessons.blank(registry, t, s)}
    yield from look(registry, t, s, request)


def rename(registry, t, s, request: gr.Request) -> dict:
    """Classes under the names that were typed; two of one name are one class."""
    desk = registry.studio.find(request.session_hash)
    if not desk or not desk.prepared or desk.is_busy:
        return {}
    shown, typed = lessons.rename(desk.prepared[1], lessons.names_of(desk)).labels, [row["name"] for row in s.classes["rows"]]
    if len(typed) != len(shown):
        raise InputError("these are no longer the classes: load the page again")
    desk.names = lessons.retitle(desk.names, shown, typed)
    return lessons.show_pictures(registry, t, s, desk)
