"""Spans as trace events: async pairs, since responses, items and requests overlap.

A viewer gives all async events of one name one track group; so each span is a pair named for its kind, around a pair
that is named for what it is.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rtlog.timelines.model import Entry, Span, SpanKind, Timeline
from rtlog.timelines.telling import Teller, clip
from rtlog.timelines.tracing.event import Arg, TraceEvent
from rtlog.timelines.tracing.stage import Stage
from rtlog.timelines.windows import Selection

GROUPS: Final[Mapping[SpanKind, str]] = {
    "speech": "speech",
    "response": "responses",
    "item": "items in the making",
    "request": "requests in flight",
    "tool": "tools",
    "push": "pushes",
    "playback": "playback",
}
THREADS: Final[Mapping[SpanKind, str]] = {
    "speech": "client",
    "request": "client",
    "response": "server",
    "item": "server",
}


def span_events(timeline: Timeline, selection: Selection, teller: Teller, stage: Stage) -> Iterator[TraceEvent]:
    """Give the spans that begin or end in what is shown; one that never ends ends with the recording, and says so."""
    entries = {element.at.seq: element for element in timeline.elements if isinstance(element, Entry)}
    for span in timeline.spans:
        if selection.holds(span.start.seq) or (span.end is not None and selection.holds(span.end.seq)):
            yield from _pairs(span, _label(span, entries.get(span.start.seq), teller), teller, stage)


def _pairs(span: Span, label: str, teller: Teller, stage: Stage) -> Iterator[TraceEvent]:
    process, thread, start = stage.place(span.start, THREADS.get(span.kind, "local"))
    end = stage.end if span.end is None else max(start, stage.ts(span.end))
    opened: dict[str, Arg] = {"T+": teller.when(span.start), "line": span.start.line}
    if span.end is None:
        closed: dict[str, Arg] = {"open": True}
    else:
        closed = {"until": teller.when(span.end), "to line": span.end.line}
    number, names = stage.next_id(), (GROUPS[span.kind], label)
    for name in names:
        yield TraceEvent("b", name, process, thread, start, cat=span.kind, id=number, args=opened)
    for name in reversed(names):
        yield TraceEvent("e", name, process, thread, end, cat=span.kind, id=number, args=closed)


def _label(span: Span, entry: Entry | None, teller: Teller) -> str:
    match span.kind:
        case "response":
            label = teller.names.response(span.subject)
        case "request":
            subjects = entry.items[:1] if entry is not None else ()
            label = " ".join([span.start.type, *map(teller.names.item, subjects)])
        case "push":
            label = span.subject
        case _:
            label = teller.names.item(span.subject) if span.subject else ""
    return clip(label) or GROUPS[span.kind]
