"""One page of two sessions: rows in the order of both, those of the first before those of the second."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.timelines.diffing.alignment import Block, Pair, gaps
from rtlog.timelines.diffing.correspondence import Correspondence
from rtlog.timelines.diffing.occurrences import Occurrence, Session, Turn

Kind = Literal["same", "changed", "moved", "gone", "new"]
"""`gone` is only in the first session, `new` only in the second; a `moved` row stands where one side has it."""
Order = Literal["none", "own", "all"]
Turns = tuple[Turn | None, Turn | None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What counts as a difference beside what happened: words, where they are asked for, and order.

    Of the order either `none` counts, or each sender's `own`, or `all`: also how the senders interleave.

    `drift_ms` is how much two times may differ until that is told (it never counts); `None` tells none.
    """

    words: bool = False
    order: Order = "own"
    drift_ms: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What happened in the first session, the second, or both.

    `elsewhere` is where the other session has what moved, or what is the same but for how it interleaves.

    `drift_ms` is how much later after the start of its turn
    the second was, where that is worth telling.
    """

    kind: Kind
    a: Occurrence | None = None
    b: Occurrence | None = None
    elsewhere: Moment | None = None
    drift_ms: float | None = None

    @property
    def differs(self) -> bool:
        """Whether it is a difference."""
        return self.kind != "same"

    @property
    def said_otherwise(self) -> bool:
        """Whether both sides have it, in other words."""
        return self.a is not None and self.b is not None and self.a.sign.said != self.b.sign.said

    @property
    def one(self) -> Occurrence:
        """The occurrence of the first session, else of the second."""
        one = self.a or self.b
        assert one is not None, "a row has a side"  # noqa: S101 - what the makers of rows owe
        return one


class Places:
    """Finds the turns that a row stands in."""

    def __init__(self, turns: Sequence[Turns]) -> None:
        self._turns = turns
        self._of_a = {a.number: place for place, (a, _) in enumerate(turns) if a is not None}
        self._of_b = {b.number: place for place, (_, b) in enumerate(turns) if b is not None}

    def of(self, row: Row) -> int:
        """Give the place of the turns of *row* among all turns: those of the first session where it has the row."""
        return self._of_b[row.one.turn] if row.a is None else self._of_a[row.a.turn]

    def turns(self, row: Row) -> Turns:
        """Give the turns of *row*."""
        return self._turns[self.of(row)]


def merged(a: Session, b: Session, found: Correspondence, wishes: Wishes) -> list[Row]:
    """Give the rows of two sessions of which *found* corresponds."""
    places = Places(turns_of(a, b, found))
    return list(_Merger(a.occurrences, b.occurrences, found, wishes).rows(places))


class _Merger:
    def __init__(self, a: list[Occurrence], b: list[Occurrence], found: Correspondence, wishes: Wishes) -> None:
        self._a, self._b = a, b
        self._straight = sorted(found.same + found.changed)
        self._changed = set(found.changed)
        self._wishes = wishes
        loose = {"none": [], "own": found.moved, "all": found.moved + found.crossed}[wishes.order]
        self._moved_a, self._moved_b = dict(loose), {j: i for i, j in loose}
        """Where the other side has what is a difference by its place."""
        self._kept_a = dict(found.moved + found.crossed)
        self._kept_b = set(self._kept_a.values())

    def rows(self, places: Places) -> Iterator[Row]:
        whole = Block(0, len(self._a), 0, len(self._b))
        for gap, pair in zip(gaps(self._straight, whole), [*self._straight, None], strict=True):
            apart = [*map(self._only_a, range(gap.a, gap.a_end)), *self._only_b(range(gap.b, gap.b_end))]
            yield from sorted(apart, key=places.of)
            if pair is not None:
                yield self._both(pair)

    def _both(self, pair: Pair) -> Row:
        row = Row("changed" if pair in self._changed else "same", self._a[pair[0]], self._b[pair[1]])
        return replace(row, kind="changed") if self._wishes.words and row.said_otherwise else row

    def _only_a(self, i: int) -> Row:
        if i in self._moved_a:
            return Row("moved", a=self._a[i], elsewhere=self._b[self._moved_a[i]].at)
        if i in self._kept_a:
            j = self._kept_a[i]
            return replace(self._both((i, j)), elsewhere=self._b[j].at)
        return Row("gone", a=self._a[i])

    def _only_b(self, indices: Iterable[int]) -> Iterator[Row]:
        for j in indices:
            if j in self._moved_b:
                yield Row("moved", b=self._b[j], elsewhere=self._a[self._moved_b[j]].at)
            elif j not in self._kept_b:
                yield Row("new", b=self._b[j])


def turns_of(a: Session, b: Session, found: Correspondence) -> list[Turns]:
    """Give the turns of both, those that correspond side by side."""
    turns: list[Turns] = []
    for gap, pair in zip(gaps(found.turns, Block(0, len(a.turns), 0, len(b.turns))), [*found.turns, None], strict=True):
        turns += ((turn, None) for turn in a.turns[gap.a : gap.a_end])
        turns += ((None, turn) for turn in b.turns[gap.b : gap.b_end])
        if pair is not None:
            turns.append((a.turns[pair[0]], b.turns[pair[1]]))
    return turns


def with_drift(rows: Iterable[Row], a: Session, b: Session, turns: Collection[Pair], limit_ms: float) -> list[Row]:
    """Note where two turns drift apart by more than *limit_ms*; what is late only since then is not told again."""
    told: dict[Pair, float] = {}

    def noted(row: Row) -> Row:
        if row.a is None or row.b is None:
            return row
        pair, drift = (row.a.turn, row.b.turn), _drift(a, b, row.a, row.b)
        if drift is None or pair not in turns or abs(drift - told.get(pair, 0.0)) <= limit_ms:
            return row
        told[pair] = drift
        return replace(row, drift_ms=drift)

    return [noted(row) for row in rows]


def _drift(a: Session, b: Session, here: Occurrence, there: Occurrence) -> float | None:
    mine, others = elapsed(a.turns[here.turn].start, here.at), elapsed(b.turns[there.turn].start, there.at)
    return None if mine is None or others is None else (others - mine) / NS_PER_MS
