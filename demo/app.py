"""Assemble the page: two languages on two routes, its tabs each, and the HTTP API."""

from pathlib import Path

import gradio as gr
import torch
from starlette.middleware import Middleware

from demo import address, api, boundary, studio, tensors, tour
from demo.front import MARK, Front
from demo.limits import PICTURES, UPLOAD, BoundedRequests
from demo.registry import ModelRegistry
from demo.tabs import arena, classes, compare, inpainting, interpolation, latent_map, pixel, swap, train
from demo.text import Text
from demo.upkeep import leave_pyplot_out, share_pools, upkeep
from demo.widgets.base import css

TABS = (latent_map, classes, swap, inpainting, pixel, interpolation, compare, arena, train)
STYLE = Path(__file__).parent / "style.css"
KEPT = 3600  # seconds that an answer or an upload stays
SESSIONS = 64  # of which Gradio remembers what it changed in their controls, 0.4 MB each


def page(registry: ModelRegistry, t: Text, blocks: gr.Blocks, other: str) -> None:
    """One language's page."""
    gr.HTML(
        f'<div class="masthead"><h1>{t("title")}</h1><span>{t("claim")}</span>{tour.menu(t)}'
        f'<a class="language" href="{other}" onclick="this.search = location.search">{t("other_language")}</a></div>{tour.bar(t)}'
    )
    with gr.Tabs(elem_classes="tabs", selected=MARK, overflow_behavior="wrap") as tabs:
        for tab in TABS:
            with gr.Tab(t(f"tab.{tab.TAB}"), id=tab.TAB):
                tab.build(registry, t, blocks)
    address.keep_tab(t, tabs, TABS[0].TAB)


def build_demo(extra: tuple[str, ...] = ()) -> gr.Blocks:
    """The whole app.  Reads the configs of the bundled checkpoints; loads no weights, touches no network."""
    registry = ModelRegistry(extra)
    with boundary.Page(registry, title="Latent Atelier", fill_width=True, analytics_enabled=False, delete_cache=(KEPT, KEPT)) as demo:
        gr.Navbar(visible=False)
        page(registry, Text("en"), demo, "zh")
        api.build(registry)
    with demo.route("中文", "/zh", show_in_navbar=False) as chinese:
        page(registry, Text("zh"), chinese, "./")
    return demo.queue(max_size=100, default_concurrency_limit=4)


def theme() -> gr.themes.Base:
    """Two neutrals and one accent, system fonts."""
    system = [
        "system-ui",
        "-apple-system",
        "Segoe UI",
        "Noto Sans",
        "Noto Sans CJK SC",
        "PingFang SC",
        "Microsoft YaHei",
        "sans-serif",
    ]
    colours, sizes = gr.themes.colors, gr.themes.sizes
    return gr.themes.Base(
        primary_hue=colours.blue,
        neutral_hue=colours.gray,
        text_size=sizes.text_lg,
        spacing_size=sizes.spacing_md,
        radius_size=sizes.radius_sm,
        font=system,
        font_mono=["ui-monospace", "monospace"],
    ).set(
        block_border_width="0px",
        block_shadow="none",
        block_label_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_700",
    )


def launch_kwargs() -> dict:
    """What belongs to launch() in Gradio 6; tests launch with the same."""
    share_pools()
    leave_pyplot_out()
    upload = PICTURES if studio.is_open() else UPLOAD
    torch.set_num_threads(1)  # many learners at once: one thread each is faster than all threads for one
    return {
        "theme": theme(), "css": STYLE.read_text() + css(),
        "footer_links": ["api"], "run_history": False, "ssr_mode": False,
        "enable_monitoring": False, "max_file_size": upload, "quiet": True, "state_session_capacity": SESSIONS,
        "app_kwargs": {
            "routes": tensors.ROUTES,
            "middleware": [Middleware(BoundedRequests, upload=upload), Middleware(Front, tabs=tuple(tab.TAB for tab in TABS), languages=("zh",))], "exception_handlers": boundary.HANDLERS, "lifespan": upkeep(KEPT),
        },
    }  # fmt: skip
