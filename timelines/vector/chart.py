"""A timeline as a drawn sequence chart: lifelines, and arrows that slope from a request down to its answer.

A request slopes as long as it is unanswered: the tap sees when it left and when the answer came, and what crosses it on
the way is what a race is made of. When the server took it in between nobody knows, and the heading says so.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from rtlog.timelines.drawing import drawing_for
from rtlog.timelines.model import Arrow, Mark, Span, Timeline
from rtlog.timelines.rows import EntryRow, FoldRow, Row
from rtlog.timelines.swimlanes import SwimLanes
from rtlog.timelines.telling import Segment, Segments, Teller, clip
from rtlog.timelines.vector import markup
from rtlog.timelines.vector.layout import LEADING, Heights, Placed, stacked
from rtlog.timelines.vector.wrapping import wrapped

WIDTH: Final = 1240.0
TIME, TEXT, MARGIN = 86.0, 470.0, 16.0
LIFELINES: Final = {"local": 130.0, "client": 230.0, "server": 420.0}
COLUMNS: Final = 104
"""Of text, in a font of 12 pixels."""
MOST_ROWS: Final = 400
"""A picture that nobody can look at as a whole is cut, and says so."""
TOP: Final = 118.0
HEADS: Final = {"local": "application", "client": "client", "server": "server"}
LEGEND: Final = (
    "a sloping arrow: a request until it is answered (when the server took it in between nobody knows); red if refused",
    "bars: the user speaks (client); a response, its items in the making (server); push, tool, playback (application)",
)
BARS: Final = {
    "speech": ("client", -1),
    "response": ("server", 1),
    "item": ("server", 1),
    "push": ("local", -1),
    "tool": ("local", -1),
    "playback": ("local", -1),
}
"""Where what lasts is drawn: beside which lifeline, and on which side."""
BAR: Final = 5.0
SLOTS: Final = 4
"""Bars that stand beside one another at most."""


def chart(timeline: Timeline, page: Sequence[Row], teller: Teller, title: str) -> list[str]:
    """Give the lines of the file that shows *page* under *title*."""
    return _Chart(timeline, page, teller, title).lines()


class _Chart:
    def __init__(self, timeline: Timeline, page: Sequence[Row], teller: Teller, title: str) -> None:
        self._timeline = timeline
        self._teller = teller
        self._title = title
        self._page = page
        self._words = SwimLanes(timeline, teller, drawing_for(COLUMNS, ascii_only=False), 0)
        self._rows = list(stacked(islice(self._told(), MOST_ROWS), TOP))
        self._heights = Heights(self._rows)
        self._answered = {arrow.source.seq: arrow for arrow in timeline.arrows if arrow.kind == "answer"}

    def lines(self) -> list[str]:
        bottom = (self._rows[-1].bottom if self._rows else TOP) + LEADING
        below = [line for told in self._below() for line in wrapped(told, COLUMNS + 30)]
        height = bottom + LEADING * (len(below) + 1)
        parts = [
            *self._heading(),
            *(part for row in self._rows for part in _background(row)),
            *self._lifelines(bottom),
            *self._bars(),
            *(part for row in self._rows for part in self._row(row)),
            *self._calls(),
            *(markup.text(MARGIN, bottom + LEADING * (n + 1), line) for n, line in enumerate(below)),
        ]
        return markup.document(WIDTH, height, self._title, parts)

    def _told(self) -> Iterator[tuple[Row, list[Segments], list[tuple[Mark, int, int]]]]:
        for number, row in enumerate(self._page):
            following = self._page[number + 1] if number + 1 < len(self._page) else None
            parts = [wrapped(line.body, COLUMNS) for line in self._words.row(row, following)]
            acts = [mark for mark in row.entry.marks if mark.act] if isinstance(row, EntryRow) else []
            starts = [sum(map(len, parts[:count])) for count in range(len(acts) + 2)]
            findings = [(mark, starts[n + 1], starts[n + 1] + len(parts[n + 1])) for n, mark in enumerate(acts)]
            yield row, [line for part in parts for line in part], findings

    def _heading(self) -> Iterator[str]:
        yield markup.text(MARGIN, 26, (Segment(self._title),), "head")
        for number, text in enumerate(LEGEND):
            yield markup.text(MARGIN, 46 + LEADING * number, (Segment(text),), "note")
        for lane, x in LIFELINES.items():
            name = HEADS[lane]
            yield markup.text(x - len(name) * 3.9, TOP - 26, (Segment(name, lane),), "head")  # type: ignore[arg-type]

    def _lifelines(self, bottom: float) -> Iterator[str]:
        breaks = [row for row in self._rows if row.breaks]
        for x in LIFELINES.values():
            y = TOP - 18
            for row in breaks:
                yield markup.line((x, y, x, row.y - LEADING), "life")
                yield markup.line((x, row.y - LEADING, x, row.bottom + 4), "gap")
                y = row.bottom + 4
            yield markup.line((x, y, x, bottom), "life")

    def _bars(self) -> Iterator[str]:
        taken: dict[tuple[str, int], list[float]] = {}
        for span in sorted(self._timeline.spans, key=lambda span: span.start.seq):
            if span.kind not in BARS:
                continue
            reach = self._heights.between(span.start, span.end)
            if reach is None or reach[0] == reach[1]:
                continue
            ends = taken.setdefault(BARS[span.kind], [])
            slot = next((n for n, end in enumerate(ends) if end <= reach[0]), len(ends))
            ends[slot : slot + 1] = [reach[1]]
            yield self._bar(span, reach, min(slot, SLOTS - 1))

    def _bar(self, span: Span, reach: tuple[float, float], slot: int) -> str:
        lane, side = BARS[span.kind]
        x = LIFELINES[lane] + (slot * (BAR + 2) + 3) * side - (BAR if side < 0 else 0)
        until = "still open at the end" if span.end is None else f"until {self._teller.when(span.end)}"
        name = self._teller.names.response if span.kind == "response" else self._teller.names.item
        subject = clip(span.subject if span.kind == "push" else name(span.subject))
        title = f"{span.kind} {subject}, from {self._teller.when(span.start)} {until}"
        return markup.box(x, reach[0], BAR, reach[1] - reach[0], f"bar bar-{span.kind}", title)

    def _row(self, placed: Placed) -> Iterator[str]:
        row = placed.row
        if isinstance(row, EntryRow | FoldRow):
            when = self._teller.when(row.first)
            yield markup.text(TIME - len(when) * 7.3, placed.y, (Segment(when, "time"),))
            yield from self._sign(placed, row)
        for number, line in enumerate(placed.lines):
            yield markup.text(TEXT, placed.y + number * LEADING, line)

    def _sign(self, placed: Placed, row: EntryRow | FoldRow) -> Iterator[str]:
        y, client, server = placed.drawn, LIFELINES["client"], LIFELINES["server"]
        match row.first.dir if isinstance(row, EntryRow) or len(row.dirs) == 1 else "":
            case "local":
                yield markup.dot(LIFELINES["local"], y, "local")
            case "server":
                yield markup.line((server, y, client, y), "arrow wire-server", head=True)
            case "client":
                arrow = self._answered.get(row.first.seq)
                down = self._heights.of(arrow.target) if arrow is not None else None
                refused = " refused" if arrow is not None and arrow.outcome == "rejected" else ""
                points = (client, y, server, y if down is None else down)
                yield markup.line(points, f"arrow wire-client{refused}", head=True)

    def _calls(self) -> Iterator[str]:
        """Draw from each call to its output, beside the client."""
        for arrow in self._timeline.arrows:
            reach = self._reach(arrow) if arrow.kind == "output" else None
            if reach is not None:
                x, (start, end) = LIFELINES["client"] - 3, reach
                yield markup.path(
                    f"M{x:g} {start:g}C{x - 34:g} {start:g} {x - 34:g} {end:g} {x:g} {end:g}",
                    "arrow wire-output",
                    head=True,
                )

    def _reach(self, arrow: Arrow) -> tuple[float, float] | None:
        start, end = self._heights.of(arrow.source), self._heights.of(arrow.target)
        return None if start is None or end is None else (start, end)

    def _below(self) -> Iterator[Segments]:
        """Say what the picture does not show."""
        more = len(self._page) - len(self._rows)
        if more > 0:
            last = max((row.row.last.seq for row in self._rows), default=0)
            ids = [finding.id for finding in self._timeline.findings if finding.at.seq > last]
            named = f"; findings there: {', '.join(ids)}" if ids else ""
            yield (Segment(f"... {more} more rows are not drawn: choose a part of the recording{named} ...", "bold"),)
        for finding in self._timeline.unplaced():
            yield self._words.finding(finding).body


def _background(placed: Placed) -> Iterator[str]:
    """Lay a colour behind findings; their words say the same."""
    for mark, start, stop in placed.findings:
        severity = mark.finding.severity.value
        y, height = placed.y + start * LEADING - 12, (stop - start) * LEADING
        yield markup.box(TEXT - 8, y, WIDTH - TEXT, height, f"mark-{severity}")
        yield markup.box(TEXT - 8, y, 3, height, f"edge-{severity}")
