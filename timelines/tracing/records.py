"""Records as trace events: instants, or short slices where an arrow from a request or call touches them."""

from collections.abc import Iterator, Mapping
from typing import Final

from rtlog.timelines.lane_text import lane_lines
from rtlog.timelines.lanes import View
from rtlog.timelines.model import Arrow, Entry, Timeline
from rtlog.timelines.telling import Teller, clip
from rtlog.timelines.tracing.event import Arg, TraceEvent
from rtlog.timelines.tracing.stage import Stage, lengths
from rtlog.timelines.windows import Selection

FLOWS: Final = {"answer": "answer", "output": "output"}
"""Arrows between records; those between findings are drawn with the findings."""


def record_events(timeline: Timeline, selection: Selection, teller: Teller, stage: Stage) -> Iterator[TraceEvent]:
    """Give the shown records in order, each followed by the arrows that end and begin there."""
    shown = {entry.at.seq: entry for entry in _shown(timeline, selection)}
    flows = _Flows(timeline, shown, stage)
    views: dict[int, View] = {}
    for element in timeline.elements:
        if not isinstance(element, Entry):
            continue
        at = element.at
        if element.lanes is not None:
            views[at.conn] = element.lanes.apply(views.get(at.conn, View()))
        if at.seq in shown:
            place = stage.place(at, at.dir)
            args = _args(element, teller) | _lanes(element, views, teller)
            name = clip(at.type) or "event without type"
            length = flows.lengths.get(place) if at.seq in flows.touched else None
            if length is None:
                yield TraceEvent("i", name, *place, s="t", cat="record", args=args)
            else:
                yield TraceEvent("X", name, *place, dur=length, cat="record", args=args)
                yield from flows.at(element)


def _shown(timeline: Timeline, selection: Selection) -> Iterator[Entry]:
    for element in timeline.elements:
        if isinstance(element, Entry) and selection.holds(element.at.seq) and selection.takes(element):
            yield element


def _args(entry: Entry, teller: Teller) -> dict[str, Arg]:
    told = "".join(segment.text for segment in teller.tell(entry.words))
    named: dict[str, Arg] = {
        "T+": teller.when(entry.at),
        "line": entry.at.line,
        "text": told,
        "items": tuple(clip(item) for item in entry.items),
        "response": clip(entry.response or ""),
        "call": clip(entry.call or ""),
    }
    proofs = {f"proves {mark.finding.id}": teller.message(mark.note) for mark in entry.marks if mark.note}
    return {name: value for name, value in named.items() if value not in {"", ()}} | proofs


def _lanes(entry: Entry, views: Mapping[int, View], teller: Teller) -> dict[str, Arg]:
    if entry.lanes is None:
        return {}
    lines = lane_lines(views[entry.at.conn], teller)
    return {f"lane {name}": f"{items} <- {remark}" if remark else items for name, items, remark in lines}


class _Flows:
    """Arrows both ends of which are shown."""

    def __init__(self, timeline: Timeline, shown: Mapping[int, Entry], stage: Stage) -> None:
        self._stage = stage
        self._leaving: dict[int, list[tuple[str, Arrow]]] = {}
        self._reaching: dict[int, list[tuple[str, Arrow]]] = {}
        for arrow in timeline.arrows:
            source, target = arrow.source.seq, arrow.target.seq
            if arrow.kind in FLOWS and source < target and source in shown and target in shown:
                flow = stage.next_id(), arrow
                self._leaving.setdefault(source, []).append(flow)
                self._reaching.setdefault(target, []).append(flow)
        self.touched = self._leaving.keys() | self._reaching.keys()
        self.lengths = lengths(stage.place(shown[seq].at, shown[seq].at.dir) for seq in self.touched)

    def at(self, entry: Entry) -> Iterator[TraceEvent]:
        place = self._stage.place(entry.at, entry.at.dir)
        for number, arrow in self._reaching.get(entry.at.seq, ()):
            yield TraceEvent("f", FLOWS[arrow.kind], *place, cat="flow", id=number, bp="e", args=_outcome(arrow))
        for number, arrow in self._leaving.get(entry.at.seq, ()):
            yield TraceEvent("s", FLOWS[arrow.kind], *place, cat="flow", id=number, args=_outcome(arrow))


def _outcome(arrow: Arrow) -> dict[str, Arg]:
    return {"outcome": arrow.outcome} if arrow.outcome else {}
