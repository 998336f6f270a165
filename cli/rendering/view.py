"""A chart as a person wants to see it: the page that is shown, and who tells its sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlog.cli.charting import Chart
from rtlog.cli.rendering.choosing import selection_of
from rtlog.cli.rendering.recorded_lines import recorded_lines
from rtlog.cli.rendering.wishes import Wishes
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.sources import STDIN
from rtlog.timelines.rows import EntryRow, Row, rows
from rtlog.timelines.telling import NO_LINES, Teller
from rtlog.timelines.windows import Selection


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
    selection = chart.selection or selection_of(timeline, chart.header.started, wishes)
    page = rows(timeline, selection, fold=wishes.fold)
    recorded = _recorded(chart, page, said=wishes.tells_words) if wishes.raw else NO_LINES
    teller = Teller(
        timeline.names, timeline.epoch, private=wishes.tells_words, recorded=recorded, coarse=timeline.coarse
    )
    return View(chart, wishes, selection, page, teller)


def _recorded(chart: Chart, page: Sequence[Row], *, said: bool) -> Mapping[int, str]:
    path = Path(chart.report.path)
    if path == STDIN:
        raise RtlogError("--raw reads a recording a second time, which standard input cannot be: name a file")
    wanted = {row.first.line for row in page if isinstance(row, EntryRow)}
    return recorded_lines(path, wanted, said=said).lines
