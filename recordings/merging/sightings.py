"""What must be known of the records of a recording to find them again in another one of the same session."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, cast

import orjson

from rtlog.recordings.audio import Json, payloads
from rtlog.recordings.format import Footer, Header
from rtlog.recordings.reader import Reading
from rtlog.recordings.record import Record, Src

SOCKET: Final = frozenset({"open", "close"})
"""Kinds of records that both recordings may tell of the same connection."""

SOUND: Final = "sha256:"
"""What stands for a payload that was left out begins so."""

BARE: Final = b""
"""The digest of an event that says nothing but its type."""

Key = tuple[str, str, str | bytes]
"""Direction, type, and the event's id, or the digest of an event that has none."""


@dataclass(slots=True)
class Sighting:
    """A record as one recording has it; `key` is None for what the other one cannot have."""

    line: int
    seq: int
    t: int
    conn: int
    dir: str
    kind: str
    src: Src
    key: Key | None = None

    @property
    def has_id(self) -> bool:
        """Whether the event has an id of its own."""
        return self.key is not None and isinstance(self.key[2], str)

    @property
    def is_bare(self) -> bool:
        """Whether the event says its type and nothing else."""
        return self.key is not None and self.key[2] == BARE

    @property
    def is_copy(self) -> bool:
        """Whether the other recording may tell the same, were it told by a program."""
        return self.dir in {"client", "server"} or self.kind in SOCKET


@dataclass(slots=True)
class Side:
    """One of the two recordings: its header, its records in order, and whether a recorder wrote its footer."""

    name: str
    header: Header = field(default_factory=Header)
    footer: Footer | None = None
    sightings: list[Sighting] = field(default_factory=list)
    wired: bool = False
    """Whether any event was seen on the wire."""

    def feed(self, record: Record, line: bytes) -> None:
        """Take the next *record*, which stands in *line*."""
        direction = record.dir or ""
        told = Sighting(record.line, record.seq, record.t or 0, record.conn, direction, record.kind, record.src)
        if record.event is not None and told.is_copy:
            self.wired = self.wired or record.src == "wire"
            told.key = (direction, record.type, record.event.event_id or digest(record.type, line))
        self.sightings.append(told)

    def finish(self, reading: Reading) -> None:
        """Take what the exhausted *reading* knows of the file."""
        self.header, self.footer = reading.header, reading.footer


def digest(event_type: str, line: bytes) -> bytes:
    """Give what tells the event in *line* from others, however it is spelt and whether its audio was kept or not."""
    try:
        content = _content(event_type, line)
        if content == [{"type": event_type}, {}]:
            return BARE
        spelt = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        spelt = line
    return blake2b(spelt, digest_size=16).digest()


def _content(event_type: str, line: bytes) -> list[object]:
    record = cast("Json", orjson.loads(line))
    event, elided = record.get("event"), record.get("elided")
    left_out = elided if isinstance(elided, dict) else {}
    found = payloads(event_type, cast("Json", event), line) if isinstance(event, dict) else []
    sounds = {path: told for path, told in left_out.items() if isinstance(told, str) and told.startswith(SOUND)}
    return [event, sounds | {payload.path: payload.empty() for payload in found}]
