"""Runs of `input_audio_buffer.append` as one record.

A speaking user sends 10 to 50 of them a second, and no two differ in more than their number, time and payload. A run
that is read as one record costs its reader half, and everybody behind the reader next to nothing.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from rtlog.recordings.lenient import UNDECODABLE
from rtlog.recordings.record import Count, Record
from rtlog.recordings.skim import END

APPEND: Final = "input_audio_buffer.append"
LONGEST_RUN: Final = 250
LONGEST_RUN_NS: Final = 10_000_000_000
"""A run ends here, so that times stay known to 10 s and no reader takes a run for a pause."""


class _Place(Struct):
    seq: Count
    t: Count


_decode: Final = msgspec.json.Decoder(_Place).decode


class Run(NamedTuple):
    """Where a run ended: the lines folded, the time of the last in ns, and the line after it (empty at the end)."""

    folded: int
    t: int
    rest: bytes


def fold(record: Record, line: bytes, start: int, lines: Iterator[bytes]) -> Run:
    """Fold into *record*, read from *line* whose payload begins at *start*, those of *lines* that continue it.

    A line continues it when it has the same bytes before its number (type, direction, sizes) and between its time and
    the payload (connection, source, event id), the next number, and a time that is not earlier.
    """
    sizes, place, rest_of_head = line[:start].partition(b',"seq":')
    told = rest_of_head.find(b',"conn":')
    if told < 0 or line[-4:] != END:
        return Run(0, record.t or 0, next(lines, b""))
    head, tail = sizes + place, rest_of_head[told:]
    before, behind, length = len(head), start - len(tail), len(line)
    first = last = record.t or 0
    folded, expected = 0, record.seq + 1
    rest = b""
    for rest in lines:
        if len(rest) != length or rest[:before] != head or rest[behind:start] != tail or rest[-4:] != END:
            break
        try:
            found = _decode(rest[:start] + END)
        except UNDECODABLE:
            break
        t = found.t
        if found.seq != expected or t < last or t - first > LONGEST_RUN_NS or folded == LONGEST_RUN:
            break
        folded += 1
        expected += 1
        last = t
    else:
        rest = b""
    record.folded = folded
    record.n *= folded + 1
    record.audio_bytes *= folded + 1
    return Run(folded, last, rest)
