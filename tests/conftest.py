"""What tests stand on: one seed for property tests, interrupts that arrive, and a real browser where there is one."""

import os
import shutil
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A shell that runs the tests in the background has interrupts ignored, and every program that they start would inherit
# that: Ctrl-C is what many of them wait for.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Nor do the width and the colours of whoever runs the tests decide what the programs that they start print.
for name in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR"):
    os.environ.pop(name, None)

# Property tests give the same answer on every run and on every machine, however slow.
settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5_000)
settings.load_profile("reproducible")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
AT_HOME = {"file", "data", "blob", "about"}


def chromium_path() -> str | None:
    named = os.environ.get("RTLOG_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


# Of a module and not of the session: while it lives it owns the thread's event loop, which other modules' asyncio
# tests need.
@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    path = chromium_path()
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(CHROMIUM_NAMES)} on PATH, and RTLOG_CHROMIUM is not set")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most runs of a few tests open no browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """Give what `page` had to complain of so far: errors on its console, and what it asked other hosts for."""
    return []


@pytest.fixture
def page(chromium: "Browser", complaints: list[str]) -> Iterator["Page"]:
    """Give an empty tab; a test that leaves complaints fails."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda raised: complaints.append(str(raised.error)))
    context.on("request", lambda request: complaints.append(request.url) if _goes_out(request.url) else None)
    yield context.new_page()
    context.close()
    assert complaints == []


def _goes_out(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in AT_HOME and parts.hostname not in {"127.0.0.1", "localhost"}
