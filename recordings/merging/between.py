"""The events between two that both recordings have: what has no id, is told again and again, or was rewritten.

What goes one way on a connection stands in both in the same order. So between two pairs, or before the first one and
behind the last, only the same few can meet.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from rtlog.recordings.merging.sightings import Sighting

Pairs = dict[int, int]
"""The place of an event among the records of the program -> its place among those of the wire."""
START: Final = -1


class Gap(NamedTuple):
    """Places of events that go one way, between the same two pairs, and have found no other one yet."""

    told: list[int]
    wire: list[int]


def paired_between(wire: Sequence[Sighting], told: Sequence[Sighting], pairs: Pairs) -> Pairs:
    """Give the *pairs*, and those of the events between them that are as many on either side.

    Events of equal words first; then what is of one type and differs, as where a hook told before the SDK gave the
    event its id. Two events with ids of their own are never the same.
    """
    found = dict(pairs)
    for gap in _gaps(wire, told, pairs):
        rest = Gap(*gap)
        for same in (_words, _type):
            new = dict(_equally_many(rest, wire, told, same))
            found |= new
            taken = set(new.values())
            rest = Gap([at for at in rest.told if at not in new], [at for at in rest.wire if at not in taken])
    return found


def _words(sighting: Sighting) -> Hashable:
    return sighting.key


def _type(sighting: Sighting) -> Hashable:
    return sighting.key and sighting.key[1]


def _equally_many(
    gap: Gap, wire: Sequence[Sighting], told: Sequence[Sighting], same: Callable[[Sighting], Hashable]
) -> Iterator[tuple[int, int]]:
    heard, seen = _grouped(gap.told, told, same), _grouped(gap.wire, wire, same)
    for name, places in heard.items():
        others = seen.get(name, [])
        if len(places) == len(others):
            both = list(zip(places, others, strict=True))
            if all(_may_be_one(told[here], wire[there]) for here, there in both):
                yield from both


def _may_be_one(one: Sighting, other: Sighting) -> bool:
    return one.key == other.key or not (one.has_id and other.has_id)


def _grouped(
    places: Iterable[int], sightings: Sequence[Sighting], same: Callable[[Sighting], Hashable]
) -> Mapping[Hashable, list[int]]:
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place in places:
        groups[same(sightings[place])].append(place)
    return groups


def _gaps(wire: Sequence[Sighting], told: Sequence[Sighting], pairs: Pairs) -> Iterator[Gap]:
    taken = set(pairs.values())
    seen = _lanes((at, each) for at, each in enumerate(wire) if at not in taken and each.src == "wire")
    reached: defaultdict[int, set[int]] = defaultdict(set)
    for here, there in pairs.items():
        reached[told[here].conn].add(wire[there].conn)
    for (conn, direction), places in _lanes(enumerate(told)).items():
        fixed = _in_order([at for at in places if at in pairs], pairs)
        loose = [at for at in places if at not in pairs]
        for before, after in pairwise([START, *fixed, len(told)]):
            between = _within(loose, before, after)
            if not between:
                continue
            first, last = pairs.get(before, START), pairs.get(after, len(wire))
            lanes = (seen.get((other, direction), []) for other in reached[conn])
            others = sorted(at for lane in lanes for at in _within(lane, first, last))
            if others:
                yield Gap(between, others)


def _lanes(sightings: Iterable[tuple[int, Sighting]]) -> Mapping[tuple[int, str], list[int]]:
    """Give the places of the events on each connection, one way."""
    lanes: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for place, sighting in sightings:
        if sighting.key is not None:
            lanes[sighting.conn, sighting.dir].append(place)
    return lanes


def _within(places: list[int], first: int, last: int) -> list[int]:
    return places[bisect_left(places, first + 1) : bisect_left(places, last)]


def _in_order(told: Sequence[int], pairs: Pairs) -> list[int]:
    """Give the most of the places *told* whose places on the wire grow too."""
    ends: list[int] = []
    chains: list[int] = []
    before: dict[int, int | None] = {}
    for here in told:
        length = bisect_left(ends, pairs[here])
        before[here] = chains[length - 1] if length else None
        ends[length : length + 1] = [pairs[here]]
        chains[length : length + 1] = [here]
    chain: list[int] = []
    last = chains[-1] if chains else None
    while last is not None:
        chain.append(last)
        last = before[last]
    return chain[::-1]
