"""Drawing a timeline while it grows: lines that stay as they are, and what is under way for now."""

from collections.abc import Iterator
from typing import Final, Protocol

from rtlog.analyzers.finding import Finding
from rtlog.timelines.drawing import Drawing
from rtlog.timelines.folds import left_out_text
from rtlog.timelines.following import Following
from rtlog.timelines.model import Span
from rtlog.timelines.points import points
from rtlog.timelines.rows import EntryRow, LeftOutRow, Row
from rtlog.timelines.steps import steps
from rtlog.timelines.swimlanes import SwimLanes, continued
from rtlog.timelines.t_list import told
from rtlog.timelines.telling import Line, Segment, Segments, Teller
from rtlog.timelines.words import Items, ResponseName, When, Wire, Words

TIME_WIDTH: Final = len("T+12345ms")
LONGEST_STEP: Final = 64
"""Rows of one step of a list that are waited for; what follows is told apart."""


class LiveDrawing(Protocol):
    """Draws rows as they come; some lines wait for the row after."""

    drawing: Drawing

    def heading(self) -> Iterator[Line]:
        """Give the lines above all others."""

    def row(self, row: Row) -> Iterator[Line]:
        """Give the lines that *row* completes."""

    def rest(self) -> Iterator[Line]:
        """Give the lines that still waited."""


class LiveLanes(SwimLanes):
    """Swim lanes that grow; the lanes after a record are drawn once the next does not go on with the same."""

    def __init__(self, following: Following, drawing: Drawing) -> None:
        super().__init__(following.timeline, following.teller, drawing, TIME_WIDTH, following.busy)
        self.drawing = drawing
        self._changed: EntryRow | None = None

    def row(self, row: Row, following: Row | None = None) -> Iterator[Line]:  # noqa: ARG002 - nobody knows it yet
        """Give the lines of *row*, after the lanes that the one before it left."""
        self._drawing = self.drawing
        if self._changed is not None and not continued(self._changed, row):
            yield from self.snapshot(self._changed)
        yield from self.record(row)
        self._changed = row if isinstance(row, EntryRow) and row.changed else None

    def rest(self) -> Iterator[Line]:
        """Give the lanes that the last record left."""
        if self._changed is not None:
            yield from self.snapshot(self._changed)
            self._changed = None


class LiveList:
    """A T+ list that grows: a step is told when the next one begins."""

    def __init__(self, following: Following, drawing: Drawing) -> None:
        self.drawing = drawing
        self._teller = following.teller
        self._step: list[Row] = []

    def heading(self) -> Iterator[Line]:
        """Give nothing: a list says what it is."""
        yield from ()

    def row(self, row: Row) -> Iterator[Line]:
        """Give the points of the step before, where *row* begins another."""
        step = [*self._step, row]
        whole = len(step) > LONGEST_STEP or sum(1 for _ in steps(step)) > 1
        if whole:
            yield from self.rest()
        self._step = [row] if whole else step

    def rest(self) -> Iterator[Line]:
        """Give the points of the last step."""
        for point in points(self._step):
            if isinstance(point, LeftOutRow):
                yield Line((Segment(left_out_text(point), "dim"),))
            else:
                yield from told(point, self._teller, self.drawing)
        self._step = []


def found(finding: Finding, teller: Teller, note: str = "") -> Line:
    """Give the marked line of a finding that has just settled: the rule, the sentence, where to read on."""
    head = Segment(f"{finding.rule} {finding.name}", finding.severity.value)
    sure = Segment(f" ({finding.severity.value}, {finding.certainty}{note})", "dim")
    more = Segment(f"  [rtlog rule {finding.rule}]", "dim")
    lead = (Segment("!! ", finding.severity.value),)
    return Line((head, sure, Segment(f": {teller.message(finding.message)}"), more), lead, (Segment("   "),))


def under_way(following: Following) -> Iterator[Segments]:
    """Say what has begun and not ended, the latest first."""
    for span in reversed(following.busy.running):
        words = _words(span)
        if words:
            yield following.teller.tell((*words, " since ", When(span.start)))


def _words(span: Span) -> Words:
    match span.kind:
        case "response":
            return (ResponseName(span.subject), " is being made")
        case "speech":
            return ("the user speaks",)
        case "tool":
            return ("the tool of ", Items((span.subject,)), " runs")
        case "push":
            return ("a push is under way",)
        case "request":
            return (Wire(span.start.type), " waits")
    return ()
