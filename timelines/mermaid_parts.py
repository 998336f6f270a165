"""Parts of a sequence diagram: messages with what came along, notes for findings, pauses and what is not shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import Moment
from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines.folds import fold_text, idle_text, left_out_text
from rtlog.timelines.mermaid_text import label
from rtlog.timelines.model import Entry, Mark, Timeline
from rtlog.timelines.points import Point, companions, points
from rtlog.timelines.rows import FoldRow, IdleRow, LeftOutRow, Row
from rtlog.timelines.telling import Segments, Teller, clip

TIMES: Final = "×"  # noqa: RUF001 - a multiplication sign is meant
ASKS: Final = frozenset(
    {"local.ctx_push_begin", "local.reply_requested", "local.truncate_called", "local.interrupt_called"}
)
"""What the application has the client do; the client tells it what comes of it."""
TELLS: Final = frozenset(
    {
        "local.ctx_push_end",
        "local.remote_item_added",
        "local.remote_item_deleted",
        "local.reply_created",
        "local.reply_timeout",
        "local.reply_cancelled",
    }
)
SENDER: Final[Mapping[str, str]] = {"client": "client->>server", "server": "server->>client"}
ANSWER: Final = "server-->>client"
STREAM: Final = "server-)client"
APPLICATION: Final = "app"
ASKED: Final = "app->>client"
TOLD: Final = "client-->>app"
NOTE: Final = 400
"""Characters of a finding's sentence."""
NAMED: Final = 6
"""Findings that are told at one message."""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that are shown together or not at all, with `{whole}` for a note's width."""

    first: Moment
    last: Moment
    lines: list[str]
    messages: int = 0
    proves: bool = False
    application: bool = False
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


def parts(timeline: Timeline, page: Sequence[Row], teller: Teller) -> Iterator[Part]:
    """Give the parts of *page* in order."""
    drawing = _Drawing(teller, {a.target.seq for a in timeline.arrows if a.kind == "answer"}, timeline.connections > 1)
    waiting: list[Row] = []
    for row in page:
        if isinstance(row, IdleRow) or (isinstance(row, FoldRow) and _is_stream(row)):
            yield from drawing.of_points(waiting)
            yield drawing.of_row(row)
            waiting = []
        else:
            waiting.append(row)
    yield from drawing.of_points(waiting)


def _is_stream(row: FoldRow) -> bool:
    """Say whether *row* is what a response streams, and nothing else."""
    return not row.entries and row.dirs == {"server"}


class _Drawing:
    def __init__(self, teller: Teller, answers: set[int], several: bool) -> None:  # noqa: FBT001 - three facts
        self._teller = teller
        self._answers = answers
        self._several = several

    def of_points(self, rows: list[Row]) -> Iterator[Part]:
        for point in points(rows):
            if isinstance(point, LeftOutRow):
                yield self.of_row(point)
                continue
            heard = _streamed_behind(point)
            yield self._point(point)
            yield from map(self.of_row, heard)

    def of_row(self, row: IdleRow | LeftOutRow | FoldRow) -> Part:
        match row:
            case IdleRow():
                return Part(row.first, row.last, [f"Note over {{whole}}: {label(idle_text(row))}"])
            case LeftOutRow():
                text = label(left_out_text(row))
                return Part(row.first, row.last, [f"Note over {{whole}}: {text}"], proves=bool(row.evidence))
            case FoldRow():
                text = label(self._teller.when(row.first), fold_text(row, TIMES))
                return Part(row.first, row.last, [f"{STREAM}: {text}"], 1)

    def _point(self, point: Point) -> Part:
        entries = point.entries
        marks = [mark for entry in entries for mark in entry.marks]
        where = _where(entries[0].at)
        acts = list({mark.finding.id: mark.finding for mark in marks if mark.act}.values())
        return Part(
            entries[0].at,
            entries[-1].at,
            [f"{self._arrow(where, entries[0].at)}: {self._text(point, marks)}", *self._notes(acts)],
            messages=0 if where.startswith("Note") else 1,
            proves=bool(marks),
            application=where.startswith(APPLICATION) or where.endswith(APPLICATION),
            begins=_responses(entries, "response.created"),
            ends=_responses(entries, "response.done"),
        )

    def _arrow(self, where: str, at: Moment) -> str:
        return ANSWER if where == SENDER["server"] and at.seq in self._answers else where

    def _text(self, point: Point, marks: Sequence[Mark]) -> str:
        entries, teller = point.entries, self._teller
        at = entries[0].at
        times = f" {TIMES}{len(entries)}" if len(entries) > 1 else ""
        connection = f"#{at.conn} " if self._several else ""
        said = "; ".join(filter(None, (_plain(teller.tell(entry.words)) for entry in entries)))
        later = _plain(tuple(companions(point.later, teller, TIMES)))
        proofs = list(dict.fromkeys(mark.finding.rule for mark in marks if not mark.act))
        return label(
            f"{connection}{teller.when(at)} {clip(at.type or 'an event without type')}{times}",
            said,
            f"then {later}" if later else "",
            f"evidence of {', '.join(proofs[:NAMED])}" if proofs else "",
        )

    def _notes(self, acts: Sequence[Finding]) -> Iterator[str]:
        for finding in acts[:NAMED]:
            kind = f"{finding.rule} {finding.name} ({finding.severity.value}, {finding.certainty})"
            yield f"Note over {{whole}}: {label(kind, self._teller.message(finding.message), limit=NOTE)}"
        if len(acts) > NAMED:
            yield f"Note over {{whole}}: {label(f'and {len(acts) - NAMED:,} more findings')}"


def _streamed_behind(point: Point) -> list[FoldRow]:
    """Take from a point of the application's what the server streamed meanwhile."""
    if point.entries[0].at.dir != "local":
        return []
    heard = [row for row in point.later if isinstance(row, FoldRow) and row.dirs == {"server"}]
    point.later = [row for row in point.later if row not in heard]
    return heard


def _where(at: Moment) -> str:
    if at.dir == "local":
        return ASKED if at.type in ASKS else TOLD if at.type in TELLS else f"Note over {APPLICATION}"
    return SENDER.get(at.dir, "Note over {whole}")


def _responses(entries: Sequence[Entry], event_type: str) -> tuple[str, ...]:
    return tuple(e.response for e in entries if e.response and canonical(e.at.type) == event_type)


def _plain(segments: Segments) -> str:
    return "".join(segment.text for segment in segments)
