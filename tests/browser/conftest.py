"""Chromium, and one visitor a test."""

import pytest

from tests.browser.visit import BROWSER, FLAGS, visitor


def pytest_collection_modifyitems(items):
    """A visit is tried twice: two cores shared with another worker now and then answer later than a test waits."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.flaky(reruns=1))


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
