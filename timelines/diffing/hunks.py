"""What is shown of a comparison: the rows that differ with some that do not, turn by turn, long runs folded."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.merging import Places, Row, Turns
from rtlog.timelines.model import Mark

CONTEXT: Final = 3
"""Rows shown on either side of a difference, as in `diff -u`."""
HEAD: Final = 30
TAIL: Final = 10
"""Rows that are shown of a long run of differences, at its start and its end."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Rows that differ and are not shown."""

    rows: int


@dataclass(slots=True, eq=False)
class Hunk:
    """Neighbouring rows of one turn."""

    turns: Turns
    rows: list[Row] = field(default_factory=list)

    def folded(self) -> Iterator[Row | Folded]:
        """Give the rows, the middle of a long run of differences folded; a finding's own record never is."""
        for run in _runs(self.rows):
            hidden = 0
            for number, row in enumerate(run):
                if HEAD <= number < len(run) - TAIL and not acts(row):
                    hidden += 1
                    continue
                if hidden:
                    yield Folded(hidden)
                    hidden = 0
                yield row


def _runs(rows: Iterable[Row]) -> Iterator[list[Row]]:
    run: list[Row] = []
    for row in rows:
        if row.differs:
            run.append(row)
            continue
        if run:
            yield run
            run = []
        yield [row]
    if run:
        yield run


def acts(row: Row) -> list[Mark]:
    """Give the findings that stand at *row* itself, on either side."""
    return [mark for side in (row.a, row.b) if side is not None for mark in side.marks if mark.act]


def hunks(comparison: Comparison, context: int = CONTEXT) -> Iterator[Hunk]:
    """Give the parts of *comparison* that differ, with *context* rows around each difference."""
    places = Places(comparison.turns)
    hunk: Hunk | None = None
    last, last_place = -1, -1
    for index in _shown(comparison, context):
        row = comparison.rows[index]
        place = places.of(row)
        if hunk is None or index != last + 1 or place != last_place:
            if hunk is not None:
                yield hunk
            hunk = Hunk(comparison.turns[place])
        hunk.rows.append(row)
        last, last_place = index, place
    if hunk is not None:
        yield hunk


def tells(row: Row, common: set[str]) -> bool:
    """Say whether *row* is worth showing by itself; *common* are the findings of both sides."""
    return row.differs or row.drift_ms is not None or any(mark.finding.id not in common for mark in acts(row))


def _shown(comparison: Comparison, context: int) -> list[int]:
    """Give the indices of what tells and its neighbours; a turn's end ends the neighbourhood."""
    common = {finding.id for finding in comparison.both}
    rows = comparison.rows
    shown: set[int] = set()
    for index, row in enumerate(rows):
        if tells(row, common):
            shown.add(index)
            shown.update(_near(rows, index, range(index - 1, max(-1, index - 1 - context), -1)))
            shown.update(_near(rows, index, range(index + 1, min(len(rows), index + 1 + context))))
    return sorted(shown)


def _near(rows: Sequence[Row], index: int, others: Iterable[int]) -> Iterator[int]:
    for other in others:
        if _turn(rows[other]) != _turn(rows[index]):
            return
        yield other


def _turn(row: Row) -> int:
    return row.one.turn
