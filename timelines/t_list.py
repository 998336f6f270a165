"""The T+ list: one sentence a point, each with its offset; the way people tell a race in an issue."""

from collections.abc import Iterator, Sequence

from rtlog.timelines.drawing import Drawing
from rtlog.timelines.folds import background_text, left_out_text
from rtlog.timelines.lane_text import lane_lines
from rtlog.timelines.marking import acts, proofs
from rtlog.timelines.model import Timeline
from rtlog.timelines.points import Point, background, points, sentence
from rtlog.timelines.rows import LeftOutRow, Row
from rtlog.timelines.starting import skipped, start_of
from rtlog.timelines.step_walk import tldr
from rtlog.timelines.telling import Line, Segment, Teller


def listing(timeline: Timeline, page: Sequence[Row], teller: Teller, drawing: Drawing) -> Iterator[Line]:
    """Give the lines of *page* as a list."""
    left_out, page = skipped(page)
    if left_out is not None:
        yield Line((Segment(left_out_text(left_out), "dim"),))
    start = start_of(timeline, page)
    if start is not None:
        for lane in lane_lines(start.view, teller):
            remark = f"  <- {lane.remark}" if lane.remark else ""
            yield Line((Segment(f"{lane.name} {lane.items}{remark}", "name"),), (Segment("at the start: ", "dim"),))
    for point in points(page):
        if isinstance(point, LeftOutRow):
            yield Line((Segment(left_out_text(point), "dim"),))
            continue
        yield from told(point, teller, drawing)
    beside = background(page)
    if beside:
        yield Line((Segment(f"besides: {background_text(beside, drawing.times)}", "dim"),))
    yield from tldr(timeline, teller)


def told(point: Point, teller: Teller, drawing: Drawing) -> Iterator[Line]:
    """Give the lines of one point."""
    lead = f"{teller.stamp(point.entries[0].at)} {drawing.pause} "
    follow = (Segment("    "),)
    yield Line(sentence(point, teller, drawing.times), (Segment(lead, "time"),), follow)
    for entry in point.entries:
        if recorded := teller.recorded(entry.at):
            yield Line(recorded, follow, follow)
    marks = tuple(mark for entry in point.entries for mark in entry.marks)
    for finding in acts(marks):
        yield Line((Segment("! ", "bold"), *finding), follow, follow)
    for proof in proofs(marks, teller):
        yield Line((Segment("^ ", "bold"), *proof), follow, follow)
