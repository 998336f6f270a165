"""A timeline as a picture: swim lanes are drawn, steps and lists are the terminal's view."""

from collections.abc import Iterable
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from rtlog.cli.formats.story_text import headline
from rtlog.cli.painting import paint
from rtlog.cli.rendering.text import STYLES
from rtlog.cli.rendering.view import View
from rtlog.cli.rendering.wishes import Style
from rtlog.recordings.errors import RtlogError
from rtlog.timelines.drawing import drawing_for
from rtlog.timelines.telling import Line, Segment, printable
from rtlog.timelines.vector.chart import chart

COLUMNS: Final = 110
MOST_LINES: Final = 1_500
FONT: Final = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'
FORMAT: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {{width}} {{height}}">
<style>
.{{unique_id}}-matrix {{{{
font-family: {FONT}; font-size: {{char_height}}px; line-height: {{line_height}}px; white-space: pre;
}}}}
{{styles}}
</style>
<defs>{{lines}}</defs>
<rect fill="#ffffff" width="100%" height="100%"/>
<g transform="translate({{terminal_x}}, {{terminal_y}})" class="{{unique_id}}-matrix">
{{backgrounds}}
{{matrix}}
</g>
</svg>
"""
"""rich's own loads a font from the net and frames the view as a window."""
LIGHT: Final = TerminalTheme(
    (255, 255, 255),
    (31, 35, 40),
    [
        (36, 41, 47),
        (207, 34, 46),
        (26, 127, 55),
        (154, 103, 0),
        (9, 105, 218),
        (130, 80, 223),
        (5, 80, 174),
        (110, 119, 129),
    ],
)


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print the picture of the only view; raises RtlogError for several."""
    view, *others = islice(views, 2)
    if others:
        raise RtlogError("svg shows one recording at a time: name one, and one -o file for it")
    if view.wishes.style is not Style.LANES:
        stream.write(_terminal(view))
        return
    title = f"{printable(Path(view.chart.report.path).name)}: {headline(view.chart.report).plain.partition(': ')[2]}"
    stream.writelines(f"{line}\n" for line in chart(view.chart.timeline, view.page, view.teller, title))


def _terminal(view: View) -> str:
    console = Console(
        file=StringIO(), width=COLUMNS, record=True, force_terminal=True, color_system="truecolor", highlight=False
    )
    lines = STYLES[view.wishes.style](
        view.chart.timeline, view.page, view.teller, drawing_for(COLUMNS, ascii_only=False)
    )
    paint(console, islice(lines, MOST_LINES))
    more = sum(1 for _ in lines)
    if more:
        paint(console, [Line((Segment(f"... {more} more lines are not drawn: choose a part of the recording ..."),))])
    return console.export_svg(title="", theme=LIGHT, code_format=FORMAT, unique_id="rtlog")
