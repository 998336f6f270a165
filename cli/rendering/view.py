"""A chart as a person wants to see it: the page that is shown, and who tells its sentences."""

from dataclasses import dataclass

from rtlog.cli.charting import Chart
from rtlog.cli.rendering.choosing import selection_of
from rtlog.cli.rendering.wishes import Wishes
from rtlog.timelines.rows import Row, rows
from rtlog.timelines.telling import Teller
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
    teller = Teller(timeline.names, timeline.epoch, private=wishes.tells_words)
    selection = chart.selection or selection_of(timeline, chart.header.started, wishes)
    return View(chart, wishes, selection, rows(timeline, selection, fold=wishes.fold), teller)
