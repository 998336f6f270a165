"""A moment: where and when a record stands, small enough to keep when the record itself is gone."""

from typing import Final, NamedTuple

from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.events import KNOWN_EVENTS

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Moment(NamedTuple):
    """A record's place: `line` in the file, `seq` in the tap's order, `t` in ns (`None` when untimed)."""

    line: int
    seq: int
    t: int | None
    dir: str
    type: str
    conn: int


_new: Final = tuple.__new__
_KEPT: Final = {name: name for name in KNOWN_EVENTS}
"""Each line brings its own copy of its type; of a moment's, which may live long, one is kept for all."""


def moment_of(record: Record) -> Moment:
    """Give the moment of *record*; a record without an event goes by its kind."""
    # What `Moment(...)` does, without a call in Python: every record that matters has one.
    told = record.type or record.kind
    return _new(Moment, (record.line, record.seq, record.t, record.dir or "", _KEPT.get(told, told), record.conn))


def last_of(record: Record) -> Moment:
    """Give the moment of the last of the records that *record* stands for."""
    first, further = moment_of(record), record.folded
    if not further:
        return first
    return first._replace(line=first.line + further, seq=first.seq + further, t=record.until)


def elapsed(earlier: Moment | None, later: Moment | None) -> int | None:
    """Give the ns from *earlier* to *later*, or `None` where either is missing or untimed."""
    if earlier is None or later is None or earlier.t is None or later.t is None:
        return None
    return later.t - earlier.t


def within(earlier: Moment | None, later: Moment | None, limit_ms: float) -> bool:
    """Say whether *later* follows *earlier* by at most *limit_ms*; never true of untimed moments."""
    gap = elapsed(earlier, later)
    return gap is not None and 0 <= gap <= limit_ms * NS_PER_MS


def follows(later: Moment | None, earlier: Moment | None) -> bool:
    """Say whether both are there and *later* stands behind *earlier* in the tap's order."""
    return earlier is not None and later is not None and later.seq > earlier.seq
