"""What of two sessions corresponds: first turns, then the things that come up in them, then what happens to those."""

from bisect import bisect
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rtlog.timelines.diffing.alignment import Block, Pair, aligned, ascending, gaps
from rtlog.timelines.diffing.occurrences import Session
from rtlog.timelines.diffing.signs import Shape, Sign
from rtlog.timelines.diffing.things import matched_things
from rtlog.timelines.diffing.turns import paired_turns

OTHER: Final = "\x00"
"""Begins the ids of the second session that the first has no counterpart of, should it use the same ones."""
TRANSCRIPTS: Final = "conversation.item.input_audio_transcription"


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Pairs of indices of occurrences: `same` and `changed` ascend on both sides, `moved` and `crossed` cross them.

    `changed` happened on both sides to other things, or in another way. `moved` has another place in the order of
    whoever sent it, `crossed` only among what others sent. `ids` leads from things of the first session to those of
    the second.
    """

    turns: list[Pair]
    ids: dict[str, str]
    same: list[Pair]
    changed: list[Pair]
    moved: list[Pair]
    crossed: list[Pair]

    def mirrored(self) -> "Correspondence":
        """Give the same seen from the other side."""
        return Correspondence(
            _swapped(self.turns),
            {b: a for a, b in self.ids.items()},
            _swapped(self.same),
            _swapped(self.changed),
            _swapped(self.moved),
            _swapped(self.crossed),
        )


def _swapped(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted((j, i) for i, j in pairs)


def corresponding(a: Session, b: Session) -> Correspondence:
    """Give what corresponds; seen from *b* it is the same, whichever comes first."""
    if _order(b) < _order(a):
        return _corresponding(b, a).mirrored()
    return _corresponding(a, b)


def _order(session: Session) -> list[tuple[Shape, list[str]]]:
    """Alignments of the same two sequences may differ with their order, so it must not depend on who asks."""
    names = session.timeline.names
    labels = {**names.items, **names.responses}
    return [(o.sign.shape, [labels.get(name, "?") for name in o.sign.names]) for o in session.occurrences]


def _corresponding(a: Session, b: Session) -> Correspondence:
    turns = paired_turns(a.turns, b.turns)
    ids = matched_things(a, b, turns)
    here, there = _told(a), _told_as_in_first(b, ids, turns)
    same = _same(a, b, turns, here, there)
    moved = _moved(_unpaired(here, same, 0), _unpaired(there, same, 1))
    left, right = _unpaired(here, same + moved, 0), _unpaired(there, same + moved, 1)
    changed = _changed(left, right, gaps(same, Block(0, len(here), 0, len(there))))
    crossed = _crossed(here, same + changed, moved)
    return Correspondence(turns, ids, same, changed, [pair for pair in moved if pair not in crossed], sorted(crossed))


class _Told(NamedTuple):
    """An occurrence by its place, with its turn and the things it names as the first session knows them."""

    place: int
    turn: int | None
    names: tuple[str, ...]
    sign: Sign

    @property
    def key(self) -> Hashable:
        """What it shares with what is the same."""
        return (self.sign.shape, self.names)

    @property
    def identity(self) -> Hashable:
        """What it shares with what is the same elsewhere: what names nothing cannot leave its turn."""
        return (self.key, None if self.names else self.turn)

    @property
    def event(self) -> Hashable:
        """What it shares with what happened to the same thing with another outcome."""
        return (self.turn, self.sign.shape[:2], self.names[:1])

    @property
    def gist(self) -> Hashable:
        """What it shares with what happened to another thing."""
        return (self.turn, self.sign.gist)

    @property
    def stream(self) -> str:
        """Who sends; transcripts are made beside the conversation, and come when they are ready."""
        event_type, direction = self.sign.shape[:2]
        return TRANSCRIPTS if event_type.startswith(TRANSCRIPTS) else direction


def _told(session: Session) -> list[_Told]:
    return [_Told(place, o.turn, o.sign.names, o.sign) for place, o in enumerate(session.occurrences)]


def _told_as_in_first(second: Session, ids: dict[str, str], turns: Iterable[Pair]) -> list[_Told]:
    turn_of = {j: i for i, j in turns}
    thing_of = {there: here for here, there in ids.items()}
    return [
        told._replace(
            turn=turn_of.get(told.turn or 0),
            names=tuple(thing_of.get(name, OTHER + name) for name in told.names),
        )
        for told in _told(second)
    ]


def _same(a: Session, b: Session, turns: list[Pair], here: Sequence[_Told], there: Sequence[_Told]) -> list[Pair]:
    starts_a, starts_b = _starts(a), _starts(b)
    pairs: list[Pair] = []
    for i, j in turns:
        mine = [told.key for told in here[starts_a[i] : starts_a[i + 1]]]
        others = [told.key for told in there[starts_b[j] : starts_b[j + 1]]]
        pairs += ((starts_a[i] + left, starts_b[j] + right) for left, right in aligned(mine, others))
    return pairs


def _starts(session: Session) -> list[int]:
    """Give the place at which each turn begins, and the end."""
    starts = [0]
    for turn in session.turns:
        starts.append(starts[-1] + len(turn.occurrences))
    return starts


def _unpaired(told: Iterable[_Told], pairs: Iterable[Pair], side: int) -> list[_Told]:
    paired = {pair[side] for pair in pairs}
    return [each for each in told if each.place not in paired]


def _moved(here: Iterable[_Told], there: Sequence[_Told]) -> list[Pair]:
    """Pair what happened on both sides, but not in the same order."""
    places: dict[Hashable, list[int]] = {}
    for told in reversed(there):
        places.setdefault(told.identity, []).append(told.place)
    return [(told.place, places[told.identity].pop()) for told in here if places.get(told.identity)]


def _changed(here: Sequence[_Told], there: Sequence[_Told], blocks: Iterable[Block]) -> list[Pair]:
    """Pair what happened otherwise between two places that are the same: to the same thing, or else to another."""
    pairs: list[Pair] = []
    i = j = 0
    for block in blocks:
        i_end, j_end = bisect(here, block.a_end - 1, key=_place), bisect(there, block.b_end - 1, key=_place)
        pairs += _changed_between(here[i:i_end], there[j:j_end])
        i, j = i_end, j_end
    return pairs


def _place(told: _Told) -> int:
    return told.place


def _changed_between(here: Sequence[_Told], there: Sequence[_Told]) -> list[Pair]:
    if not here or not there:
        return []
    pairs = aligned([told.event for told in here], [told.event for told in there])
    for gap in gaps(pairs, Block(0, len(here), 0, len(there))):
        mine, others = here[gap.a : gap.a_end], there[gap.b : gap.b_end]
        found = aligned([told.gist for told in mine], [told.gist for told in others])
        pairs += ((gap.a + i, gap.b + j) for i, j in found)
    return [(here[i].place, there[j].place) for i, j in sorted(pairs)]


def _crossed(here: Sequence[_Told], straight: list[Pair], moved: list[Pair]) -> set[Pair]:
    """Give those of *moved* that keep their place among all that the same sender sent."""
    fixed, free = _by_stream(here, straight), _by_stream(here, moved)
    crossed: set[Pair] = set()
    for stream, pairs in free.items():
        before = fixed.get(stream, [])
        mine, others = [i for i, _ in before], [j for _, j in before]
        crossed.update(ascending([(i, j) for i, j in pairs if bisect(mine, i) == bisect(others, j)]))
    return crossed


def _by_stream(here: Sequence[_Told], pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    streams: dict[str, list[Pair]] = {}
    for i, j in sorted(pairs):
        streams.setdefault(here[i].stream, []).append((i, j))
    return streams
