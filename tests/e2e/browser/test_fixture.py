"""The browser that other tests use is real, and tells when a page misbehaves."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def test_a_tab_runs_scripts_and_reads_files(page: Page, tmp_path: Path):
    (tmp_path / "a.html").write_text("<p id=a>0</p><script>document.getElementById('a').textContent = 6 * 7</script>")

    page.goto((tmp_path / "a.html").as_uri())

    assert page.locator("#a").inner_text() == "42"


def test_the_browser_is_chromium(chromium: Browser):
    assert chromium.browser_type.name == "chromium"
    assert int(chromium.version.split(".")[0]) >= 100


def test_a_page_that_misbehaves_is_told(page: Page, complaints: list[str]):
    # A port that a browser never asks: nobody waits for a resolver, which may be slow to say no.
    with page.context.expect_event("weberror"), page.expect_event("requestfailed"):
        page.set_content("<script>console.error('oh'); setTimeout(() => { throw new Error('no') })</script>")
        page.evaluate("fetch('http://elsewhere.invalid:1/').catch(() => 0)")

    told = " ".join(complaints)
    complaints.clear()
    assert "oh" in told
    assert "no" in told
    assert "http://elsewhere.invalid:1/" in told
