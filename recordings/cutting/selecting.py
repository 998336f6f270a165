"""Which records a cut keeps: those of its spans, and those without which the spans would tell something else."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from rtlog.recordings.cutting.facts import Facts, Trait


class Span(NamedTuple):
    """Lines from `first` to `last`, both included."""

    first: int
    last: int


def holds(spans: Sequence[Span], line: int) -> bool:
    """Say whether one of *spans*, in order and apart, holds *line*."""
    place = bisect_right(spans, line, key=_first)
    return place > 0 and line <= spans[place - 1].last


def _first(span: Span) -> int:
    return span.first


class Breadth(IntEnum):
    """How much is kept around the spans: each keeps what the one before it keeps, and more."""

    NEAR = 0
    """How whatever the spans name, or finds itself in the conversation then, came to be."""
    ENDED = 1
    """And what became of whatever the spans name."""
    EVENTS = 2
    """And every event before, but pieces of other texts and sounds."""
    LATER = 3
    """And every event after, but pieces of texts and sounds."""
    BEFORE = 4
    """And all of what was before."""
    WHOLE = 5


def selected(facts: Facts, spans: Sequence[Span], breadth: Breadth) -> list[int]:
    """Give the places in *facts*, in order, of the records that a cut to *spans* keeps."""
    if breadth is Breadth.WHOLE or not spans:
        return list(range(len(facts)))
    return _Selecting(facts, spans).places(breadth)


class _Selecting:
    def __init__(self, facts: Facts, spans: Sequence[Span]) -> None:
        self._facts = facts
        self._inside = [
            place
            for span in spans
            for place in range(bisect_left(facts.lines, span.first), bisect_right(facts.lines, span.last))
        ]
        self._first = self._inside[0] if self._inside else len(facts)
        self._end = self._inside[-1] + 1 if self._inside else len(facts)
        self._named = {subject for place in self._inside for subject in self._of(place)}

    def places(self, breadth: Breadth) -> list[int]:
        kept = {*self._inside, *self._frame(), *self._buffered()}
        if breadth >= Breadth.BEFORE:
            kept.update(range(self._end))
        elif breadth >= Breadth.EVENTS:
            kept.update(place for place in range(self._end) if not self._is(place, Trait.BULK))
        named = self._related(self._named, range(len(self._facts)))
        known = self._related(self._standing(), range(self._end))
        kept.update(self._about(range(self._end), known, Trait.BULK))
        kept.update(self._about(range(self._end), named, Trait.NONE))
        if breadth >= Breadth.ENDED:
            kept.update(self._about(range(self._end, len(self._facts)), named, Trait.BULK))
        if breadth >= Breadth.LATER:
            behind = range(self._end, len(self._facts))
            kept.update(place for place in behind if not self._is(place, Trait.BULK))
        return sorted(kept)

    def _is(self, place: int, trait: Trait) -> bool:
        return bool(self._facts.traits[place] & trait)

    def _of(self, place: int) -> Iterable[int]:
        anchor = self._facts.anchors.get(place)
        return self._facts.subjects[place] if anchor is None else (*self._facts.subjects[place], anchor)

    def _frame(self) -> Iterable[int]:
        """Give the socket's and the session's own, up to the spans' end."""
        return (place for place in range(self._end) if self._is(place, Trait.FRAME))

    def _about(self, places: Iterable[int], subjects: set[int], without: Trait) -> Iterable[int]:
        named = self._facts.subjects
        return (place for place in places if not self._is(place, without) and not subjects.isdisjoint(named[place]))

    def _related(self, subjects: set[int], places: range) -> set[int]:
        """Give *subjects* and what is told together with them: an item's response and call, their other items."""
        beside = defaultdict[int, set[int]](set)
        for place in places:
            about = self._facts.subjects[place]
            if len(about) > 1 and not self._is(place, Trait.BULK):
                for subject in about:
                    beside[subject].update(about)
        return _reached(subjects, beside)

    def _standing(self) -> set[int]:
        """Give what the spans name, what lives when they begin, and all behind which any of it ever stood."""
        facts, living = self._facts, set[int]()
        stood = defaultdict[int, set[int]](set)
        for place in range(self._end):
            about = facts.subjects[place][:1]
            if place < self._first and self._is(place, Trait.ADDS):
                living.update(about)
            elif place < self._first and self._is(place, Trait.DELETES):
                living.difference_update(about)
            if about and place in facts.anchors:
                stood[about[0]].add(facts.anchors[place])
        return _reached(self._named | living, stood)

    def _buffered(self) -> set[int]:
        """Give what had been appended and not been taken when the spans begin, and the last push before them."""
        appended, pushes = defaultdict[int, list[int]](list), dict[int, int]()
        for place in range(self._first):
            conn = self._facts.conns[place]
            if self._is(place, Trait.APPEND):
                appended[conn].append(place)
            elif self._is(place, Trait.EMPTIES):
                appended[conn].clear()
            elif self._is(place, Trait.PUSH):
                pushes[conn] = place
        return {place for places in appended.values() for place in places} | set(pushes.values())


def _reached(subjects: set[int], ways: Mapping[int, set[int]]) -> set[int]:
    """Give *subjects* and all that *ways* lead to from them."""
    known, waiting = set(subjects), list(subjects)
    while waiting:
        fresh = ways.get(waiting.pop(), set()) - known
        known |= fresh
        waiting.extend(fresh)
    return known
