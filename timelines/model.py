"""The model of a timeline: what happened, as data. Renderings read it and nothing else.

Times are ns on the recording's clock, as in `Moment`; `Timeline.epoch` is T+0.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from rtlog.analyzers.finding import Finding, offset_ms
from rtlog.analyzers.labels import short_id
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.story import Story
from rtlog.timelines.coarse import CoarseClock
from rtlog.timelines.lanes import LaneChanges
from rtlog.timelines.words import Words

SpanKind = Literal["response", "item", "speech", "request", "push", "tool", "playback"]
StepKind = Literal["push", "sync", "answer", "response", "turn", "tool", "session", "socket", "other"]


UNTIMED: Final = -1
"""The time of a record that has none, where times are kept as numbers."""
Place = tuple[int, int, int]
"""Where a record stands: its line, its number, its time in ns or `UNTIMED`."""


class StepKey(NamedTuple):
    """What a record is part of: neighbours with the same key are one step."""

    kind: StepKind
    id: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding that a record proves; `act` marks the record at which the finding itself stands."""

    finding: Finding
    note: str
    act: bool


@dataclass(slots=True, eq=False)
class Entry:
    """A record on its lane. `key` is `None` where it belongs to whatever surrounds it."""

    at: Moment
    words: Words = ()
    key: StepKey | None = None
    items: tuple[str, ...] = ()
    response: str | None = None
    call: str | None = None
    lanes: LaneChanges | None = None
    told_by_sdk: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(slots=True, eq=False)
class Burst:
    """A run of deltas and appends: some 40 bytes a record, whatever they held."""

    conn: int
    types: list[str] = field(default_factory=list)
    dirs: list[str] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[int]" = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.seqs)

    def moment(self, index: int) -> Moment:
        """Give the moment of member *index*."""
        t = self.times[index]
        where = self.lines[index], self.seqs[index], None if t < 0 else t
        return Moment(*where, self.dirs[index], self.types[index], self.conn)

    def only(self, indices: Iterable[int]) -> "Burst":
        """Give the members at *indices*."""
        chosen = Burst(self.conn)
        for index in indices:
            chosen.types.append(self.types[index])
            chosen.dirs.append(self.dirs[index])
            chosen.lines.append(self.lines[index])
            chosen.seqs.append(self.seqs[index])
            chosen.times.append(self.times[index])
        return chosen

    def part(self, start: int, stop: int) -> "Burst":
        """Give the members from *start* up to *stop*."""
        cut = slice(start, stop)
        return Burst(self.conn, self.types[cut], self.dirs[cut], self.lines[cut], self.seqs[cut], self.times[cut])


@dataclass(slots=True, eq=False)
class Skipped:
    """A run of records that nobody asked for: how many, from when to when, and what they made of the lanes."""

    first: Moment
    last: Moment
    records: int = 0
    lanes: dict[int, LaneChanges] = field(default_factory=dict)
    """By connection; each stands for all the changes of the run."""
    evidence: dict[int, set[str]] = field(default_factory=dict)
    """Line → findings that a record among them proves."""


Element = Entry | Burst | Skipped


class Mentions:
    """Where items, responses and calls are named, first and last, by the number of the record."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        self.calls: dict[str, str] = {}
        """Call id → the item that it was last named with."""

    def add(self, seq: int, items: Sequence[str], response: str | None, call: str | None) -> None:
        """Note what the record numbered *seq* names."""
        for name in (*items, response, call):
            if name:
                self.places[name] = (self.places.get(name, (seq, seq))[0], seq)
        if call and items:
            self.calls[call] = items[0]


def comes_in_bursts(event_type: str) -> bool:
    """Say whether events of this type come by the hundred and say nothing alone: deltas, appended audio, pings."""
    return event_type.endswith(".delta") or event_type in {"input_audio_buffer.append", "ping", "pong"}


@dataclass(frozen=True, slots=True)
class Arrow:
    """What leads from one record to another: request to answer, call to output, race to what follows from it."""

    kind: Literal["answer", "output", "cause"]
    source: Moment
    target: Moment
    outcome: str = ""


@dataclass(slots=True, eq=False)
class Span:
    """Something that lasts: a response, an item in the making, speech, a request in flight, a push, a tool, playback.

    `end` is `None` where open.
    """

    kind: SpanKind
    subject: str
    start: Moment
    end: Moment | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called: short labels, or real ids on demand."""

    items: Mapping[str, str]
    responses: Mapping[str, str]
    real_ids: bool = False

    def item(self, item_id: str) -> str:
        """Name an item."""
        return item_id if self.real_ids else self.items.get(item_id) or short_id(item_id)

    def response(self, response_id: str) -> str:
        """Name a response."""
        return response_id if self.real_ids else self.responses.get(response_id) or short_id(response_id)


@dataclass(slots=True, eq=False)
class Timeline:
    """One recording, ready to be drawn."""

    elements: Sequence[Element]
    arrows: Sequence[Arrow]
    spans: Sequence[Span]
    findings: Sequence[Finding]
    stories: Sequence[Story]
    names: Names
    epoch: int | None
    connections: int
    coarse: CoarseClock | None = None
    """The seconds that the ids tell, where nothing else tells the time."""

    def unplaced(self) -> list[Finding]:
        """Give the findings that stand at no record: of damage, of what is missing."""
        if not self.findings:
            return []
        told = {finding.at.seq for finding in self.findings}
        placed = {seq for _, seq, _ in self.places() if seq in told}
        skipped = {f for e in self.elements if isinstance(e, Skipped) for found in e.evidence.values() for f in found}
        return [f for f in self.findings if f.at.seq not in placed and f.id not in skipped]

    def offset(self, at: Moment) -> float | None:
        """Give T+ of *at* in ms; `None` in an untimed recording."""
        return None if at.t is None or self.epoch is None else offset_ms(at.t, self.epoch)

    def mentions(self) -> Mentions:
        """Give where each id is named."""
        mentions = Mentions()
        for entry in self.entries():
            mentions.add(entry.at.seq, entry.items, entry.response, entry.call)
        return mentions

    def entries(self) -> Iterator[Entry]:
        """Give the records that are shown one by one."""
        return (element for element in self.elements if isinstance(element, Entry))

    def places(self) -> Iterator[Place]:
        """Give the place of every record, as `moments` does."""
        for element in self.elements:
            match element:
                case Entry():
                    at = element.at
                    yield at.line, at.seq, UNTIMED if at.t is None else at.t
                case Burst():
                    yield from zip(element.lines, element.seqs, element.times, strict=True)

    def moments(self) -> Iterator[Moment]:
        """Give the moment of every record, burst or not; not of those that were skipped."""
        for element in self.elements:
            match element:
                case Entry():
                    yield element.at
                case Burst():
                    yield from (element.moment(index) for index in range(len(element)))
