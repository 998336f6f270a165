"""Swim lanes for a terminal: lifelines of client, server and application, one row a record, lanes as they change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.timelines.drawing import Drawing, Stretch
from rtlog.timelines.folds import fold_text, idle_text, left_out_text
from rtlog.timelines.lane_text import lane_lines
from rtlog.timelines.marking import headed, proofs
from rtlog.timelines.model import Entry, Span, Timeline
from rtlog.timelines.rows import EntryRow, FoldRow, IdleRow, LeftOutRow, Row
from rtlog.timelines.telling import Line, Role, Segment, Segments, Teller, clip

LaneName = Literal["client", "server", "local"]
BATCH_MS: Final = 50
"""Records of one type that follow one another this closely are one step: the lanes are shown after the last."""
HANGING: Final = Segment("  ")
MARGIN: Final = 10
"""Columns around the parts of a lane: its indent, and the arrow to its remark."""
Stretches = tuple[Stretch, Stretch, Stretch]
CALM: Final[Stretches] = ("calm", "calm", "calm")
LIFELINES: Final[Mapping[LaneName, frozenset[str]]] = {
    "client": frozenset({"speech"}),
    "server": frozenset({"response"}),
    "local": frozenset({"push", "tool"}),
}
"""What lasts on each lifeline: the user speaks, a response is being made, a push or a tool runs."""
STRETCHES: Final[Mapping[tuple[bool, bool, bool], Stretch]] = {
    (False, False, False): "calm",
    (False, False, True): "busy",
    (True, False, False): "begins",
    (False, True, False): "ends",
    (True, True, False): "joint",
    (True, False, True): "joint",
    (False, True, True): "joint",
    (True, True, True): "joint",
}
"""Whether something begins at a record, ends there, or lasts beyond it on both sides → the lifeline there."""
ROLES: Final[dict[str, Role]] = {"client": "client", "server": "server", "local": "local"}


def draw(timeline: Timeline, page: Sequence[Row], teller: Teller, drawing: Drawing) -> Iterator[Line]:
    """Give the lines of *page*."""
    swimlanes = SwimLanes(timeline, teller, drawing, _widest(page, teller))
    yield from swimlanes.heading()
    for number, row in enumerate(page):
        following = page[number + 1] if number + 1 < len(page) else None
        yield from swimlanes.row(row, following)
    for finding in timeline.unplaced():
        yield swimlanes.finding(finding)


def _widest(page: Iterable[Row], teller: Teller) -> int:
    return max((len(teller.stamp(row.first)) for row in page), default=0)


class SwimLanes:
    """Draws row after row; `busy` knows what is under way."""

    def __init__(
        self, timeline: Timeline, teller: Teller, drawing: Drawing, time_width: int, busy: "Busy | None" = None
    ) -> None:
        self._timeline = timeline
        self._teller = teller
        self._drawing = drawing
        self._time_width = time_width
        self._busy = busy or Busy(timeline.spans)
        self._drawn: dict[tuple[str, Stretches], str] = {}
        """Lifelines that were drawn before: there are few."""

    def heading(self) -> Iterator[Line]:
        """Name the lifelines."""
        drawing, pad = self._drawing, " " * (self._time_width + 1)
        right, left, dot = drawing.arrows["client"], drawing.arrows["server"], drawing.arrows["local"]
        legend = f"C client {right}   {left} S server   {dot} L local: the application"
        lead = (Segment(f"{pad}{drawing.heads}  ", "bold"),)
        yield Line((Segment(legend, "dim"),), lead, (Segment(" " * len(lead[0].text)),))
        busy = f"{drawing.line['busy']} the user speaks (C), a response is being made (S), a push or a tool runs (L)"
        yield self._line((Segment(busy, "dim"),))

    def row(self, row: Row, following: Row | None) -> Iterator[Line]:
        """Draw *row*, and the lanes after it unless *following* goes on with the same."""
        yield from self.record(row)
        if isinstance(row, EntryRow) and row.changed and not continued(row, following):
            yield from self.snapshot(row)

    def record(self, row: Row) -> Iterator[Line]:
        """Draw what happened, without the lanes after it."""
        match row:
            case EntryRow():
                self._busy.upto(row.first)
                yield from self._entry(row)
            case FoldRow():
                self._busy.upto(row.first)
                direction = row.direction
                text = Segment(fold_text(row, self._drawing.times), "dim")
                yield self._line((text,), self._teller.stamp(row.first), direction)
                self._busy.upto(row.last)
            case IdleRow():
                yield self._line((Segment(idle_text(row), "dim"),))
            case LeftOutRow():
                yield self._line((Segment(left_out_text(row), "dim"),))
                self._busy.upto(row.last)

    def _entry(self, row: EntryRow) -> Iterator[Line]:
        entry, at = row.entry, row.first
        yield self._line(_sentence(entry, self._timeline, self._teller), self._teller.stamp(at), at.dir, at)
        if recorded := self._teller.recorded(at):
            yield self._line(recorded)
        for mark in entry.marks:
            if mark.act:
                yield self.finding(mark.finding)
        for proof in proofs(entry.marks, self._teller):
            yield self._line((Segment("^ ", "bold"), *proof))

    def finding(self, finding: Finding) -> Line:
        """Draw a finding."""
        return self._line(
            (Segment("! ", "bold"), *headed(finding), Segment(f": {self._teller.message(finding.message)}"))
        )

    def snapshot(self, row: EntryRow) -> Iterator[Line]:
        """Draw the lanes after *row*."""
        lines = lane_lines(row.after, self._teller)
        width = max(len(line.name) for line in lines)
        reach = max(len(line.items) for line in lines)
        widest = max(len(line.remark) for line in lines) + reach + width + MARGIN
        if widest + sum(len(segment.text) for segment in self._lead()) > self._drawing.width:
            reach = 0
        for line in lines:
            name = Segment(f"  {line.name:<{width}} ", "dim")
            if line.remark:
                yield self._line(
                    (name, Segment(f"{line.items:<{reach}}", "name"), Segment(f"  <- {line.remark}", "warning"))
                )
            else:
                yield self._line((name, Segment(line.items, "name")))

    def _line(self, body: Segments, time: str = "", direction: str = "", at: Moment | None = None) -> Line:
        behind = self._lead()
        lead = self._lead(time, direction, at) if time or direction or at else behind
        return Line(body, lead, (*behind, HANGING))

    def _lead(self, time: str = "", direction: str = "", at: Moment | None = None) -> Segments:
        lifelines = self._lifelines(direction, self._busy.stretches(at))
        return (Segment(f"{time:>{self._time_width}} ", "time"), Segment(lifelines, ROLES.get(direction, "")))

    def _lifelines(self, direction: str, stretches: Stretches) -> str:
        drawn = self._drawn.get((direction, stretches))
        if drawn is None:
            client, server, local = stretches
            drawn = f"{self._drawing.lifelines(direction, client=client, server=server, local=local)}  "
            self._drawn[direction, stretches] = drawn
        return drawn


def _sentence(entry: Entry, timeline: Timeline, teller: Teller) -> Segments:
    connection = f"#{entry.at.conn} " if timeline.connections > 1 else ""
    name = Segment(f"{connection}{clip(entry.at.type or 'event without type')}", ROLES.get(entry.at.dir, "bold"))
    told = teller.tell(entry.words)
    sdk = (Segment("  (told by the SDK)", "dim"),) if entry.told_by_sdk else ()
    return (name, Segment("  "), *told, *sdk) if told else (name, *sdk)


def continued(row: EntryRow, following: Row | None) -> bool:
    """Say whether the next record is the same again and changes a lane too."""
    if not isinstance(following, EntryRow) or not following.changed:
        return False
    at, then = row.first, following.first
    close = at.t is None or then.t is None or then.t - at.t < BATCH_MS * NS_PER_MS
    return close and (at.type, at.dir, at.conn) == (then.type, then.dir, then.conn)


class Busy:
    """What lasts on each lifeline, as a page is drawn from top to bottom."""

    def __init__(self, spans: Iterable[Span]) -> None:
        drawn = (span for span in spans if any(span.kind in kinds for kinds in LIFELINES.values()))
        self._coming = sorted(drawn, key=lambda span: span.start.seq, reverse=True)
        self._running: list[Span] = []
        self._seq = 0
        self._beyond: Stretches | None = None
        """What each lane is behind the record that the page has come to, once that was asked."""

    def upto(self, at: Moment) -> None:
        """Go on to *at*."""
        self._seq, self._beyond = at.seq, None
        while self._coming and self._coming[-1].start.seq <= at.seq:
            self._running.append(self._coming.pop())
        self._running = [span for span in self._running if span.end is None or span.end.seq >= at.seq]

    def stretches(self, at: Moment | None) -> Stretches:
        """Say what each lane is at the record *at*, or behind the record that the page has come to."""
        if not self._running:
            return CALM
        if at is not None:
            return self._stretches(at)
        if self._beyond is None:
            self._beyond = self._stretches(None)
        return self._beyond

    def _stretches(self, at: Moment | None) -> Stretches:
        return self._stretch("client", at), self._stretch("server", at), self._stretch("local", at)

    def _stretch(self, lane: LaneName, at: Moment | None) -> Stretch:
        spans = [span for span in self._running if span.kind in LIFELINES[lane]]
        if at is None:
            return "busy" if any(span.end is None or span.end.seq > self._seq for span in spans) else "calm"
        begins = any(span.start.seq == at.seq for span in spans)
        ends = any(span.end is not None and span.end.seq == at.seq for span in spans)
        lasts = any(span.start.seq < at.seq and (span.end is None or span.end.seq > at.seq) for span in spans)
        return STRETCHES[begins, ends, lasts]
