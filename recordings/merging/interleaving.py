"""The order of the merged recording: by time, and never an effect before its cause where both recordings have both."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rtlog.recordings.merging.between import Pairs
from rtlog.recordings.merging.sightings import Sighting

SLACK_NS: Final = 1_000_000_000
"""A pair further apart than that against its order is none, or one of them was told much too late."""
NONE: Final = -1


class Placed(NamedTuple):
    """The next record of the merged recording: of which side, at which place there, and when (ns of the wire)."""

    told: bool
    place: int
    t: int


class Order(NamedTuple):
    """What has to come before what, by place."""

    before_told: Mapping[int, int]
    """For a record of the program, the record of the wire that precedes it."""
    before_wire: Mapping[int, int]
    """For a record of the wire, the record of the program that precedes it."""


def order_of(
    wire: Sequence[Sighting], told: Sequence[Sighting], pairs: Pairs, conns: Sequence[int], offset: int
) -> Order:
    """Give the order that the *pairs* prove; *conns* are the wire's connections of what was *told*.

    A program queues what it sends before the wire has it, and gets what the wire had before. A connection begins on
    the wire: an analysis that is told of it by a program first would take the wire's records for the copies.
    """
    first: dict[int, int] = {}
    for place, sighting in enumerate(wire):
        if sighting.src == "wire":
            first.setdefault(sighting.conn, place)
    before_told = {
        place: first[conn]
        for place, (sighting, conn) in enumerate(zip(told, conns, strict=True))
        if sighting.is_copy and conn in first
    }
    before_wire: dict[int, int] = {}
    beginnings = frozenset(first.values())
    for here, there in pairs.items():
        late = wire[there].t - told[here].t - offset
        if told[here].dir == "server" and late <= SLACK_NS:
            before_told[here] = max(there, before_told.get(here, NONE))
        elif told[here].dir == "client" and -late <= SLACK_NS and there not in beginnings:
            before_wire[there] = here
    return Order(before_told, before_wire)


def interleaved(wire: Sequence[Sighting], told: Sequence[Sighting], order: Order, offset: int) -> Iterator[Placed]:
    """Give every record of both once, those of a side in their own order; the wire's times stay, the others fit in."""
    here = there = 0
    now = min(0, told[0].t + offset) if told else 0
    while here < len(told) or there < len(wire):
        if there < len(wire) and not _is_told_next(wire, told, order, offset, there, here):
            now = max(now, wire[there].t)
            yield Placed(told=False, place=there, t=now)
            there += 1
            continue
        t = max(now, told[here].t + offset)
        now = min(t, max(now, wire[there].t)) if there < len(wire) else t
        yield Placed(told=True, place=here, t=now)
        here += 1


def _is_told_next(
    wire: Sequence[Sighting], told: Sequence[Sighting], order: Order, offset: int, there: int, here: int
) -> bool:
    if here == len(told):
        return False
    may_tell = order.before_told.get(here, NONE) < there
    may_show = order.before_wire.get(there, NONE) < here
    if may_tell != may_show:
        return may_tell
    t, shown = told[here].t + offset, wire[there]
    # What a program does at the moment in which the wire has its event comes before that; what it gets, after.
    return t < shown.t or (t == shown.t and shown.dir == "client")
