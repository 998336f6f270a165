"""A comparison for an issue."""

from dataclasses import replace
from pathlib import Path
from typing import TextIO

from rtlog.cli.diffing.sides import Page
from rtlog.cli.painting import draws_lifelines
from rtlog.timelines.diffing.diff_markdown import markdown
from rtlog.timelines.diffing.diff_text import Style
from rtlog.timelines.drawing import ASCII, LINES


def render(page: Page, context: int, stream: TextIO) -> None:
    """Print *page*; of its paths only the names, which say nothing of a person's machine."""
    a, b = (replace(side, title=Path(side.title).name) for side in page.sides)
    drawing = LINES if draws_lifelines(stream.encoding or "ascii") else ASCII
    lines = markdown(page.comparison, (a, b), page.tellers, Style(drawing, context))
    stream.writelines(f"{line}\n" for line in lines)
