"""A chart as a person wants to see it: the page that is shown, and who tells its sentences."""

from dataclasses import dataclass

from rtlog.cli.charting import Chart
from rtlog.cli.rendering.times import instant
from rtlog.cli.rendering.wishes import Format, Style, Wishes
from rtlog.timelines import lookup, windows
from rtlog.timelines.choice import Choice
from rtlog.timelines.rows import Row, rows
from rtlog.timelines.telling import Teller
from rtlog.timelines.windows import Selection, Window


@dataclass(frozen=True, slots=True)
class View:
    """What a rendering draws: `page` holds the rows that are shown, those that `selection` chooses."""

    chart: Chart
    wishes: Wishes
    selection: Selection
    page: list[Row]
    teller: Teller


def view_of(chart: Chart, wishes: Wishes) -> View:
    """Give what *wishes* show of *chart*; raises UnknownNameError for what the recording does not have."""
    timeline = chart.timeline
    teller = Teller(timeline.names, timeline.epoch, private=wishes.tells_words)
    selection = _selection(chart, wishes)
    return View(chart, wishes, selection, rows(timeline, selection, fold=wishes.fold), teller)


def _selection(chart: Chart, wishes: Wishes) -> Selection:
    timeline = chart.timeline
    return Selection(
        _windows(chart, wishes),
        item=lookup.item_of(timeline, wishes.item) if wishes.item else None,
        response=lookup.response_of(timeline, wishes.response) if wishes.response else None,
        call=lookup.call_of(timeline, wishes.call) if wishes.call else None,
        choice=Choice(wishes.types, wishes.not_types, frozenset(wishes.lanes)),
    )


def _windows(chart: Chart, wishes: Wishes) -> tuple[Window, ...] | None:
    if wishes.around is not None:
        return windows.around(chart.timeline, wishes.around, wishes.pad)
    if wishes.start is not None or wishes.end is not None:
        start, end = (None if text is None else instant(text, chart) for text in (wishes.start, wishes.end))
        return windows.between(chart.timeline, start, end)
    if wishes.filters:
        return None
    return None if _shows_whole(wishes) else windows.of_stories(chart.timeline)


def _shows_whole(wishes: Wishes) -> bool:
    """Say whether the whole recording is shown where nobody asked for a part: it can be scrolled or zoomed."""
    if wishes.output_format is Format.HTML:
        return True
    return wishes.style is Style.LANES and wishes.output_format is not Format.MARKDOWN
