"""A part of a recording, drawn by keeping that part alone: the same as cut from the whole timeline."""

import tracemalloc
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.tape import parse
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.timelines import windows
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.drawing import drawing_for
from rtlog.timelines.gathering import Gathering
from rtlog.timelines.issue import Issue
from rtlog.timelines.markdown import markdown
from rtlog.timelines.model import Timeline
from rtlog.timelines.outline import Outline
from rtlog.timelines.rows import rows
from rtlog.timelines.step_walk import walk
from rtlog.timelines.swimlanes import draw
from rtlog.timelines.t_list import listing
from rtlog.timelines.telling import Teller
from rtlog.timelines.windows import EVERYTHING, Selection

SAMPLES = Path(str(files("rtlog.recordings.samples")))
PARTS = {
    "stories": windows.of_stories,
    "a finding": lambda recorded: windows.around(recorded, recorded.findings[0].id) if recorded.findings else None,
    "an item": lambda recorded: windows.around(recorded, "msg2", 20),
    "a response": lambda recorded: windows.around(recorded, "R1", 0),
    "a line": lambda recorded: windows.around(recorded, "30", 100),
    "a time": lambda recorded: windows.between(recorded, 2_000_000_000, 4_000_000_000),
    "nothing": lambda recorded: windows.between(recorded, 10**15, None),
}


def outlined(sample: str) -> Outline:
    outline, analysis = Outline(), Analysis()
    for record in records(sample):
        outline.feed(record, analysis.feed(record))
    analysis.finish()
    outline.close(analysis)
    return outline


def records(sample: str) -> Iterator[Record]:
    (path,) = SAMPLES.glob(f"{sample}-*.rtlog.jsonl")
    with read(path) as reading:
        yield from reading


def built(sample: str, selection: Selection) -> Timeline:
    builder, analysis = TimelineBuilder(selection), Analysis()
    for record in records(sample):
        builder.feed(record, analysis.feed(record))
    analysis.finish()
    return builder.build(analysis)


def drawn(timeline: Timeline, selection: Selection) -> Iterator[object]:
    page, teller = rows(timeline, selection), Teller(timeline.names, timeline.epoch)
    for style in (draw, walk, listing):
        yield list(style(timeline, page, teller, drawing_for(100, ascii_only=False)))
    yield list(markdown(timeline, page, teller, Issue("x.jsonl")))


@pytest.mark.parametrize("part", PARTS)
def test_what_is_kept_of_a_part_draws_as_the_part_of_the_whole(sample: str, part: str) -> None:
    whole = built(sample, EVERYTHING)
    selection = Selection(PARTS[part](outlined(sample)))

    assert selection == Selection(PARTS[part](whole))
    assert list(drawn(built(sample, selection), selection)) == list(drawn(whole, selection))


@pytest.mark.parametrize(
    ("elements", "number"), [(0, 10**6), (1, 10**6), (40, 10**6), (10**6, 0), (10**6, 1), (10**6, 99)]
)
def test_what_is_too_long_to_keep_becomes_the_outline_that_it_would_have_been(
    sample: str, elements: int, number: int
) -> None:
    gathering, analysis = Gathering(elements, number), Analysis()
    for record in records(sample):
        gathering.feed(record, analysis.feed(record))
    from_the_start, outline = outlined(sample), gathering.outline

    if sum(1 for _ in from_the_start.places()) <= number and elements == 10**6:
        assert outline is None
        return
    assert outline is not None
    assert gathering.builder.elements == []
    assert list(outline.places()) == list(from_the_start.places())
    assert outline.mentions().places == from_the_start.mentions().places
    assert outline.mentions().calls == from_the_start.mentions().calls


@pytest.mark.parametrize("gathering", [Gathering(), Gathering.of_everything()], ids=["short", "unbounded"])
def test_what_is_short_enough_is_kept_and_draws_the_same(gathering: Gathering) -> None:
    analysis = Analysis()
    for record in records("r01"):
        gathering.feed(record, analysis.feed(record))
    analysis.finish()

    assert gathering.outline is None
    whole = gathering.builder.build(analysis)
    assert list(drawn(whole, EVERYTHING)) == list(drawn(built("r01", EVERYTHING), EVERYTHING))


def test_memory_is_that_of_the_part() -> None:
    turn = "{0} < added m{0} user\n{0} < done m{0}\n{0} > delete m{0}\n{0} < deleted m{0}\n"
    long = list(parse("".join(turn.format(n) for n in range(3_000))))

    def cost(selection: Selection) -> int:
        builder, analysis = TimelineBuilder(selection), Analysis()
        tracemalloc.start()
        for record in long:
            builder.feed(record, analysis.feed(record))
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert len(builder.build(analysis).elements) > 0
        return size

    analysis_alone = cost(Selection(windows=()))
    part = cost(Selection(windows.merged([windows.Window(100, 140)])))
    whole = cost(EVERYTHING)

    assert part - analysis_alone < 100_000
    assert whole - analysis_alone > 3_000_000
