"""Runs of appended audio as one record.

A speaking user sends 10 to 50 `input_audio_buffer.append` a second, and no two differ in more than their number, time
and payload. A run that is read as one record costs its reader half, and everybody behind the reader next to nothing.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from rtlog.recordings.lines import UNREADABLE
from rtlog.recordings.record import Record
from rtlog.recordings.shape import TimeOf

APPEND: Final = "input_audio_buffer.append"
LONGEST_RUN: Final = 250
LONGEST_RUN_NS: Final = 10_000_000_000
"""A run ends here, so that times stay known to 10 s and no reader takes a run for a pause."""
NEVER: Final = 2**63


class Run(NamedTuple):
    """Where a run ended: the lines folded, the time of the last in ns, and the line after it (empty at the end)."""

    folded: int
    t: int
    rest: bytes


def fold(record: Record, time_of: TimeOf | None, lines: Iterator[bytes], horizon: int) -> Run:
    """Fold into *record* those of *lines* that continue it: of its shape, with the next number and no earlier time.

    *time_of* knows the shape; none is folded that does not lie before *horizon*, in ns.
    """
    first = last = record.t or 0
    seq, n, size, folded, rest = record.seq, record.n, record.audio_bytes, 0, b""
    if time_of is None or first >= horizon:
        return Run(0, first, next(lines, b""))
    until = min(horizon, first + LONGEST_RUN_NS + 1)
    try:
        for rest in lines:
            t = time_of(rest, seq + 1)
            if not last <= t < until or folded == LONGEST_RUN:
                break
            seq, last, folded = seq + 1, t, folded + 1
        else:
            rest = b""
    except UNREADABLE:  # whoever reads on is told again
        rest = b""
    record.n, record.audio_bytes = n * (folded + 1), size * (folded + 1)
    record.folded, record.until = folded, last
    return Run(folded, last, rest)
