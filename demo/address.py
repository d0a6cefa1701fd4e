"""The state of a tab as its address: copied, read, and shown by a fresh page."""

import contextlib
import copy
import dataclasses
import functools
import html
import json
import typing
from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.events import EXPECTED, guard
from demo.samples import DATASETS
from genlib.errors import InputError

# What stands in an address for a control's value: itself, a mask's bits, a sample's number, or a picture's pixels.
LINK = """(tab, names, values) => {
    const packed = (mask) => {
        const bytes = new Uint8Array(Math.ceil(mask.length / 8));
        [...mask].forEach((digit, i) => { bytes[i >> 3] |= +digit << (7 - (i & 7)); });
        return btoa(String.fromCharCode(...bytes));
    };
    const own = (v) => typeof v === "string" && v.startsWith("mine-"); // a visitor's own model: its name is its key, and it is gone with the page
    const plain = (v) => own(v) ? "" : !v || !v.pixels ? v : v.mask ? packed(v.mask) : (v.source || "").startsWith("sample ") ? v.source.slice(7) : v.pixels.data;
    const query = new URLSearchParams({ tab }), lecture = new URLSearchParams(location.search).get("lecture");
    if (lecture) query.set("lecture", lecture);
    names.forEach((name, i) => Object.entries(values[i]?.state || { [name]: values[i] }).forEach(([key, value]) => query.set(key, plain(value) ?? "")));
    return location.origin + location.pathname + "?" + query;
}"""


def link_button(t, tab: str, controls: dict) -> None:
    """Copies the address that restores the tab's whole state; the address bar has it at every change.  On a phone, before it, what unfolds the rest."""
    fold = "this.ariaExpanded = this.closest('.workbench').classList.toggle('unfolded')"
    gr.HTML(f'<button class="more" aria-expanded="false" onclick="{fold}">{html.escape(t("control.more"))}</button>', elem_classes="fold")
    names, shown = json.dumps(list(controls)), f"#link-{tab}-{t.language}"
    script = f"""(...values) => {{
        const link = ({LINK})("{tab}", {names}, values);
        history.replaceState(null, "", link);
        const button = document.querySelector("{shown} button") || document.querySelector("{shown}");
        const say = (text) => {{
            button.textContent = text;
            clearTimeout(button.back);
            button.back = setTimeout(() => {{ button.textContent = {json.dumps(t("control.link"))}; }}, 1500);
        }};
        const field = button.nextElementSibling?.matches(".by-hand") ? button.nextElementSibling : null;
        const byHand = () => {{
            const box = field || document.createElement("label"), input = box.lastElementChild || document.createElement("input");
            box.className = "by-hand";
            box.replaceChildren({json.dumps(t("control.copy_by_hand"))}, input);
            Object.assign(input, {{type: "text", readOnly: true, value: link, onfocus: () => input.select()}});
            button.after(box);
            input.focus();
        }};
        const copied = navigator.clipboard ? navigator.clipboard.writeText(link) : Promise.reject();
        copied.then(() => {{ field?.remove(); say({json.dumps(t("control.copied"))}); }}, byHand);
    }}"""
    button = gr.Button(t("control.link"), elem_id=f"link-{tab}-{t.language}", elem_classes="link", size="sm", variant="secondary")
    button.click(None, list(controls.values()), None, js=script, api_visibility="private")
    keep(t, tab, controls)


def keep(t, tab: str, controls: dict) -> None:
    """The state in the address at every change a person makes, so that reload, Back, language and a bookmark keep it.

    Each tab remembers its own while another is in sight.  A model's name, as address and API have it, is its control's tooltip.
    """
    names, shown = list(controls), "more" if "more" in controls else "model"
    script = f"""(...values) => {{
        const field = document.querySelector("#link-{tab}-{t.language}")?.closest(".workbench").querySelector(".model input");
        if (field) field.title = values[{names.index(shown) if shown in names else -1}] || "";
        if (!window.touched) return;
        const link = ({LINK})("{tab}", {json.dumps(names)}, values);
        (window.links ||= {{}})["{tab}"] = link;
        if (document.querySelector("#link-{tab}-{t.language}")?.checkVisibility()) history.replaceState(null, "", link);
    }}"""
    moved = [getattr(control, kind) for control in controls.values() for kind in ("change", "input") if hasattr(control, kind)]
    gr.on(moved, None, list(controls.values()), None, js=script, queue=False, show_progress="hidden", api_visibility="private")


def keep_tab(t, tabs: gr.Tabs, first: str) -> None:
    """Another tab's address when it comes into sight: as it was left, or its name alone.  first: the tab that an address without one opens."""
    script = f"""() => requestAnimationFrame(() => {{
        const shown = [...document.querySelectorAll("[id^=link-][id$=-{t.language}]")].find((button) => button.checkVisibility());
        if (!shown || !window.touched) return;
        const tab = shown.id.split("-")[1], here = new URLSearchParams(location.search).get("tab") || "{first}";
        // Back leads to the tab before: see shell.js.
        history[tab === here ? "replaceState" : "pushState"](null, "", (window.links || {{}})[tab] || location.pathname + "?tab=" + tab + (new URLSearchParams(location.search).has("lecture") ? "&lecture=1" : ""));
    }})"""
    tabs.select(None, None, None, js=script, queue=False, show_progress="hidden", api_visibility="private")


def parse(field: dataclasses.Field, text: str):
    """A State's field, of the first type it is declared with.  Raises LookupError or ValueError."""
    if field.type is Any:  # a picture or a mask, which a pad takes as the text it is
        return text
    kind: Any = (typing.get_args(field.type) or (field.type,))[0]
    return {"true": True, "false": False}[text] if kind is bool else kind(text)


def read_state(initial, query: dict):
    """The State an address asks for; a field that is missing there, or does not fit, is as it is initially."""
    values = {}
    for field in dataclasses.fields(initial):
        with contextlib.suppress(LookupError, ValueError):
            values[field.name] = parse(field, query[field.name])
    return dataclasses.replace(initial, **values)


def replace_missing(state, names: Callable[[str], list[str]]):
    """The State with its data set and model replaced where they are not here.  Raises InputError where no model is."""
    dataset = next((d for d in (state.dataset, *DATASETS) if names(d)), None)
    if dataset is None:
        raise InputError("no model for this tab is here")
    offered = names(dataset)
    return dataclasses.replace(state, dataset=dataset, model=state.model if state.model in offered else offered[0])


def when_opened(t, show, outputs) -> None:
    """Fills a tab when it comes into sight first, which is when Gradio makes what is in it; until then nothing is asked for it."""
    opening = gr.HTML(js_on_load='trigger("input")', elem_classes="opening")  # not `load`: Gradio takes every such for the page's own
    opening.input(guard(show, t), None, outputs, queue=False, show_progress="hidden", api_visibility="private")


def bind_load(t, tab: str, initial, names: Callable[[str], list[str]], function, outputs: dict, *bound) -> None:
    """What a fresh page shows: function(*bound, State) -> {an output's name: its update}, the State being what its address asks for.

    One address has one answer: it is worked out for the first visitor and kept for the next, unless it holds a picture.  An address that asks
    for what cannot be gets the page as it begins.
    """

    @functools.lru_cache(maxsize=32)
    def answer(query: tuple):
        try:
            return function(*bound, replace_missing(read_state(initial, dict(query)), names))
        except EXPECTED:
            if not query:
                raise
            return answer(())

    def show(request: gr.Request):
        query = dict(request.query_params) if request else {}
        ours = tuple(sorted(query.items())) if query.get("tab") == tab else ()
        is_own = any(len(value) > 200 for _, value in ours)  # a person's picture or mask: shown, and not kept
        updates = answer.__wrapped__(ours) if is_own else copy.deepcopy(answer(ours))  # Gradio empties the updates it is given
        return {outputs[name]: update for name, update in updates.items()}

    when_opened(t, show, list(outputs.values()))
