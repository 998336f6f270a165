"""The distance of two clocks, from what the headers say of it and from the events that both recordings have.

A program tells of its event before the wire has it, and of the server's after the wire had it. So each event that both
have bounds the distance from one side, and the nearest of them bound it closely.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rtlog.recordings.merging.between import Pairs
from rtlog.recordings.merging.sightings import Sighting

NS_PER_S: Final = 1_000_000_000
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Clocks:
    """`offset`: ns to add to the program's times to have the wire's; it lies between `least` and `most`, where known.

    `against` counts the events that contradict it: told of later than was sent, or earlier than was received.
    """

    offset: int
    least: int | None
    most: int | None
    by_headers: bool
    against: int = 0

    @property
    def uncertainty(self) -> int | None:
        """How far off the offset may be, in ns; None where the events bound it from one side alone."""
        if self.least is None or self.most is None:
            return None
        return max(self.offset - self.least, self.most - self.offset)


def clocks_of(wire: Sequence[Sighting], told: Sequence[Sighting], pairs: Pairs, said: int | None) -> Clocks:
    """Give the offset that contradicts the fewest of *pairs*; the one that the headers have *said* where it may be."""
    received = sorted(wire[there].t - told[here].t for here, there in pairs.items() if told[here].dir == "server")
    sent = sorted(wire[there].t - told[here].t for here, there in pairs.items() if told[here].dir == "client")
    least, most = _bounds(received, sent)
    by_headers = said is not None and (least is None or said >= least) and (most is None or said <= most)
    offset = said if by_headers and said is not None else _between(least, most)
    against = len(received) - bisect_right(received, offset) + bisect_left(sent, offset)
    return Clocks(offset, least, most, by_headers, against)


def _bounds(received: Sequence[int], sent: Sequence[int]) -> tuple[int | None, int | None]:
    """Give the narrowest span in which most agree: no less than what was *received*, no more than what was *sent*."""
    if not received or not sent:
        return (received[-1] if received else None), (sent[0] if sent else None)
    best = max(
        {*received, *sent}, key=lambda at: bisect_right(received, at) + len(sent) - bisect_left(sent, at), default=0
    )
    below, above = bisect_right(received, best), bisect_left(sent, best)
    return (received[below - 1] if below else None), (sent[above] if above < len(sent) else None)


def _between(least: int | None, most: int | None) -> int:
    if least is None or most is None:
        return least if least is not None else most or 0
    return (least + most) // 2


def wall_ns(started: str | None) -> int | None:
    """Give a header's `started` in ns since 1970; None for none, and for what is no time."""
    try:
        moment = datetime.fromisoformat(started or "")
    except ValueError:
        return None
    whole = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0).timestamp())
    _, _, rest = (started or "").partition(".")
    # `datetime` would cut them to µs.
    digits = rest[: next((at for at, char in enumerate(rest) if not char.isdigit()), len(rest))][:_DIGITS]
    return whole * NS_PER_S + int((digits or "0").ljust(_DIGITS, "0"))
