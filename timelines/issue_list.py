"""The T+ list of an issue: a point for what happened, with the lanes where it proves something."""

from collections.abc import Iterator, Sequence
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.timelines.folds import background_text, left_out_text
from rtlog.timelines.lane_block import block
from rtlog.timelines.markdown_page import Room, size
from rtlog.timelines.markdown_text import code_block, inline, plain
from rtlog.timelines.model import Mark, Timeline
from rtlog.timelines.points import Point, background, points, sentence
from rtlog.timelines.rows import LeftOutRow, Row
from rtlog.timelines.starting import Start, skipped, start_of
from rtlog.timelines.telling import Teller

TIMES: Final = "×"  # noqa: RUF001 - a multiplication sign is meant
INDENT: Final = "  "
GAP: Final = 160
"""Bytes for saying that points are left out, should a point that is shown stand beside a gap."""
LEGEND: Final = (
    "*Server conversation: what the server holds, by its own events. mirror: the client library's copy of it.{local}*"
)
LEGEND_LOCAL: Final = " local: the application's own chat context."
MARKED: Final = 6
"""Findings that are named at one point."""


def list_lines(timeline: Timeline, page: Sequence[Row], teller: Teller, room: int) -> list[str]:
    """Give the list in at most about *room* bytes: what proves nothing is left out first, and said to be."""
    left_out, page = skipped(page)
    start = start_of(timeline, page)
    if start is None:
        return ["Nothing to show."]
    lines = [f"*{plain(left_out_text(left_out))}*", ""] if left_out is not None else []
    lines += _starting_state(start, teller)
    shown = list(points(page))
    views = [start.view, *(point.after for point in shown if isinstance(point, Point))]
    lines += [LEGEND.format(local=LEGEND_LOCAL if any(view.lane("local") is not None for view in views) else ""), ""]
    beside = background(page)
    ending = [f"* *besides: {plain(background_text(beside, TIMES))}*"] if beside else []
    return [*lines, *_chosen(shown, teller, Room(room - size([*lines, *ending]) - GAP)), *ending]


def _chosen(all_points: Sequence[Point | LeftOutRow], teller: Teller, room: Room) -> Iterator[str]:
    told: dict[int, list[str]] = {}
    for matters in (True, False):
        for number, point in enumerate(all_points):
            if _matters(point) is not matters:
                continue
            lines = _lines(point, teller)
            # All of them pay for a gap beside them, though only some will have one.
            if room.left < size(lines) + GAP:
                break
            room.left -= size(lines) + (GAP if matters else 0)
            told[number] = lines
    yield from _with_gaps(all_points, told, teller)


def _with_gaps(all_points: Sequence[Point | LeftOutRow], told: dict[int, list[str]], teller: Teller) -> Iterator[str]:
    gap: list[Point | LeftOutRow] = []
    for number, point in enumerate(all_points):
        if number in told:
            yield from _gap(gap, teller)
            gap = []
            yield from told[number]
        else:
            gap.append(point)
    yield from _gap(gap, teller)


def _gap(gap: Sequence[Point | LeftOutRow], teller: Teller) -> Iterator[str]:
    if gap:
        first, last = _ends(gap[0])[0], _ends(gap[-1])[1]
        proofs = sum(_matters(point) for point in gap)
        number = f"{len(gap):,} point{'s are' if len(gap) > 1 else ' is'}"
        proving = f", {proofs:,} of which prove findings" if proofs else ""
        times = f"{teller.when(first)} to {teller.when(last)}, " if first.t is not None else ""
        told = f"... {number} cut here{proving}: {times}lines {first.line}-{last.line} ..."
        yield f"* *{plain(told)}*"


def _ends(point: Point | LeftOutRow) -> tuple[Moment, Moment]:
    if isinstance(point, LeftOutRow):
        return point.first, point.last
    return point.entries[0].at, point.entries[-1].at


def _matters(point: Point | LeftOutRow) -> bool:
    if isinstance(point, LeftOutRow):
        return bool(point.evidence)
    return any(entry.marks for entry in point.entries)


def _lines(point: Point | LeftOutRow, teller: Teller) -> list[str]:
    if isinstance(point, LeftOutRow):
        return [f"* *{plain(left_out_text(point))}*"]
    return list(_point(point, teller))


def _starting_state(start: Start, teller: Teller) -> Iterator[str]:
    under_way = "; ".join(inline(teller.tell(words)) for words in start.under_way)
    yield f"Starting state{f' ({under_way})' if under_way else ''}:"
    yield ""
    yield from code_block(block(start.view, teller))
    yield ""


def _point(point: Point, teller: Teller) -> Iterator[str]:
    entries = point.entries
    time = plain(teller.stamp(entries[0].at))
    marks = tuple(mark for entry in entries for mark in entry.marks)
    yield f"* **{time}** — {inline(sentence(point, teller, TIMES))}{_markers(marks)}"
    if marks and point.before != point.after:
        yield ""
        yield from code_block(block(point.after, teller), INDENT)
        yield ""


def _markers(marks: tuple[Mark, ...]) -> str:
    acts = list(dict.fromkeys(f"**{m.finding.rule} {m.finding.name}**" for m in marks if m.act))
    proofs = list(dict.fromkeys(m.finding.rule for m in marks if not m.act))
    told = _few(acts)
    told += [f"evidence of {', '.join(_few(proofs))}"] if proofs else []
    return f" [{'; '.join(told)}]" if told else ""


def _few(names: list[str]) -> list[str]:
    more = len(names) - MARKED
    return names if more <= 0 else [*names[:MARKED], f"{more:,} more"]
