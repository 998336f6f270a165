"""The step walk: a starting state, then step after step who does what, with the lanes after each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.timelines.diff import Diff, diff_of
from rtlog.timelines.drawing import Drawing
from rtlog.timelines.folds import fold_text, left_out_text
from rtlog.timelines.lane_block import block
from rtlog.timelines.lanes import Ids, View
from rtlog.timelines.marking import acts, proofs
from rtlog.timelines.model import Entry, Timeline
from rtlog.timelines.rows import EntryRow, FoldRow, LeftOutRow, Row
from rtlog.timelines.starting import skipped, start_of
from rtlog.timelines.steps import Step, steps, title
from rtlog.timelines.stories import consequences, root_sentence
from rtlog.timelines.telling import Line, Segment, Segments, Teller, clip

INDENT: Final = Segment("  ")
DEEP: Final = Segment("    ")
TIME: Final = 9
COARSE_TIME: Final = 14
"""Columns for `T+12345ms`, and for `~1234s line 56`."""


def walk(timeline: Timeline, page: Sequence[Row], teller: Teller, drawing: Drawing) -> Iterator[Line]:
    """Give the lines of *page* as steps, ending with the stories."""
    left_out, shown = skipped(page)
    if left_out is not None:
        yield Line((Segment(left_out_text(left_out), "dim"),))
    yield from _start(timeline, shown, teller, drawing)
    number = 0
    for part in steps(shown):
        yield Line(())
        if isinstance(part, LeftOutRow):
            yield Line((Segment(left_out_text(part), "dim"),))
        else:
            number += 1
            yield Line((Segment(f"Step {number}: ", "bold"), *teller.tell(title(part))))
            yield from _step(part, teller, drawing)
    yield from tldr(timeline, teller)


def tldr(timeline: Timeline, teller: Teller) -> Iterator[Line]:
    """Give the stories in sentences."""
    for story in timeline.stories:
        yield Line(())
        yield Line((Segment("TLDR: ", "bold"), *root_sentence(story, teller)))
        for sentence in consequences(story, teller):
            yield Line(sentence, (INDENT,), (DEEP,))


def _start(timeline: Timeline, page: Sequence[Row], teller: Teller, drawing: Drawing) -> Iterator[Line]:
    start = start_of(timeline, page)
    if start is None:
        yield Line((Segment("nothing to show", "dim"),))
        return
    yield Line((Segment("Starting state", "bold"), Segment(f" at {teller.when(start.at)}:")))
    for words in start.under_way:
        yield Line(teller.tell(words), (INDENT,), (INDENT,))
    yield from _block(start.view, teller, drawing)


def _block(view: View, teller: Teller, drawing: Drawing) -> Iterator[Line]:
    follow = Segment("      ")
    for line in block(view, teller, drawing.width - len(follow.text)):
        yield Line((Segment(line, "name"),), (DEEP,), (follow,))


def _step(step: Step, teller: Teller, drawing: Drawing) -> Iterator[Line]:
    for row in step.rows:
        if isinstance(row, FoldRow):
            lead = _lead(row.first, teller, drawing.arrows.get(row.direction, " "))
            yield Line((Segment(fold_text(row, drawing.times), "dim"),), lead, (Segment(" " * 16),))
        else:
            yield from _entry(row, teller, drawing)
    if step.changed:
        yield from _block(step.after, teller, drawing)


def _entry(row: EntryRow, teller: Teller, drawing: Drawing) -> Iterator[Line]:
    entry = row.entry
    lead = _lead(entry.at, teller, drawing.arrows.get(entry.at.dir, " "))
    follow = (Segment(" " * 16),)
    yield Line(_sentence(entry, teller), lead, follow)
    if recorded := teller.recorded(entry.at):
        yield Line(recorded, follow, follow)
    for finding in acts(entry.marks):
        yield Line((Segment("! ", "bold"), *finding), follow, follow)
    for proof in proofs(entry.marks, teller):
        yield Line((Segment("^ ", "bold"), *proof), follow, follow)
    diff = diff_of(entry, row.before)
    if diff is not None:
        yield from _diff(diff, teller)


def _sentence(entry: Entry, teller: Teller) -> Segments:
    told = teller.tell(entry.words)
    name = Segment(clip(entry.at.type or "event without type"), "wire")
    return (name, Segment("  "), *told) if told else (name,)


def _lead(at: Moment, teller: Teller, arrow: str) -> Segments:
    width = COARSE_TIME if teller.is_coarse else TIME
    return (Segment(f"  {teller.stamp(at):>{width}}  ", "time"), Segment(f"{arrow:<3}"))


def _diff(diff: Diff, teller: Teller) -> Iterator[Line]:
    yield Line((Segment("Diff compares:", "bold"),), (DEEP,))
    for text in diff_lines(diff, teller):
        yield Line((Segment(text, "name"),), (Segment("      "),), (Segment("        "),))


def diff_lines(diff: Diff, teller: Teller) -> Iterable[str]:
    """Give the lines of a diff: old and new, then what follows from them."""
    return (
        f"old (the mirror):   [{teller.items(diff.old)}]",
        f"new (the pushed):   [{teller.items(diff.new)}]",
        f"to_remove:          {_or_nothing(diff.to_remove, teller)}",
        f"to_create:          {_or_nothing(diff.to_create, teller)}",
    )


def _or_nothing(ids: Ids, teller: Teller) -> str:
    return teller.items(ids) if ids else "nothing"
