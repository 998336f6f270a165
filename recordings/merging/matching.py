"""Which records of two recordings are the same event, and which connection of the one is which of the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rtlog.recordings.merging.between import Pairs, paired_between
from rtlog.recordings.merging.sightings import Key, Sighting


def matched(wire: Sequence[Sighting], told: Sequence[Sighting]) -> Pairs:
    """Pair what both have: by its id, by words that were said once, and by what stands between two that are paired.

    Where one of them has missed some of several equal events there, nobody knows which.
    """
    seen, heard = _places(wire, only_wire=True), _places(told)
    equal = {key: places for key, places in heard.items() if len(places) == len(seen.get(key, ()))}
    certain = _paired((at, seen[key]) for key, at in equal.items() if _is_certain(told[at[0]], len(at)))
    pairs = paired_between(wire, told, certain)
    # On a connection of which nothing is known, all that there is to tell by is how many there are.
    known = {told[here].conn for here in certain}
    alone = {key: at for key, at in equal.items() if known.isdisjoint(told[here].conn for here in at)}
    return pairs | _paired((places, seen[key]) for key, places in alone.items())


def _is_certain(sighting: Sighting, times: int) -> bool:
    return sighting.has_id or (times == 1 and not sighting.is_bare)


def _paired(groups: Iterable[tuple[list[int], list[int]]]) -> Pairs:
    return {here: there for places, others in groups for here, there in zip(places, others, strict=True)}


def _places(sightings: Iterable[Sighting], *, only_wire: bool = False) -> Mapping[Key, list[int]]:
    places: defaultdict[Key, list[int]] = defaultdict(list)
    for place, sighting in enumerate(sightings):
        if sighting.key is not None and not (only_wire and sighting.src == "sdk"):
            places[sighting.key].append(place)
    return places


def connections(wire: Sequence[Sighting], told: Sequence[Sighting], pairs: Pairs) -> list[int]:
    """Give each record of the program the connection that the wire's recording has it on.

    What the wire has no copy of is of the connection that its neighbours before it are of, or else those behind it; a
    connection that the wire has nothing of keeps to itself, under a number that no other one has.
    """
    silent = {sighting.conn for sighting in told} - {sighting.conn for sighting in told if sighting.is_copy}
    current: dict[int, int] = {}
    last = 0
    for place in sorted(pairs, reverse=True):
        last = current[told[place].conn] = wire[pairs[place]].conn
    unused = max((sighting.conn for sighting in wire), default=0)
    given: list[int] = []
    for place, sighting in enumerate(told):
        if place in pairs:
            last = current[sighting.conn] = wire[pairs[place]].conn
        elif sighting.conn not in current and sighting.conn not in silent:
            unused += 1
            current[sighting.conn] = unused
        # What the application did is told of no connection of its own.
        given.append(last if sighting.conn in silent else current[sighting.conn])
    return given
