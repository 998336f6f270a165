"""Where each row of a drawn chart stands: one below the other, and further down the later it came."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.timelines.model import Entry, Mark
from rtlog.timelines.rows import EntryRow, IdleRow, LeftOutRow, Row
from rtlog.timelines.telling import Segments

LEADING: Final = 16.0
"""Pixels from line to line."""
PX_PER_MS: Final = 0.12
LONGEST: Final = 56.0
"""Pixels that a pause adds at most: above it time is squeezed, and the times tell."""
BREAK: Final = 10.0


@dataclass(slots=True)
class Placed:
    """A row: `y` is the baseline of its first line, `drawn` the height of its record on the lifelines."""

    row: Row
    y: float
    lines: list[Segments]
    findings: list[tuple[Mark, int, int]] = field(default_factory=list)
    """Findings that stand here, with the first of their lines and the one behind the last."""

    @property
    def drawn(self) -> float:
        """Give where its record stands."""
        return self.y - 4

    @property
    def bottom(self) -> float:
        """Give where the next row may begin."""
        return self.y + (len(self.lines) - 1) * LEADING + 6

    @property
    def entry(self) -> Entry | None:
        """Give its record, where it is one record."""
        return self.row.entry if isinstance(self.row, EntryRow) else None

    @property
    def breaks(self) -> bool:
        """Whether time or records are left out here."""
        return isinstance(self.row, IdleRow | LeftOutRow)


def stacked(told: Iterable[tuple[Row, list[Segments], list[tuple[Mark, int, int]]]], top: float) -> Iterator[Placed]:
    """Give the rows with their places, from *top* down."""
    y, last = top, None
    for row, lines, findings in told:
        placed = Placed(row, y + _pause(last, row), lines, findings)
        if placed.breaks:
            placed.y += BREAK
        yield placed
        y = placed.bottom + LEADING - 4 + (BREAK if placed.breaks else 0)
        last = row


def _pause(earlier: Row | None, later: Row) -> float:
    if earlier is None or isinstance(earlier, IdleRow | LeftOutRow) or isinstance(later, IdleRow | LeftOutRow):
        return 0
    if earlier.last.t is None or later.first.t is None:
        return 0
    return min(LONGEST, max(0, later.first.t - earlier.last.t) / NS_PER_MS * PX_PER_MS)


class Heights:
    """Where the moments of the shown rows are."""

    def __init__(self, rows: Sequence[Placed]) -> None:
        self._rows = rows
        self._exact = {row.row.first.seq: row.drawn for row in rows if row.entry is not None}

    def of(self, at: Moment) -> float | None:
        """Give the height of the record at *at*; `None` where it has no row of its own."""
        return self._exact.get(at.seq)

    def between(self, start: Moment, end: Moment | None) -> tuple[float, float] | None:
        """Give the heights from *start* to *end*, as far as rows show them; `None` where they show nothing of it."""
        inside = [
            row for row in self._rows if row.row.last.seq >= start.seq and (end is None or row.row.first.seq <= end.seq)
        ]
        if not inside:
            return None
        low = self._exact.get(start.seq, inside[0].drawn)
        high = inside[-1].drawn if end is None else self._exact.get(end.seq, inside[-1].drawn)
        return low, max(low, high)
