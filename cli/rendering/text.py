"""Timelines in a terminal."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TextIO

from rich.console import Console

from rtlog.cli.console import console_for
from rtlog.cli.formats.by_ids import coarse
from rtlog.cli.formats.story_text import headline
from rtlog.cli.painting import draws_lifelines, paint
from rtlog.cli.rendering.view import View
from rtlog.cli.rendering.wishes import Style
from rtlog.timelines.drawing import drawing_for
from rtlog.timelines.step_walk import walk
from rtlog.timelines.swimlanes import draw
from rtlog.timelines.t_list import listing
from rtlog.timelines.telling import Line

STYLES: Final[Mapping[Style, Callable[..., Iterator[Line]]]] = {
    Style.LANES: draw,
    Style.STEPS: walk,
    Style.LIST: listing,
}


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print *views* one after the other."""
    console = console_for(stream)
    for number, view in enumerate(views):
        if number:
            stream.write("\n")
        console.print(headline(view.chart.report), soft_wrap=True)
        clock = view.chart.timeline.coarse
        if clock is not None:
            console.print(f"untimed; {coarse(*clock.span)}", style="dim", soft_wrap=True)
        paint(console, _drawn(view, console))


def _drawn(view: View, console: Console) -> Iterable[Line]:
    drawing = drawing_for(console.width, ascii_only=not draws_lifelines(console.encoding))
    return STYLES[view.wishes.style](view.chart.timeline, view.page, view.teller, drawing)
