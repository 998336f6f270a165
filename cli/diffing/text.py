"""A comparison in a terminal."""

from typing import Final, TextIO

from rich.text import Text

from rtlog.cli.console import console_for
from rtlog.cli.diffing.sides import Page
from rtlog.cli.formats.story_text import headline
from rtlog.cli.painting import draws_lifelines, paint
from rtlog.timelines.diffing.diff_text import Style, difference
from rtlog.timelines.drawing import drawing_for

SIGNS: Final = ("--- A ", "+++ B ")


def render(page: Page, context: int, stream: TextIO) -> None:
    """Print *page*."""
    console = console_for(stream)
    for sign, report in () if page.comparison.same else zip(SIGNS, page.reports, strict=True):
        console.print(Text(sign).append_text(headline(report)), soft_wrap=True)
    drawing = drawing_for(console.width, ascii_only=not draws_lifelines(console.encoding))
    paint(console, difference(page.comparison, page.sides, page.tellers, Style(drawing, context)))
