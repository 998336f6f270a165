"""Points of a T+ list: a record that matters, with the lesser records of its step gathered around it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from rtlog.analyzers.moment import NS_PER_MS
from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines.folds import fold_segments
from rtlog.timelines.lane_text import lane_effects
from rtlog.timelines.lanes import View
from rtlog.timelines.model import Entry, comes_in_bursts
from rtlog.timelines.rows import FOLDED, EntryRow, FoldRow, LeftOutRow, Row
from rtlog.timelines.steps import steps
from rtlog.timelines.telling import Segment, Segments, Teller, clip

LESSER: Final = FOLDED | {
    "response.output_item.added",
    "response.function_call_arguments.done",
    "input_audio_buffer.speech_stopped",
}
ENDS: Final = (".”", "!”", "?”")
"""Words of a person that end a sentence of ours, too."""
ACTORS: Final = {"client": "the client sends ", "server": "the server sends ", "local": "in the application, "}


@dataclass(slots=True)
class Point:
    """One point: its records (several only of one type and ms), and what came right before and after in its step."""

    head: list[EntryRow]
    earlier: list[EntryRow | FoldRow] = field(default_factory=list)
    later: list[EntryRow | FoldRow] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        """The records that the point is about."""
        return [row.entry for row in self.head]

    @property
    def changed(self) -> bool:
        """Whether any of its records changed a lane."""
        return any(row.changed for row in self.head)

    @property
    def before(self) -> View:
        """The lanes before it."""
        return self.head[0].before

    @property
    def after(self) -> View:
        """The lanes after it."""
        return self.head[-1].after


def points(page: Iterable[Row]) -> Iterator[Point | LeftOutRow]:
    """Give the points of *page*, and what is left out between them; `background` is no part of any."""
    for step in steps(row for row in page if not _is_background(row)):
        if isinstance(step, LeftOutRow):
            yield step
        else:
            yield from _of_step(step.rows)


def background(page: Iterable[Row]) -> Counter[str]:
    """Count the deltas and appends that a list does without: they change nothing and prove nothing."""
    counts: Counter[str] = Counter()
    for row in page:
        if _is_background(row):
            counts.update(row.counts if isinstance(row, FoldRow) else [row.first.type])
    return counts


def _is_background(row: Row) -> bool:
    if isinstance(row, FoldRow):
        return all(map(comes_in_bursts, row.counts))
    return isinstance(row, EntryRow) and comes_in_bursts(row.first.type) and not row.entry.marks


def _of_step(rows: Iterable[EntryRow | FoldRow]) -> Iterator[Point]:
    point: Point | None = None
    waiting: list[EntryRow | FoldRow] = []
    for row in rows:
        if isinstance(row, FoldRow) or _is_lesser(row):
            (point.later if point else waiting).append(row)
        elif point is not None and _joins(row, point):
            point.head.append(row)
        else:
            if point is not None:
                yield point
            point, waiting = Point([row], waiting), []
    if point is not None:
        yield point
    elif waiting:
        yield from _of_lesser(waiting)


def _of_lesser(rows: list[EntryRow | FoldRow]) -> Iterator[Point]:
    """Make a point of a step in which nothing else happened: its first record heads it."""
    for number, row in enumerate(rows):
        if isinstance(row, EntryRow):
            yield Point([row], rows[:number], rows[number + 1 :])
            return
    fold = rows[0]
    if isinstance(fold, FoldRow) and fold.entries:
        head, *others = (EntryRow(entry, fold.stands, fold.stands) for entry in fold.entries)
        yield Point([head], [], [*others, *fold.without_entries()])


def _is_lesser(row: EntryRow) -> bool:
    return canonical(row.entry.at.type) in LESSER and not row.entry.marks and not row.changed


def _joins(row: EntryRow, point: Point) -> bool:
    at, last = row.entry.at, point.head[-1].entry.at
    same_ms = at.t is not None and last.t is not None and at.t // NS_PER_MS == last.t // NS_PER_MS
    return same_ms and not point.later and (at.type, at.dir, at.conn) == (last.type, last.dir, last.conn)


def sentence(point: Point, teller: Teller, times: str) -> Segments:
    """Say what happened, what it changed, and what came with it."""
    entries = point.entries
    at = entries[0].at
    repeated = f" {times}{len(entries)}" if len(entries) > 1 else ""
    said: list[Segment] = [
        Segment(ACTORS.get(at.dir, "")),
        Segment(clip(at.type or "an event without type"), "wire"),
        Segment(repeated),
    ]
    for number, entry in enumerate(entries):
        if entry.words:
            said += [Segment("; " if number else ": "), *teller.tell(entry.words)]
    if point.earlier:
        said += [Segment(", after "), *companions(point.earlier, teller, times)]
    if not said[-1].text.endswith(ENDS):
        said.append(Segment("."))
    effects = lane_effects(point.before, point.after, teller) if point.changed else ""
    if effects:
        said.append(Segment(f" {effects}."))
    if point.later:
        said += [Segment(" Then "), *companions(point.later, teller, times), Segment(".")]
    return tuple(said)


def companions(rows: list[EntryRow | FoldRow], teller: Teller, times: str) -> Iterator[Segment]:
    """Name what came with a point."""
    for number, row in enumerate(rows):
        if number:
            yield Segment(", ")
        if isinstance(row, FoldRow):
            yield from fold_segments(row, times)
        else:
            yield Segment(clip(row.entry.at.type or "an event without type"), "wire")
        yield Segment(f" ({teller.when(row.first)})")
