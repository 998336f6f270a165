"""A comparison in a terminal: the summary, then the differences like those of `diff -u`, with T+ of both sides."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.hunks import Folded, Hunk, hunks
from rtlog.timelines.diffing.merging import Row
from rtlog.timelines.diffing.occurrences import Occurrence
from rtlog.timelines.diffing.sides import Side
from rtlog.timelines.diffing.summary import deltas, facts, same_text, width_of
from rtlog.timelines.diffing.telling import Tellers, heading, moved_told, sentence, words_of
from rtlog.timelines.drawing import Drawing
from rtlog.timelines.marking import headed
from rtlog.timelines.model import Mark
from rtlog.timelines.telling import Line, Role, Segment, Segments

COLOURS: Final[dict[str, Role]] = {"-": "error", "+": "server", "~": "warning", " ": ""}


class Style(NamedTuple):
    """How the differences are drawn."""

    drawing: Drawing
    context: int


def difference(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers, style: Style) -> Iterator[Line]:
    """Give the lines of *comparison*."""
    if comparison.same:
        yield Line((Segment(same_text(comparison), "bold"),))
    yield from summary(comparison, sides, tellers)
    yield from differences(comparison, tellers, style)


def summary(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers) -> Iterator[Line]:
    """Give the lines that stand first."""
    told = list(facts(comparison, sides, tellers))
    width = width_of(fact.name for fact in told)
    for name, segments in told:
        yield Line(segments, (Segment(f"{name:<{width}}  ", "dim"),), (Segment(" " * (width + 2)),))
    for sign, segments in deltas(comparison, sides, tellers):
        yield Line(segments, (Segment(f"{sign} ", COLOURS[sign]),), (Segment("    "),))


def differences(comparison: Comparison, tellers: Tellers, style: Style) -> Iterator[Line]:
    """Give the lines of what differs."""
    drawn = list(hunks(comparison, style.context))
    painter = _Painter(comparison, tellers, style.drawing, _time_width(drawn, tellers))
    for hunk in drawn:
        yield Line(())
        yield Line(heading(hunk, tellers))
        for row in hunk.folded():
            if isinstance(row, Folded):
                yield Line((Segment(f"... {row.rows:,} more that differ ...", "dim"),), (Segment("  "),))
            else:
                yield from painter.row(row)


def _time_width(drawn: Sequence[Hunk], tellers: Tellers) -> int:
    rows = [row for hunk in drawn for row in hunk.rows]
    times = [tellers.a.when(row.a.at) for row in rows if row.a] + [tellers.b.when(row.b.at) for row in rows if row.b]
    return width_of(times)


class _Painter:
    def __init__(self, comparison: Comparison, tellers: Tellers, drawing: Drawing, width: int) -> None:
        self._common = {finding.id for finding in comparison.both}
        self._tellers = tellers
        self._drawing = drawing
        self._width = width

    def row(self, row: Row) -> Iterator[Line]:
        if row.a is not None and row.b is not None and not row.differs:
            yield from self._same(row, row.a, row.b)
            return
        moved = tuple(moved_told(row, self._tellers))
        if row.a is not None:
            yield self._line("-", row.a, None, (*sentence(row.a, self._tellers.a), *moved))
            yield from self._marks(row.a.marks, "-")
        if row.b is not None:
            yield self._line("+", None, row.b, (*sentence(row.b, self._tellers.b), *moved))
            yield from self._marks(row.b.marks, "+")

    def _same(self, row: Row, a: Occurrence, b: Occurrence) -> Iterator[Line]:
        told = sentence(a, self._tellers.a)
        if row.drift_ms is not None:
            told = (*told, Segment(f" ({row.drift_ms:+,.0f} ms in its turn)", "warning"))
        yield self._line(" " if row.drift_ms is None else "~", a, b, told)
        if row.said_otherwise and self._tellers.private:
            yield Line((Segment("in B: ", "dim"), *words_of(b, self._tellers.b)), self._follow(" "))
        yield from self._marks(a.marks, "-")
        yield from self._marks(tuple(mark for mark in b.marks if mark.finding.id not in self._common), "+")

    def _line(self, sign: str, a: Occurrence | None, b: Occurrence | None, told: Segments) -> Line:
        one = a or b
        times = [teller.when(side.at) if side else "" for teller, side in zip(self._tellers.both, (a, b), strict=True)]
        arrow = self._drawing.arrows.get(one.at.dir, " ") if one else " "
        lead = (
            Segment(f"{sign} ", COLOURS[sign]),
            Segment(" ".join(f"{time:>{self._width}}" for time in times), "time"),
            Segment(f"  {arrow:<3}"),
        )
        return Line(told, lead, self._follow(sign))

    def _marks(self, marks: Sequence[Mark], sign: str) -> Iterator[Line]:
        for mark in marks:
            if mark.act:
                shown = " " if mark.finding.id in self._common else sign
                yield Line((Segment("! ", "bold"), *headed(mark.finding)), self._follow(shown))

    def _follow(self, sign: str) -> Segments:
        return (Segment(f"{sign} ", COLOURS[sign]), Segment(" " * (2 * self._width + 8 - 2)))
