"""Recordings without a header: what other tools log, one JSON object a line.

A line either wraps an event (`dir` and `event`, as ours do) or is the event. Time is the first record's key among `t`
(integer ns), `ts`, `time`, `timestamp` (seconds as a number, or ISO 8601), rebased to that record; without one the
recording is untimed.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Raw, Struct

from rtlog.recordings.decoding import decode_bare_event, decode_line
from rtlog.recordings.format import RECORD_KINDS
from rtlog.recordings.framing import framing_of
from rtlog.recordings.lenient import UNDECODABLE, salvage
from rtlog.recordings.record import Dir, Record

TIME_KEYS: Final = ("t", "ts", "time", "timestamp")
DIRECTIONS: Final[dict[object, Dir]] = {"client": "client", "server": "server", "local": "local"}
_NS_PER_S: Final = 1_000_000_000
UNIT_LIMITS: Final = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))
"""Largest number that is read as seconds, ms, us and ns: 10^11 s is the year 5138."""

ABSENT: Final = Raw(b"")
_FRACTION_DIGITS: Final = 9
_USUAL_DIGITS: Final = 10
"""Whole digits of seconds as they mostly are written: to read them takes a third of the time that any number takes."""


class Times(Struct):
    """What `TIME_KEYS` name, undecoded."""

    t: Raw = ABSENT
    ts: Raw = ABSENT
    time: Raw = ABSENT
    timestamp: Raw = ABSENT


class Line(Times):
    """A line with or without an event in it, undecoded."""

    type: Raw = ABSENT
    dir: Raw = ABSENT
    event: Raw = ABSENT
    kind: Raw = ABSENT
    seq: Raw = ABSENT


class HeaderlessDecoder:
    """Makes records of lines; keeps which key tells the time and when the first record was."""

    def __init__(self) -> None:
        self.time_key: str | None = None
        self._decided = False
        self._start: int | None = None

    def decode(self, text: bytes) -> tuple[Record, bool]:
        """Decode a line, `t` rebased; a header or footer gives an empty record.

        Raises `ValueError` when it holds no JSON object.
        """
        line = salvage(Line, text)
        if line.event is ABSENT and line.type is ABSENT and framing_of(text):
            return Record(), False
        direction = DIRECTIONS.get(text_of(line.dir))
        if _is_wrapped(line):
            record, malformed = decode_line(text)
            record.n = record.n or memoryview(line.event).nbytes
        else:
            record, malformed = decode_bare_event(text, direction)
        record.seq = 0
        record.t = self.rebased(line)
        return record, malformed

    def rebased(self, line: Times) -> int | None:
        """Give the time of *line* in ns since the first record's, `None` where it has none."""
        if not self._decided:
            self._decided = True
            self.time_key = next((key for key in TIME_KEYS if _time_of(line, key) is not None), None)
        found = _time_of(line, self.time_key) if self.time_key else None
        if found is None:
            return None
        if self._start is None:
            self._start = found
        return found - self._start

    def usual_time(self, text: bytes) -> int | None:
        """Give the time of *text*, what stands under the key that tells it; `None` where it is no usual number."""
        found = _usual_ns(text)
        return None if found is None or self._start is None else found - self._start


def event_text(line: bytes, *, wrapped: bool) -> bytes:
    """Give the JSON text of the event in *line*; where it is not known to be *wrapped*, it may be the event itself.

    Raises `ValueError` when the line holds no JSON object.
    """
    found = salvage(Line, line)
    return bytes(found.event) if wrapped or _is_wrapped(found) else line.strip()


def _is_wrapped(line: Line) -> bool:
    """Say whether the line wraps an event: some bare events have a member `event` too, but no `dir`."""
    if line.type is ABSENT and line.kind is not ABSENT and text_of(line.kind) in RECORD_KINDS:
        return True
    told = line.dir is not ABSENT or line.seq is not ABSENT or line.type is ABSENT
    return told and bytes(memoryview(line.event)[:1]) == b"{"


def _time_of(line: Times, key: str) -> int | None:
    """Give the time under *key* in ns, or `None` where it holds none."""
    if key != "t" and (usual := _usual_ns(bytes(getattr(line, key)))):
        return usual
    value = _value(getattr(line, key))
    if isinstance(value, str):
        return iso_ns(value)
    if key == "t":
        return value if isinstance(value, int) and 0 <= value <= UNIT_LIMITS[-1][0] else None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    per_second = next((unit for limit, unit in UNIT_LIMITS if value < limit), None)
    return None if per_second is None else int(Decimal(bytes(getattr(line, key)).decode()) * (_NS_PER_S // per_second))


def _usual_ns(text: bytes) -> int | None:
    seconds, _, fraction = text.partition(b".")
    if not seconds.isdigit() or seconds[:1] == b"0" or len(seconds) > _USUAL_DIGITS:
        return None
    if not fraction:
        return int(seconds) * _NS_PER_S if seconds == text else None
    return (
        int(seconds + fraction.ljust(_FRACTION_DIGITS, b"0"))
        if fraction.isdigit() and len(fraction) <= _FRACTION_DIGITS
        else None
    )


def iso_ns(text: str) -> int | None:
    """Give ISO 8601 *text* as ns since 1970 (UTC where it names no zone); `None` where it is no such text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        whole = int(aware.replace(microsecond=0).timestamp())
    except (OverflowError, ValueError):
        return None
    return whole * _NS_PER_S + _fraction_ns(text)


def _fraction_ns(text: str) -> int:
    """Give the digits behind the seconds as ns; `datetime` would cut them to µs."""
    _, found, rest = text.replace(",", ".").partition(".")
    digits = rest[: next((i for i, char in enumerate(rest) if not char.isdigit()), len(rest))] if found else ""
    return int((digits[:9] or "0").ljust(9, "0"))


def _value(text: Raw) -> object:
    try:
        return msgspec.json.decode(text) if bytes(text) else None
    except UNDECODABLE:
        return None


def text_of(text: Raw) -> str:
    """Give what should be a string, empty where it is none."""
    value = _value(text)
    return value if isinstance(value, str) else ""
