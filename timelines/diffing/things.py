"""Which things of two sessions correspond: items, responses, events of one id here and another there.

Labels shift once a run has one thing more, so things are matched by the order in which they come up in matching turns.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from rtlog.timelines.diffing.alignment import Pair, aligned
from rtlog.timelines.diffing.occurrences import Session, Turn
from rtlog.timelines.diffing.signs import kind_of


def matched_things(a: Session, b: Session, turns: Iterable[Pair]) -> dict[str, str]:
    """Give what things of *b* those of *a* are, by id; *turns* are those that correspond."""
    said = ((a.turns[i].item, b.turns[j].item) for i, j in turns)
    ids = {here: there for here, there in said if here is not None and there is not None}
    debuts_a, debuts_b = _debuts(a, ids), _debuts(b, ids.values())
    for i, j in turns:
        ids |= _matched(debuts_a[i], debuts_b[j])
    # What came up in another turn, because the user spoke a little earlier, or in a turn that the other lacks.
    taken = set(ids.values())
    late_a = [debut for turn in debuts_a for debut in turn if ids.keys().isdisjoint(debut.names)]
    late_b = [debut for turn in debuts_b for debut in turn if taken.isdisjoint(debut.names)]
    return ids | _matched(late_a, late_b)


class _Debut(NamedTuple):
    """Things that an occurrence is the first to name; `facts` tell them from others, whatever else it names."""

    facts: Hashable
    names: tuple[str, ...]


def _matched(a: Sequence[_Debut], b: Sequence[_Debut]) -> dict[str, str]:
    pairs = aligned([debut.facts for debut in a], [debut.facts for debut in b])
    return {here: there for i, j in pairs for here, there in zip(a[i].names, b[j].names, strict=True)}


def _debuts(session: Session, known: Iterable[str]) -> list[list[_Debut]]:
    seen = set(known)
    return [list(_debuts_of(session, turn, seen)) for turn in session.turns]


def _debuts_of(session: Session, turn: Turn, seen: set[str]) -> Iterable[_Debut]:
    names = session.timeline.names
    for occurrence in turn.occurrences:
        fresh = tuple(dict.fromkeys(name for name in occurrence.sign.names if name not in seen))
        if fresh:
            seen.update(fresh)
            yield _Debut((occurrence.sign.facts, *(kind_of(name, names) for name in fresh)), fresh)
