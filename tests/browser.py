"""A browser for the pages that people decide on (needs Chromium and Playwright)."""

import os
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
QUIET = [  # as root in a container, and without a word to anybody
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    if not CHROMIUM:
        pytest.skip("needs Chromium; set CHROMIUM to its path")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(browser):
    """A browser page; whatever goes wrong in it or is asked of a network fails the test."""
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(120_000)  # milliseconds; a machine may have more to do
    opened = context.new_page()
    wrong = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    opened.on(
        "request",
        lambda request: (
            wrong.append(request.url)
            if request.url.split(":")[0] not in ("file", "data", "blob")
            else None
        ),
    )
    yield opened
    context.close()
    assert wrong == [], wrong
