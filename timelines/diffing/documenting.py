"""From a comparison to its document."""

from collections.abc import Iterator

from rtlog.analyzers.finding import Finding, offset_ms
from rtlog.analyzers.moment import Moment
from rtlog.timelines.diffing import document as doc
from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.hunks import tells
from rtlog.timelines.diffing.latencies import waits_of
from rtlog.timelines.diffing.merging import Row, Turns
from rtlog.timelines.diffing.naming import renamed
from rtlog.timelines.diffing.occurrences import Occurrence, Turn
from rtlog.timelines.diffing.sides import Side, facts_that_differ
from rtlog.timelines.diffing.telling import Tellers
from rtlog.timelines.telling import Teller, clip
from rtlog.timelines.words import Private


def document_of(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers, tool: str) -> doc.DiffDocument:
    """Give the document of *comparison*."""
    common = {finding.id for finding in comparison.both}
    return doc.DiffDocument(
        tool=tool,
        a=sides[0].title,
        b=sides[1].title,
        same=comparison.same,
        counts=comparison.counts,
        in_other_words=comparison.in_other_words,
        interleaved=comparison.interleaved,
        parts=_row(comparison.parts, tellers) if comparison.parts else None,
        facts=[doc.FactDocument(name=name, a=a, b=b) for name, a, b in facts_that_differ(*sides)],
        findings=list(_findings(comparison, sides)),
        turns=[_turn(turns, tellers) for turns in comparison.turns],
        labels=dict(renamed(comparison)),
        rows=[_row(row, tellers) for row in comparison.rows if tells(row, common)],
    )


def _row(row: Row, tellers: Tellers) -> doc.RowDocument:
    return doc.RowDocument(
        kind=row.kind,
        a=_step(row.a, tellers.a) if row.a is not None else None,
        b=_step(row.b, tellers.b) if row.b is not None else None,
        other_line=row.elsewhere.line if row.elsewhere is not None else None,
        drift_ms=row.drift_ms,
    )


def _step(occurrence: Occurrence, teller: Teller) -> doc.StepDocument:
    at = occurrence.at
    return doc.StepDocument(
        line=at.line,
        t_ms=_offset(at, teller),
        conn=at.conn,
        dir=at.dir,
        type=clip(at.type),
        text="".join(segment.text for segment in teller.tell(occurrence.words)),
        turn=occurrence.turn,
        findings=[mark.finding.id for mark in occurrence.marks if mark.act],
    )


def _offset(at: Moment, teller: Teller) -> float | None:
    return None if at.t is None or teller.epoch is None else offset_ms(at.t, teller.epoch)


def _findings(comparison: Comparison, sides: tuple[Side, Side]) -> Iterator[doc.FindingDocument]:
    a, b = sides
    yield from (_finding(finding, "a", b.not_judged.get(finding.rule)) for finding in comparison.gone)
    yield from (_finding(finding, "b", a.not_judged.get(finding.rule)) for finding in comparison.appeared)
    yield from (_finding(finding, "both") for finding in comparison.both)


def _finding(finding: Finding, where: doc.Where, not_judged: str | None = None) -> doc.FindingDocument:
    return doc.FindingDocument(
        id=finding.id,
        rule=finding.rule,
        name=finding.name,
        severity=finding.severity.value,
        where=where,
        not_judged=not_judged,
    )


def _turn(turns: Turns, tellers: Tellers) -> doc.TurnDocument:
    a, b = turns
    return doc.TurnDocument(
        a=a.number if a is not None else None,
        b=b.number if b is not None else None,
        text_a=_text(a, tellers.a),
        text_b=_text(b, tellers.b),
        waits_a=_waits(a),
        waits_b=_waits(b),
    )


def _text(turn: Turn | None, teller: Teller) -> str | None:
    return teller.confide(Private(turn.text)).text if turn is not None and turn.text else None


def _waits(turn: Turn | None) -> doc.WaitsDocument:
    waits = waits_of(turn)
    return doc.WaitsDocument(response_ms=waits.response_ms, sound_ms=waits.sound_ms)
