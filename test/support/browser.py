"""Opens a page in a real browser and records its errors and requests."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = "chromium", "chromium-browser", "google-chrome", "chrome"
OFFLINE_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Options that keep the browser from using the network."""

READY = "html[data-ready=yes]"


def browser_program() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no browser is installed: install chromium")
    return found


@contextmanager
def open_browser() -> Generator[Browser]:
    """A browser, which takes longer to start than a page takes to load."""
    program = browser_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OFFLINE_OPTIONS)
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, path: Path) -> Generator[tuple[Page, list[str]]]:
    """A page that has finished loading, and its console messages, errors and requests."""
    page, complaints = browser.new_page(viewport={"width": 1400, "height": 1000}), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(READY, timeout=20_000)
    complaints.remove(path.as_uri())
    yield page, complaints
    page.context.close()
