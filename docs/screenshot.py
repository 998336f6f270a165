"""Takes `docs/timeline.png`, the page of `rtlog timeline --output-format html`: `python docs/screenshot.py`.

Needs Chromium (`RTLOG_CHROMIUM`, or on PATH) and pngquant, which makes the picture small enough to keep.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).parents[1]
SAMPLE: Final = ROOT / "recordings/samples/r01-in-flight-delete-5021.rtlog.jsonl"
PICTURE: Final = ROOT / "docs/timeline.png"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
KEYS: Final = ("n",)
"""Pressed once the page is open: the first finding, with its evidence."""
LARGEST: Final = 200_000


def main() -> None:
    chromium = os.environ.get("RTLOG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    pngquant = shutil.which("pngquant")
    if chromium is None or pngquant is None:
        sys.exit("docs/screenshot.py: Chromium and pngquant are needed")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "timeline.html"
        command = ["-m", "rtlog.cli", "timeline", str(SAMPLE), "--output-format", "html", "-o", str(page)]
        subprocess.run([sys.executable, *command], check=True)
        photograph(chromium, page)
    subprocess.run([pngquant, "--force", "--speed", "1", "--output", str(PICTURE), "128", str(PICTURE)], check=True)
    if PICTURE.stat().st_size > LARGEST:
        sys.exit(f"docs/screenshot.py: {PICTURE.name} is larger than {LARGEST} bytes")


def photograph(chromium: str, page: Path) -> None:
    """Open *page*, press the keys and take the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        tab = browser.new_page(viewport={"width": 1400, "height": 860}, reduced_motion="reduce", color_scheme="light")
        tab.goto(page.as_uri())
        tab.wait_for_selector("html[data-ready]", state="attached")
        for key in KEYS:
            tab.keyboard.press(key)
        tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        tab.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
