"""Where the shown part begins: the lanes before its first record, and what was under way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtlog.analyzers.moment import Moment
from rtlog.timelines.lanes import View
from rtlog.timelines.model import Span, Timeline
from rtlog.timelines.rows import EntryRow, FoldRow, LeftOutRow, Row
from rtlog.timelines.words import Items, ResponseName, When, Wire, Words


@dataclass(frozen=True, slots=True)
class Start:
    """The state before the record at `at`."""

    at: Moment
    view: View
    under_way: tuple[Words, ...]


def start_of(timeline: Timeline, page: Iterable[Row]) -> Start | None:
    """Give where *page* begins; `None` where it shows nothing."""
    row = next((row for row in page if isinstance(row, EntryRow | FoldRow)), None)
    if row is None:
        return None
    view = row.before if isinstance(row, EntryRow) else row.view
    return Start(row.first, view, tuple(_under_way(timeline.spans, row.first)))


def skipped(page: Sequence[Row]) -> tuple[LeftOutRow | None, Sequence[Row]]:
    """Give what is left out before the first shown record, and the rest of *page*."""
    if page and isinstance(page[0], LeftOutRow):
        return page[0], page[1:]
    return None, page


def _under_way(spans: Iterable[Span], first: Moment) -> Iterable[Words]:
    for span in spans:
        ended = span.end is not None and span.end.seq < first.seq
        if span.start.seq >= first.seq or ended or span.start.conn != first.conn:
            continue
        since: Words = (" since ", When(span.start))
        match span.kind:
            case "response":
                yield (ResponseName(span.subject), " is being made", *since)
            case "speech":
                yield ("the user speaks", *since)
            case "tool":
                yield ("the tool of ", Items((span.subject,)), " runs", *since)
            case "push":
                yield ("a push is under way", *since)
            case "request":
                yield (Wire(span.start.type), " waits for its answer", *since)
