"""Plain events: JSON Lines that hold each event with who sent it and when, as other programs log them.

The times are ISO 8601 where the recording knows when it began, else seconds since then: both are exact, and mean the
same to `rtlog import`, to a reader of headerless recordings, and to `jq`.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from rtlog.recordings.exporting.material import COPY, NOT_STRICT, Entry, LeftOut, Material
from rtlog.recordings.naming import rfc3339
from rtlog.recordings.record import Record

NS_PER_S: Final = 1_000_000_000


def write_events(material: Material, entries: Iterable[Entry], left_out: LeftOut) -> Iterator[bytes]:
    """Give the lines of the plain events of *entries*; what is none of them is counted in *left_out*."""
    for entry in entries:
        record = entry.record
        if material.is_copy(record):
            left_out[COPY] += 1
            continue
        text = material.event(entry) if record.event is not None else None
        if text is None:
            left_out[NOT_STRICT if record.event is not None else f"{record.kind} record"] += 1
            continue
        yield b'{%b%b"event":%b}\n' % (_time(material, record), _head(record), text)


def _time(material: Material, record: Record) -> bytes:
    if record.t is None:
        return b""
    if material.start:
        return b'"time":"%b",' % rfc3339(material.start + record.t).encode()
    seconds, rest = divmod(record.t, NS_PER_S)
    return b'"time":%d.%09d,' % (seconds, rest)


def _head(record: Record) -> bytes:
    said = {"dir": record.dir} if record.dir else {}
    audio = {"audio_bytes": record.audio_bytes} if record.audio_bytes else {}
    head = {**said, "conn": record.conn, "n": record.n, **audio}
    return orjson.dumps(head)[1:-1] + b","
