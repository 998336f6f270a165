"""Runs of appended audio in another tool's log as one record, as `folding.py` reads them in our own recordings.

Such lines differ in their time and payload alone, but neither stands at a fixed place. Each payload is validated and
searched for secrets as that of a line by itself.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Self

import msgspec

from rtlog.recordings.folding import LONGEST_RUN, LONGEST_RUN_NS, Run
from rtlog.recordings.headerless import HeaderlessDecoder
from rtlog.recordings.lenient import UNDECODABLE
from rtlog.recordings.lines import UNREADABLE
from rtlog.recordings.record import Record
from rtlog.recordings.secrets import SecretFinder, sound_in

_TIME: Final = re.compile(rb'\{"(ts|time|timestamp)"\s*:\s*(?=\d)')
"""Lines that are alike begin with their time; a log that writes it elsewhere is read line by line."""
_LONGEST_TIME: Final = 25
_string: Final = msgspec.json.Decoder(str).decode


class Shape(NamedTuple):
    """What the lines of a run repeat: the bytes before the time, between time and payload, and behind the payload."""

    head: bytes
    middle: bytes
    tail: bytes

    @classmethod
    def of(cls, line: bytes, time_key: str | None) -> Self | None:
        """Give the shape of an append; `None` where it does not begin with its time, under *time_key*."""
        time, sound = _TIME.match(line), sound_in(line)
        end = line.find(b",", time.end()) if time else 0
        if not time or not sound or time[1].decode() != time_key or line.count(b'"%b"' % time[1]) > 1:
            return None
        return cls(time[0], line[end : sound.start], line[sound.end :]) if time.end() < end < sound.start else None

    def spot(self, line: bytes) -> int:
        """Give where the payload of *line* begins; 0 where it is of another shape."""
        head, middle, tail = self
        begin = len(head)
        comma = line.find(b",", begin, begin + _LONGEST_TIME)
        start = comma + len(middle)
        if comma < 0 or line[:begin] != head or line[comma:start] != middle or line[-len(tail) :] != tail:
            return 0
        return start


class ForeignRuns:
    """Folds appends; *finder* and *decoder* are those of the lines between the runs."""

    def __init__(self, decoder: HeaderlessDecoder, finder: SecretFinder) -> None:
        self._decoder = decoder
        self._finder = finder

    def fold(self, record: Record, line: bytes, lines: Iterator[bytes], horizon: int) -> Run:
        """Fold into *record*, an append read from *line*, those of *lines* that continue it before *horizon*, in ns."""
        first = last = record.t or 0
        # The digits of a time may be a secret that was found before.
        shape = None if self._finder.remembers else Shape.of(line, self._decoder.time_key)
        if shape is None or first >= horizon:
            return Run(0, first, next(lines, b""))
        begin, fixed, tail = len(shape.head), len(shape.middle), len(shape.tail)
        until, bare = min(horizon, first + LONGEST_RUN_NS + 1), record.n - (len(line) - tail - shape.spot(line))
        suspects, usual_time, folded, sizes, rest = self._finder.suspects_sound, self._decoder.usual_time, 0, 0, b""
        try:
            for rest in lines:
                start, end = shape.spot(rest), len(rest) - tail
                t = usual_time(rest[begin : start - fixed]) if folded < LONGEST_RUN and 0 < start < end else None
                if t is None or not last <= t < until or suspects(rest[start:end]):
                    break
                payload = _string(memoryview(rest)[start - 1 : end + 1])
                if len(payload) != end - start:
                    break
                last, folded, sizes = t, folded + 1, sizes + end - start
                record.audio_bytes += len(payload.rstrip("=")) * 3 // 4
            else:
                rest = b""
        except UNDECODABLE:
            pass
        except UNREADABLE:  # whoever reads on is told again
            rest = b""
        record.n += folded * bare + sizes
        record.folded, record.until = folded, last
        return Run(folded, last, rest)
