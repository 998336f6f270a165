"""From a timeline to its document."""

from collections.abc import Iterable

from rtlog.analyzers.moment import NS_PER_MS, elapsed
from rtlog.analyzers.report import LanesReport, RecordingReport
from rtlog.timelines import document as doc
from rtlog.timelines.lanes import Ids, View, missing
from rtlog.timelines.model import Span, Timeline
from rtlog.timelines.rows import EntryRow, FoldRow, IdleRow, LeftOutRow, Row
from rtlog.timelines.telling import Teller


def document_of(
    timeline: Timeline, page: Iterable[Row], teller: Teller, report: RecordingReport
) -> doc.TimelineDocument:
    """Give the document of *page*; *report* is that of the same recording, with the same epoch."""
    names = timeline.names
    return doc.TimelineDocument(
        path=report.path,
        id=report.id,
        epoch_ns=timeline.epoch,
        items=dict(names.items),
        responses=dict(names.responses),
        rows=[_row(row, timeline, teller) for row in page],
        arrows=[
            doc.ArrowDocument(
                kind=arrow.kind,
                line=arrow.source.line,
                to_line=arrow.target.line,
                ms=_ms(elapsed(arrow.source, arrow.target)),
                outcome=arrow.outcome,
            )
            for arrow in timeline.arrows
        ],
        spans=[_span(span, timeline, teller) for span in timeline.spans],
        stories=report.stories,
        findings=report.findings,
    )


def _ms(ns: int | None) -> float | None:
    return None if ns is None else ns / NS_PER_MS


def _row(row: Row, timeline: Timeline, teller: Teller) -> doc.RowDocument:
    match row:
        case EntryRow():
            return _entry(row, timeline, teller)
        case FoldRow():
            return doc.FoldDocument(
                line=row.first.line,
                last_line=row.last.line,
                t_ms=timeline.offset(row.first),
                until_ms=timeline.offset(row.last),
                conn=row.first.conn,
                counts=dict(row.counts),
            )
        case IdleRow():
            return doc.IdleDocument(t_ms=timeline.offset(row.first), until_ms=timeline.offset(row.last))
        case LeftOutRow():
            return doc.LeftOutDocument(
                line=row.first.line,
                last_line=row.last.line,
                records=row.records,
                evidence={line: sorted(ids) for line, ids in row.evidence.items()},
            )


def _entry(row: EntryRow, timeline: Timeline, teller: Teller) -> doc.EntryDocument:
    entry = row.entry
    return doc.EntryDocument(
        line=entry.at.line,
        seq=entry.at.seq,
        t_ms=timeline.offset(entry.at),
        conn=entry.at.conn,
        dir=entry.at.dir,
        type=entry.at.type,
        text="".join(segment.text for segment in teller.tell(entry.words)),
        items=list(entry.items),
        response=entry.response,
        call=entry.call,
        marks=[doc.MarkDocument(finding=m.finding.id, note=teller.message(m.note), act=m.act) for m in entry.marks],
        lanes=_lanes(row.after, timeline) if row.changed else None,
        lacks=_lacks(row.after, timeline) if row.changed else {},
    )


def _named(ids: Ids, timeline: Timeline) -> list[str]:
    return [timeline.names.item(item_id) for item_id in ids]


def _lanes(view: View, timeline: Timeline) -> LanesReport:
    local = None if view.local is None else _named(view.local, timeline)
    return LanesReport(
        server=_named(view.server, timeline),
        mirror=_named(view.mirror, timeline),
        local=local,
        simulated_by=view.simulated_by,
    )


def _lacks(view: View, timeline: Timeline) -> dict[str, list[str]]:
    lacks = {name: _named(missing(view, name), timeline) for name, _ in view.known()}
    return {name: items for name, items in lacks.items() if items}


def _span(span: Span, timeline: Timeline, teller: Teller) -> doc.SpanDocument:
    return doc.SpanDocument(
        kind=span.kind,
        subject=_subject(span, teller),
        line=span.start.line,
        to_line=span.end.line if span.end else None,
        t_ms=timeline.offset(span.start),
        until_ms=timeline.offset(span.end) if span.end else None,
    )


def _subject(span: Span, teller: Teller) -> str:
    match span.kind:
        case "response":
            return teller.names.response(span.subject)
        case "item" | "speech" | "tool" | "playback":
            return teller.names.item(span.subject)
        case "request":
            return span.start.type
        case "push":
            return span.subject
