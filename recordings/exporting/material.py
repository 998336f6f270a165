"""A recording as an exporter takes it: each record with the text of its line, without copies and without secrets."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rtlog.recordings.format import Header
from rtlog.recordings.headerless import event_text, iso_ns
from rtlog.recordings.message import EventLine, Policy
from rtlog.recordings.record import Record
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS

LeftOut = Counter[str]
"""How many records a format could not take, by what one of them is called."""
COPY: Final = "sdk copy of a wire event"
NOT_STRICT: Final = "event in no strict JSON"
COPIED: Final = frozenset({"client", "server"})
"""Directions of events that a program may tell of again which the wire has shown."""


LATEST: Final = 2**62
"""ns since 1970: the year 2116."""


class Entry(NamedTuple):
    """A record, and its line in the file."""

    record: Record
    line: bytes


@dataclass(slots=True)
class Material:
    """A recording that is exported: its header, whether it is timed, and what a first reading of it taught.

    `feed` every entry to it before the first is asked for: a secret may be repeated before its place.
    """

    header: Header
    has_header: bool
    timed: bool = False
    redactor: Redactor = field(default_factory=Redactor)
    wired: set[int] = field(default_factory=set)
    """Connections of which the wire was seen."""

    def feed(self, entry: Entry) -> None:
        """Learn from *entry* what must be known of the whole."""
        record = entry.record
        self.timed = self.timed or record.t is not None
        if record.event is None:
            return
        if record.src == "wire" and record.dir in COPIED:
            self.wired.add(record.conn)
        if record.type not in AUDIO_FIELDS and self.redactor.suspects(entry.line):
            self.event(entry)

    def is_copy(self, record: Record) -> bool:
        """Say whether the wire has shown what *record* tells."""
        return record.src == "sdk" and record.dir in COPIED and record.conn in self.wired

    def event(self, entry: Entry) -> bytes | None:
        """Give the JSON text of the event of *entry* without secrets; `None` where it is no strict JSON."""
        record = entry.record
        line = Policy("keep", self.redactor).line(self.recorded(entry), record.dir or "server", record.conn, record.src)
        return line.event if isinstance(line, EventLine) else None

    def recorded(self, entry: Entry) -> bytes:
        """Give the JSON text of the event of *entry* as it was recorded, in which secrets may stand."""
        return event_text(entry.line, wrapped=self.has_header).decode("utf-8", "replace").encode()

    @property
    def start(self) -> int:
        """When `t` counts from: ns since 1970, or 0 where the recording does not say it."""
        start = iso_ns(self.header.started or "") or 0
        return start if 0 <= start <= LATEST else 0


def paired(records: Iterable[Record], lines: Iterator[bytes]) -> Iterator[Entry]:
    """Give each of *records* with its line out of *lines*, which begin where their file does and are read to the end.

    Raises what reading *lines* raises: where the reader stopped at damage, nobody is to take what it gave for all.
    """
    text = enumerate(lines, 1)
    for record in records:
        line = next((line for number, line in text if number == record.line), None)
        if line is None:  # the file became shorter meanwhile
            return
        yield Entry(record, line)
    for _ in text:
        pass
