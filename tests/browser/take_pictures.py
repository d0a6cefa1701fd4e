"""Take the README's pictures of the tabs, at twice the size they are shown:  python -m tests.browser.take_pictures"""

import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from demo.app import build_demo, launch_kwargs

OUT = Path(__file__).parents[2] / "demo" / "pictures"
READY = {
    "latent": ("tab=latent", "[data-ready=yes]"),
    "classes": ("tab=classes", ".pixel_canvas canvas"),
    "swap": ("tab=swap", ".pixel_canvas canvas"),
    "faces": ("tab=swap&dataset=faces", ".dome button"),
    "sprites": ("tab=inpaint&dataset=sprites", ".passes canvas"),
    "inpaint": ("tab=inpaint", ".passes canvas"),
    "pixel": ("tab=pixel", ".pixel_stream canvas"),
    "interpolate": ("tab=interpolate", ".passes canvas"),
    "compare": ("tab=compare", ".figure_table td"),
    "arena": ("tab=arena", ".arena canvas"),
    "train": ("tab=train", ".class_list li"),
}


def main() -> None:
    demo = build_demo()
    _, url, _ = demo.launch(prevent_thread_lock=True, server_name="127.0.0.1", **launch_kwargs())
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"), args=["--no-sandbox"])
        for name, (query, ready) in READY.items():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{url}?{query}")
            page.wait_for_selector(ready)
            page.wait_for_timeout(2500)
            page.screenshot(path=OUT / f"{name}.png")
            with Image.open(OUT / f"{name}.png") as picture:  # a palette is enough for a flat page, and a fifth of the size
                picture.convert("RGB").quantize(128).save(OUT / f"{name}.png", optimize=True)
        browser.close()
    demo.close()


if __name__ == "__main__":
    main()
