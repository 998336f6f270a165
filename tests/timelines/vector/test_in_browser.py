"""The drawn chart in a real browser: it opens without complaint, and what is drawn is on the page."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import rows
from rtlog.timelines.telling import Teller
from rtlog.timelines.vector.chart import chart

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUTSIDE = """
() => {
  const {width, height} = document.documentElement.viewBox.baseVal;
  return [...document.querySelectorAll("text,rect,line,path,circle")]
    .filter((shape) => !shape.closest("defs"))
    .map((shape) => [shape.textContent, shape.getBBox()])
    .filter(([_, box]) => box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height)
    .map(([text, box]) => `${text} ${box.x} ${box.y} ${box.width} ${box.height}`);
}
"""
INVISIBLE = """
() => [...document.querySelectorAll("text,tspan")].filter((text) => getComputedStyle(text).fill === "none").length
"""
WORDS = {
    "japanese": "注文番号は七七四一です。" * 9,
    "arabic": "أين طلبي رقم ٧٧٤١ من فضلك؟ " * 5,
    "emoji": "👨\u200d👩\u200d👧\u200d👦 🇩🇪 👍🏽 " * 8,
    "one long word": "W" * 115,
}


def opened(timeline: Timeline, page: "Page", folder: Path) -> None:
    picture = folder / "chart.svg"
    lines = chart(timeline, rows(timeline), Teller(timeline.names, timeline.epoch), "r")
    picture.write_text("\n".join(lines), encoding="utf-8")
    page.goto(picture.as_uri())


@pytest.mark.parametrize("name", ["r01", "r02", "r06", "r10"])
def test_a_sample_is_drawn_within_its_page(
    name: str, page: "Page", of_sample: Callable[[str], Timeline], tmp_path: Path
) -> None:
    opened(of_sample(name), page, tmp_path)

    assert page.evaluate("document.querySelectorAll('text').length") > 50
    assert page.evaluate(INVISIBLE) == 0
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("script", WORDS)
def test_words_of_any_script_stay_within_the_page(
    script: str, page: "Page", of_tape: Callable[..., Timeline], tmp_path: Path
) -> None:
    tape = f'0 < committed m1\n1 < added m1 user\n2 < transcribed m1 "{WORDS[script].strip()}"\n9 > delete m1'
    opened(of_tape(tape), page, tmp_path)

    assert page.evaluate("document.querySelectorAll('text .private').length") > 0
    assert page.evaluate(OUTSIDE) == []
