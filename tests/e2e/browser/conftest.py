"""Pages that `rtlog timeline --output-format html` wrote, opened in a real browser."""

import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page

from rtlog.cli.app import main

SAMPLES = Path(str(files("rtlog.recordings.samples")))


def sample_at(name: str) -> Path:
    return next(SAMPLES.glob(f"{name}-*.rtlog.jsonl"))


@pytest.fixture
def sample() -> Callable[[str], Path]:
    """A function that gives the path of a sample by the start of its name."""
    return sample_at


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A function that draws a recording, a sample by the start of its name or a file, and gives the page's path."""

    def draw(recording: str | Path, *options: str) -> Path:
        source = sample_at(recording) if isinstance(recording, str) else recording
        target = tmp_path / "timeline.html"
        arguments = ["rtlog", "timeline", str(source), "--output-format", "html", "-o", str(target), *options]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        return target

    return draw


@pytest.fixture
def opened(page: Page, drawn: Callable[..., Path]) -> Callable[..., Page]:
    """A function that draws a recording and gives its page, opened and painted."""

    def open_page(recording: str | Path, *options: str) -> Page:
        page.goto(drawn(recording, *options).as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
        # The rows of the table are there with the first frame, which a busy machine may draw much later.
        page.evaluate("() => new Promise(requestAnimationFrame)")
        return page

    return open_page
