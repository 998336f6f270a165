"""From a timeline to what the page knows of it."""

from collections.abc import Iterable
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.timelines.folds import left_out_text
from rtlog.timelines.html import data
from rtlog.timelines.html.tables import Table
from rtlog.timelines.lanes import LaneChanges, Splice
from rtlog.timelines.model import Arrow, Burst, Entry, Names, Skipped, Span, Timeline
from rtlog.timelines.rows import LeftOutRow, Row
from rtlog.timelines.telling import Teller, clip
from rtlog.timelines.windows import Selection

NS_PER_US: Final = 1_000
_DIRECTION: Final = {name: number for number, name in enumerate(data.DIRECTIONS)}


def page_of(
    timeline: Timeline, selection: Selection, rows: Iterable[Row], teller: Teller, about: data.About
) -> data.Page:
    """Give what *selection* shows of *timeline*; *rows* say what it leaves out."""
    collected = _Collected(timeline, selection, teller)
    findings = _Findings(timeline, teller, collected.items)
    return data.Page(
        about=about,
        timed=timeline.epoch is not None,
        epoch=(timeline.epoch or 0) // NS_PER_US,
        connections=timeline.connections,
        spans=[_span(span, teller.names) for span in timeline.spans],
        arrows=[_arrow(arrow) for arrow in timeline.arrows],
        findings=findings.rows(),
        stories=findings.stories(),
        notes=[left_out_text(row) for row in rows if isinstance(row, LeftOutRow)],
        records=collected.records,
        deltas=collected.deltas,
        lanes=collected.lanes,
        types=collected.types.names(),
        items=collected.items.labelled(teller.names.item),
        responses=collected.responses.labelled(teller.names.response),
        calls=collected.calls.names(),
    )


def micros(at: Moment) -> int:
    """Give the time of *at* in µs; 0 in an untimed recording."""
    return (at.t or 0) // NS_PER_US


class _Collected:
    """The columns, filled in one pass."""

    def __init__(self, timeline: Timeline, selection: Selection, teller: Teller) -> None:
        self.types, self.items, self.responses, self.calls = Table(), Table(), Table(), Table()
        self.records, self.deltas = data.Records(), data.Deltas()
        self.lanes: list[data.LaneStep] = []
        self._selection = selection
        self._teller = teller
        self._record_from, self._delta_from = _Differences(), _Differences()
        for element in timeline.elements:
            match element:
                case Burst():
                    self._burst(element)
                case Entry():
                    self._entry(element)
                case Skipped():
                    self._skipped(element)

    def _entry(self, entry: Entry) -> None:
        if entry.lanes is not None:
            self.lanes.append(self._lane_step(entry.at, entry.lanes))
        if not (self._selection.holds(entry.at.seq) and self._selection.takes(entry)):
            return
        at, columns = entry.at, self.records
        line, t = self._record_from.next(at)
        columns.line.append(line)
        columns.t.append(t)
        columns.dir.append(_DIRECTION[at.dir])
        columns.type.append(self.types.number(at.type))
        columns.conn.append(at.conn)
        columns.text.append(self._text(entry))
        columns.items.append([self.items.number(item) for item in entry.items])
        columns.response.append(self.responses.number(entry.response))
        columns.call.append(self.calls.number(entry.call))

    def _burst(self, burst: Burst) -> None:
        if self._selection.asks:
            return
        columns = self.deltas
        for index in range(len(burst)):
            at = burst.moment(index)
            if not self._selection.holds(at.seq) or not self._selection.choice.at(at):
                continue
            line, t = self._delta_from.next(at)
            columns.line.append(line)
            columns.t.append(t)
            columns.dir.append(_DIRECTION[at.dir])
            columns.type.append(self.types.number(at.type))
            columns.conn.append(at.conn)

    def _skipped(self, skipped: Skipped) -> None:
        for conn, changes in skipped.lanes.items():
            self.lanes.append(self._lane_step(skipped.last._replace(conn=conn), changes))

    def _text(self, entry: Entry) -> str:
        said = "".join(segment.text for segment in self._teller.tell(entry.words))
        return f"{said} (told by the SDK)".lstrip() if entry.told_by_sdk else said

    def _lane_step(self, at: Moment, changes: LaneChanges) -> data.LaneStep:
        return data.LaneStep(
            at.line,
            at.conn,
            self._splice(changes.server),
            self._splice(changes.mirror),
            self._splice(changes.local),
            changes.local_told,
            changes.whole,
            changes.simulated_by and clip(changes.simulated_by),
        )

    def _splice(self, change: Splice | None) -> data.Splice | None:
        if change is None:
            return None
        return data.Splice(change.kept, change.rest, [self.items.number(item) for item in change.middle])


class _Differences:
    """Lines and times as differences to the row before; a record without a time has that of the row before."""

    def __init__(self) -> None:
        self._line = self._t = 0

    def next(self, at: Moment) -> tuple[int, int]:
        t = self._t if at.t is None else micros(at)
        told = at.line - self._line, t - self._t
        self._line, self._t = at.line, t
        return told


class _Findings:
    """Findings by number, in their order."""

    def __init__(self, timeline: Timeline, teller: Teller, items: Table) -> None:
        self._timeline = timeline
        self._teller = teller
        self._items = items
        self._numbers = {finding.id: number for number, finding in enumerate(timeline.findings)}

    def rows(self) -> list[data.FindingRow]:
        tell, unplaced = self._teller.message, {finding.id for finding in self._timeline.unplaced()}
        return [
            data.FindingRow(
                id=finding.id,
                rule=finding.rule,
                name=finding.name,
                severity=finding.severity.value,
                certainty=finding.certainty,
                message=tell(finding.message),
                line=finding.at.line,
                t=micros(finding.at),
                placed=finding.id not in unplaced,
                items=[self._items.number(item) for item in finding.items],
                evidence=[
                    data.EvidenceRow(e.at.line, micros(e.at), e.at.dir, clip(e.at.type), tell(e.note))
                    for e in finding.evidence
                ],
                prevented_by=[tell(text) for text in finding.prevented_by],
                caused_by=self._numbers[finding.caused_by.id] if finding.caused_by else data.ABSENT,
            )
            for finding in self._timeline.findings
        ]

    def stories(self) -> list[data.StoryRow]:
        return [
            data.StoryRow(self._numbers[story.root.id], [self._numbers[finding.id] for finding in story.findings])
            for story in self._timeline.stories
        ]


def _span(span: Span, names: Names) -> data.SpanRow:
    end = span.end
    return data.SpanRow(
        span.kind,
        clip(_subject(span, names)),
        span.start.line,
        micros(span.start),
        end.line if end else data.ABSENT,
        micros(end) if end else None,
        span.start.conn,
    )


def _subject(span: Span, names: Names) -> str:
    match span.kind:
        case "response":
            return names.response(span.subject)
        case "request":
            return span.start.type
        case "push":
            return span.subject
        case _:
            return names.item(span.subject)


def _arrow(arrow: Arrow) -> data.ArrowRow:
    return data.ArrowRow(arrow.kind, arrow.source.line, arrow.target.line, arrow.outcome)
