"""Chromium, and one visitor a test."""

import pytest

from tests.browser.visit import BROWSER, FLAGS, visitor


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    assert BROWSER, "GENLIB_REQUIRE_BROWSER is set and there is no Chromium"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, server):
    with visitor(chromium, server) as page:
        yield page
