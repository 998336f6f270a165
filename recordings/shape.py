"""The shape of a line: what the lines of its run repeat, and where each one's own number, time and ids stand.

Lines of ours that carry audio differ from the one before in no more than number, time, payload, event id and hash. A
line that repeats all the rest byte for byte, at the same places, decodes to the same record: it need not be decoded.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from rtlog.recordings.record import Record
from rtlog.recordings.skim import END, WORTH_SKIMMING

TimeOf = Callable[[bytes, int], int]
"""Gives the time in ns of a line where it has the shape and the given number, else -1."""

_HEAD: Final = 400
"""Bytes of a line in which the head ends."""
_NUMBER: Final = b',"seq":'
_EMPTY: Final = b'""}}\n'


class Spot(NamedTuple):
    """Bytes of a line that differ from line to line: letters and digits, or none."""

    begin: int
    end: int


def shape_of(line: bytes, record: Record, start: int, *, named: bool) -> TimeOf | None:
    """Give what recognises lines like *line*, which holds *record* and whose payload begins at *start*.

    *named* says that event ids may differ. `None` where a line like it could be recognised by decoding alone.
    """
    if len(line) <= WORTH_SKIMMING:
        start = len(line) - 4 if line.endswith(_EMPTY) else 0
    number, conn = line.find(_NUMBER, 0, _HEAD), line.find(b',"conn":', 0, _HEAD)
    if not 0 < number < conn < start or record.t is None:
        return None
    head = line[:number].replace(b"%", b"%%") + _NUMBER + b'%d,"t":'
    t = len(head % record.seq)
    digest = _spot(line, b'":"sha256:', conn, line.find(b',"event":{', conn, start))
    event_id = _spot(line, b'"event_id":"', digest.end, start) if named else Spot(start, start)
    if digest.begin == digest.end:
        time_of = _with_one_spot(line, head, Spot(t, conn), event_id, start)
    else:
        time_of = _with_two_spots(line, head, Spot(t, conn), (digest, event_id), start)
    return time_of if time_of(line, record.seq) == record.t else None


def _spot(line: bytes, name: bytes, begin: int, end: int) -> Spot:
    """Give the letters and digits at the end of the string behind *name*, between *begin* and *end*."""
    at = line.find(name, begin, end) if end > begin else -1
    close = line.find(b'"', at + len(name), end) if at >= 0 else -1
    if close < 0:
        return Spot(begin, begin)
    first = close
    while line[first - 1 : first].isalnum():
        first -= 1
    return Spot(first, close)


# Functions in functions, and two where one would do: they are called for three quarters of all lines, and their
# constants are at hand without a look-up.


def _with_one_spot(line: bytes, head: bytes, time: Spot, spot: Spot, start: int) -> TimeOf:
    (told, conn), (begin, end), tail = time, spot, len(line) - len(END)
    before, behind, varies = line[conn:begin], line[end:start], begin < end

    def time_of(line: bytes, number: int) -> int:
        if line[tail:] != END or line[:told] != head % number or line[conn:begin] != before:
            return -1
        if varies and (line[end:start] != behind or not line[begin:end].isalnum()):
            return -1
        t = line[told:conn]
        return int(t) if t.isdigit() and (t[:1] != b"0" or len(t) == 1) else -1

    if not varies and behind:
        before, begin = line[conn:start], start
    return time_of


def _with_two_spots(line: bytes, head: bytes, time: Spot, spots: tuple[Spot, Spot], start: int) -> TimeOf:
    (told, conn), ((first, first_end), (second, second_end)), tail = time, spots, len(line) - len(END)
    before, between, behind = line[conn:first], line[first_end:second], line[second_end:start]
    varies = second < second_end

    def time_of(line: bytes, number: int) -> int:
        if line[tail:] != END or line[:told] != head % number or line[conn:first] != before:
            return -1
        if line[first_end:second] != between or line[second_end:start] != behind or not line[first:first_end].isalnum():
            return -1
        if varies and not line[second:second_end].isalnum():
            return -1
        t = line[told:conn]
        return int(t) if t.isdigit() and (t[:1] != b"0" or len(t) == 1) else -1

    return time_of
