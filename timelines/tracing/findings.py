"""Findings as trace events: a thread of their own, with arrows from a root to what followed from it."""

from collections.abc import Iterator
from typing import Final

from rtlog.analyzers.finding import Finding
from rtlog.timelines.model import Timeline
from rtlog.timelines.telling import Teller, clip, printable
from rtlog.timelines.tracing.event import Arg, TraceEvent
from rtlog.timelines.tracing.stage import FINDINGS, Stage, lengths

COLOURS: Final = {"error": "terrible", "warning": "bad", "info": "good"}
FLOW: Final = "consequence"


def finding_events(timeline: Timeline, teller: Teller, stage: Stage) -> Iterator[TraceEvent]:
    """Give every finding, shown records or not: a slice, with the arrows that end and begin at it."""
    told = sorted(timeline.findings, key=lambda finding: finding.at.seq)
    places = {finding.id: stage.place(finding.at, FINDINGS) for finding in told}
    length = lengths(places.values())
    arrows: dict[str, list[str]] = {}
    passed: set[str] = set()
    for finding in told:
        place = places[finding.id]
        name = f"{finding.rule} {finding.name}"
        colour, args = COLOURS[finding.severity.value], _args(finding, teller)
        yield TraceEvent("X", name, *place, dur=length[place], cat="finding", cname=colour, args=args)
        for number in arrows.pop(finding.id, ()):
            yield TraceEvent("f", FLOW, *place, cat=FLOW, id=number, bp="e")
        passed.add(finding.id)
        # No arrow goes back in time: a consequence may stand before its root, and then only its words name the cause.
        for consequence in finding.leads_to:
            if consequence.id in places and consequence.id not in passed:
                number = stage.next_id()
                arrows.setdefault(consequence.id, []).append(number)
                yield TraceEvent("s", FLOW, *place, cat=FLOW, id=number)


def _args(finding: Finding, teller: Teller) -> dict[str, Arg]:
    args: dict[str, Arg] = {
        "id": finding.id,
        "severity": finding.severity.value,
        "certainty": finding.certainty,
        "message": teller.message(finding.message),
        "T+": teller.when(finding.at),
        "line": finding.at.line,
        "evidence": tuple(
            f"line {e.at.line} {teller.when(e.at)} {clip(e.at.type)}: {teller.message(e.note)}"
            for e in finding.evidence
        ),
        "prevented by": tuple(map(printable, finding.prevented_by)),
    }
    return args | ({"caused by": finding.caused_by.id} if finding.caused_by is not None else {})
