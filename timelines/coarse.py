"""The coarse clock of a recording without times: the seconds in which the server made its ids.

It is shown and labelled, and orders nothing: a second holds hundreds of events, and only the server's events have one.
"""

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field

from rtlog.analyzers.moment import Moment
from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.id_clock import IdClock

MOST_CONNECTIONS = 256


@dataclass(slots=True, eq=False)
class _Heard:
    """One connection's clock, and the records at which its second changed."""

    clock: IdClock = field(default_factory=IdClock)
    seqs: "array[int]" = field(default_factory=lambda: array("q"))
    seconds: "array[int]" = field(default_factory=lambda: array("q"))
    wired: bool = False


@dataclass(frozen=True, slots=True)
class CoarseClock:
    """Seconds by the ids of the server's events, all of which stood every check; `span` is since 1970."""

    span: tuple[int, int]
    heard: "dict[int, _Heard]"

    def seconds(self, at: Moment) -> int | None:
        """Give the whole seconds from the first id to *at*; `None` where it is no event of the server's."""
        heard = self.heard.get(at.conn)
        place = bisect_right(heard.seqs, at.seq) - 1 if heard is not None and at.dir == "server" else -1
        return None if heard is None or place < 0 else heard.seconds[place] - self.span[0]


class CoarseListener:
    """Hears the records of an untimed recording, in the order of the tap."""

    def __init__(self) -> None:
        self._heard: dict[int, _Heard] = {}

    def feed(self, record: Record) -> None:
        """Hear *record*, where it is an event of the server's that has no time."""
        event = record.event
        if record.t is not None or record.dir != "server" or event is None or event.event_id is None:
            return
        if record.conn not in self._heard and len(self._heard) >= MOST_CONNECTIONS:
            return
        heard = self._heard.setdefault(record.conn, _Heard())
        heard.wired = heard.wired or record.src == "wire"
        if heard.wired and record.src == "sdk":
            return
        heard.clock.hear(event.event_id, event.session.expires_at if event.session else None)
        second = heard.clock.second
        if second is not None and (not heard.seconds or heard.seconds[-1] != second):
            heard.seqs.append(record.seq)
            heard.seconds.append(second)

    def clock(self) -> CoarseClock | None:
        """Give the clock; `None` where any connection's ids are none."""
        spans = [heard.clock.span for heard in self._heard.values()]
        told = [span for span in spans if span is not None]
        if not told or len(told) < len(spans):
            return None
        return CoarseClock((min(first for first, _ in told), max(last for _, last in told)), self._heard)
