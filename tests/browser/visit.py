"""What the browser tests share: a visitor whose console stays clean, and short words for what is done and seen."""

import contextlib
import os
import shutil

import pytest

BROWSER = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not BROWSER and not os.environ.get("GENLIB_REQUIRE_BROWSER"), reason="no Chromium on this machine"),
]


@contextlib.contextmanager
def visitor(browser, server: str, **options):
    """A fresh visitor; at the end: no console error, no request to another host.  `page.expected` is an error that may come."""
    page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}} | options)
    page.set_default_timeout(30_000)
    errors, abroad = [], []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.on("request", lambda r: abroad.append(r.url) if not r.url.startswith((server, "data:", "blob:")) else None)
    yield page
    page.close()
    errors = [error for error in errors if error != getattr(page, "expected", None)]
    assert not errors, errors
    assert not abroad, abroad


def drawn(page, selector):
    return page.eval_on_selector(selector, "c => c.toDataURL()")


def settled(page, quiet: int = 1500) -> None:
    """Wait until the page has asked for nothing for so many milliseconds: other tabs are filled after the one in sight."""
    asked = []
    page.on("request", lambda r: asked.append(r.url))
    while True:
        before = len(asked)
        page.wait_for_timeout(quiet)
        if len(asked) == before:
            return


def open_tab(page, server, tab, more=""):
    page.goto(f"{server}/?tab={tab}{more}")
