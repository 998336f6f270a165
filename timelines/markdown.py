"""A timeline for an issue: the T+ list in markdown, with the lanes at the points that prove something."""

from collections.abc import Iterator, Sequence

from rtlog.analyzers.story import Story
from rtlog.timelines.folds import background_text, left_out_text
from rtlog.timelines.lane_block import block
from rtlog.timelines.markdown_text import code, code_block, inline, plain
from rtlog.timelines.model import Mark, Timeline
from rtlog.timelines.points import Point, background, points, sentence
from rtlog.timelines.rows import LeftOutRow, Row
from rtlog.timelines.starting import Start, skipped, start_of
from rtlog.timelines.telling import Teller

TIMES = "×"  # noqa: RUF001 - a multiplication sign is meant
INDENT = "  "


def markdown(timeline: Timeline, page: Sequence[Row], teller: Teller, title: str) -> Iterator[str]:
    """Give the lines of *page* as a document under *title*."""
    yield f"### Timeline of {code(title)}"
    yield ""
    left_out, page = skipped(page)
    if left_out is not None:
        yield f"*{plain(left_out_text(left_out))}*"
        yield ""
    start = start_of(timeline, page)
    if start is None:
        yield "Nothing to show."
        return
    yield from _starting_state(start, teller)
    for point in points(page):
        if isinstance(point, LeftOutRow):
            yield f"* *{plain(left_out_text(point))}*"
        else:
            yield from _point(point, teller)
    beside = background(page)
    if beside:
        yield f"* *besides: {plain(background_text(beside, TIMES))}*"
    for story in timeline.stories:
        yield ""
        yield from _story(story, teller)


def _starting_state(start: Start, teller: Teller) -> Iterator[str]:
    under_way = "; ".join(inline(teller.tell(words)) for words in start.under_way)
    yield f"Starting state{f' ({under_way})' if under_way else ''}:"
    yield ""
    yield from code_block(block(start.view, teller))
    yield ""


def _point(point: Point, teller: Teller) -> Iterator[str]:
    entries = point.entries
    time = plain(teller.when(entries[0].at))
    marks = tuple(mark for entry in entries for mark in entry.marks)
    yield f"* **{time}** — {inline(sentence(point, teller, TIMES))}{_markers(marks)}"
    if marks and point.before != point.after:
        yield ""
        yield from code_block(block(point.after, teller), INDENT)
        yield ""


def _markers(marks: tuple[Mark, ...]) -> str:
    acts = dict.fromkeys(f"**{m.finding.rule} {m.finding.name}**" for m in marks if m.act)
    proofs = dict.fromkeys(m.finding.rule for m in marks if not m.act)
    told = [*acts, f"evidence of {', '.join(proofs)}"] if proofs else [*acts]
    return f" [{'; '.join(told)}]" if told else ""


def _story(story: Story, teller: Teller) -> Iterator[str]:
    root = story.root
    kind = f"**{root.rule} {root.name}** ({root.severity.value}, {root.certainty})"
    yield f"{kind}: {plain(teller.message(root.message))}."
    effects = [finding for finding in story.findings if finding is not root]
    if effects:
        yield ""
        yield "What follows from it:"
        yield ""
    for finding in effects:
        time = plain(teller.when(finding.at))
        yield f"* **{time}** — {finding.rule} {finding.name}: {plain(teller.message(finding.message))}."
