"""A chart as a person wants to see it: the page that is shown, and who tells its sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlog.cli.charting import Chart
from rtlog.cli.rendering.choosing import selection_of
from rtlog.cli.rendering.recorded_lines import recorded_lines
from rtlog.cli.rendering.wishes import Wishes
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.sources import STDIN
from rtlog.timelines.choice import Choice
from rtlog.timelines.lookup import nearest
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


def unmatched(chart: Chart, wishes: Wishes) -> Iterator[str]:
    """Say of which types that *wishes* ask for nothing is drawn, with the nearest that there are."""
    if not wishes.types:
        return
    here = sorted({at.type: None for at in chart.timeline.moments() if at.type})
    for name in wishes.types:
        choice = Choice((name,))
        if not any(choice.takes(each, "") for each in here):
            yield f"{chart.report.path}: no record is of type {name!r}{nearest(name, here)}"


def _recorded(chart: Chart, page: Sequence[Row], *, said: bool) -> Mapping[int, str]:
    path = Path(chart.report.path)
    if path == STDIN:
        raise RtlogError("--raw reads a recording a second time, which standard input cannot be: name a file")
    wanted = {row.first.line for row in page if isinstance(row, EntryRow)}
    return recorded_lines(path, wanted, said=said).lines
