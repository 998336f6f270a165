"""What of two sessions corresponds: first turns, then the things that come up in them, then what happens to those.

The ids of two runs have nothing in common, and labels shift once a run has one thing more. So things are matched by
the order in which they come up in matching turns, and everything else by the things it names.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rtlog.timelines.diffing.alignment import Block, Pair, aligned, gaps
from rtlog.timelines.diffing.occurrences import Occurrence, Session, Turn
from rtlog.timelines.diffing.signs import Shape, kind_of
from rtlog.timelines.diffing.turns import paired_turns

OTHER: Final = "\x00"
"""Begins the ids of the second session that the first has no counterpart of, should it use the same ones."""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Pairs of indices of occurrences: `same` and `changed` ascend on both sides, `moved` cross them.

    `changed` happened on both sides to other things, or in another way; `ids` leads from things of the first session
    to those of the second.
    """

    turns: list[Pair]
    ids: dict[str, str]
    same: list[Pair]
    changed: list[Pair]
    moved: list[Pair]

    def mirrored(self) -> "Correspondence":
        """Give the same seen from the other side."""
        return Correspondence(
            _swapped(self.turns),
            {b: a for a, b in self.ids.items()},
            _swapped(self.same),
            _swapped(self.changed),
            _swapped(self.moved),
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
    ids = _matched_things(a, b, turns)
    things = {there: here for here, there in ids.items()}
    keys_a, keys_b = _keys(a, lambda name: name), _keys(b, lambda name: things.get(name, OTHER + name))
    same = _same(a, b, turns, keys_a, keys_b)
    rest_a, rest_b = _unpaired(len(keys_a), same, 0), _unpaired(len(keys_b), same, 1)
    moved = _moved([(keys_a[i], i) for i in rest_a], [(keys_b[j], j) for j in rest_b])
    out_a, out_b = {i for i, _ in moved}, {j for _, j in moved}
    told_a, told_b = a.occurrences, b.occurrences
    changed: list[Pair] = []
    for gap in gaps(same, Block(0, len(keys_a), 0, len(keys_b))):
        left = [i for i in range(gap.a, gap.a_end) if i not in out_a]
        right = [j for j in range(gap.b, gap.b_end) if j not in out_b]
        changed += _changed(told_a, told_b, left, right)
    return Correspondence(turns, ids, same, changed, moved)


# --- things ---------------------------------------------------------------------------------------------------------


class _Debut(NamedTuple):
    """Things that an occurrence is the first to name; `facts` tell them from others, whatever else it names."""

    facts: Hashable
    names: tuple[str, ...]


def _matched_things(a: Session, b: Session, turns: list[Pair]) -> dict[str, str]:
    debuts_a, debuts_b = _debuts(a), _debuts(b)
    ids: dict[str, str] = {}
    for i, j in turns:
        ids |= _matched(debuts_a[i], debuts_b[j])
    # What came up in another turn, because the user spoke a little earlier, or in a turn that the other lacks.
    taken = set(ids.values())
    late_a = [debut for turn in debuts_a for debut in turn if ids.keys().isdisjoint(debut.names)]
    late_b = [debut for turn in debuts_b for debut in turn if taken.isdisjoint(debut.names)]
    return ids | _matched(late_a, late_b)


def _matched(a: Sequence[_Debut], b: Sequence[_Debut]) -> dict[str, str]:
    pairs = aligned([debut.facts for debut in a], [debut.facts for debut in b])
    return {here: there for i, j in pairs for here, there in zip(a[i].names, b[j].names, strict=True)}


def _debuts(session: Session) -> list[list[_Debut]]:
    seen: set[str] = set()
    return [list(_debuts_of(session, turn, seen)) for turn in session.turns]


def _debuts_of(session: Session, turn: Turn, seen: set[str]) -> Iterable[_Debut]:
    names = session.timeline.names
    for occurrence in turn.occurrences:
        fresh = tuple(dict.fromkeys(name for name in occurrence.sign.names if name not in seen))
        if fresh:
            seen.update(fresh)
            yield _Debut((occurrence.sign.facts, *(kind_of(name, names) for name in fresh)), fresh)


# --- occurrences ----------------------------------------------------------------------------------------------------


def _keys(session: Session, thing: Callable[[str], str]) -> list[Hashable]:
    return [(o.sign.shape, *map(thing, o.sign.names)) for o in session.occurrences]


def _same(
    a: Session, b: Session, turns: list[Pair], keys_a: Sequence[Hashable], keys_b: Sequence[Hashable]
) -> list[Pair]:
    starts_a, starts_b = _starts(a), _starts(b)
    pairs: list[Pair] = []
    for i, j in turns:
        mine, others = keys_a[starts_a[i] : starts_a[i + 1]], keys_b[starts_b[j] : starts_b[j + 1]]
        pairs += ((starts_a[i] + left, starts_b[j] + right) for left, right in aligned(mine, others))
    return pairs


def _starts(session: Session) -> list[int]:
    """Give the index at which each turn begins, and the end."""
    starts = [0]
    for turn in session.turns:
        starts.append(starts[-1] + len(turn.occurrences))
    return starts


def _unpaired(length: int, pairs: list[Pair], side: int) -> list[int]:
    paired = {pair[side] for pair in pairs}
    return [index for index in range(length) if index not in paired]


def _moved(a: Sequence[tuple[Hashable, int]], b: Sequence[tuple[Hashable, int]]) -> list[Pair]:
    """Pair what happened on both sides, but not in the same order."""
    places: dict[Hashable, list[int]] = {}
    for key, j in reversed(b):
        places.setdefault(key, []).append(j)
    return [(i, places[key].pop()) for key, i in a if places.get(key)]


def _changed(a: Sequence[Occurrence], b: Sequence[Occurrence], left: list[int], right: list[int]) -> list[Pair]:
    """Pair what is of one gist, or at least of one type, between two places that are the same."""
    if not left or not right:
        return []
    pairs = aligned([a[i].sign.gist for i in left], [b[j].sign.gist for j in right])
    rest: list[Pair] = []
    for gap in gaps(pairs, Block(0, len(left), 0, len(right))):
        types_a = [a[i].sign.shape[:2] for i in left[gap.a : gap.a_end]]
        types_b = [b[j].sign.shape[:2] for j in right[gap.b : gap.b_end]]
        rest += ((gap.a + i, gap.b + j) for i, j in aligned(types_a, types_b))
    return [(left[i], right[j]) for i, j in sorted(pairs + rest)]
