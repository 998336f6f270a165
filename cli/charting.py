"""From files to timelines: reads, analyzes and draws along."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from rtlog.analyzers.analysis import Analysis, facts_of
from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.reporting import report_of
from rtlog.cli.loading import Setup
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.format import Header
from rtlog.recordings.reader import Reading, read
from rtlog.recordings.record import Record
from rtlog.recordings.sources import STDIN
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.model import Timeline
from rtlog.timelines.outline import Outline, Recorded
from rtlog.timelines.windows import EVERYTHING, Selection

Choose = Callable[[Recorded, str | None], Selection]
"""Chooses what is shown of a recording, given what it says of its start."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A recording's timeline, the report of the same analysis, and what its header tells.

    `selection` is there where the timeline holds no more than what it chose.
    """

    timeline: Timeline
    report: RecordingReport
    header: Header
    selection: Selection | None = None


def chart(
    path: Path,
    setup: Setup,
    *,
    fold: bool,
    wire_only: bool,
    epoch: str,
    real_ids: bool,
    choose: Choose | None = None,
) -> Chart:
    """Give the timeline of the recording at *path*, with T+0 where *epoch* says.

    With *choose* the recording is read twice, and only what it chooses is kept; standard input is read but once.
    Raises RecordingError for what cannot be read, RtlogError for an epoch that is not there.
    """
    selection = outline = judged = None
    if choose is not None and path != STDIN:
        outline = Outline()
        judged, header = _read(path, setup, outline, fold=fold, wire_only=wire_only)
        outline.close(judged)
        outline.epoch = _epoch(judged, outline, epoch)
        selection = choose(outline, header.started)
        # Once is enough: what is drawn along needs no rules.
        setup = replace(setup, rules=(), options={})
    builder = TimelineBuilder(selection or EVERYTHING)
    drawn, header = _read(path, setup, builder, fold=fold, wire_only=wire_only)
    analysis = judged or drawn
    timeline = builder.build(analysis, real_ids=real_ids)
    timeline.epoch = _epoch(analysis, outline or timeline, epoch)
    return Chart(timeline, report_of(analysis, str(path), header.id, epoch=timeline.epoch), header, selection)


def _read(
    path: Path, setup: Setup, collector: TimelineBuilder | Outline, *, fold: bool, wire_only: bool
) -> tuple[Analysis, Header]:
    with read(path, fold=fold) as reading:
        analysis = setup.analysis(reading, wire_only=wire_only)
        for record in _of_the_wire(reading) if wire_only else reading:
            collector.feed(record, analysis.feed(record))
        analysis.finish(facts_of(reading))
        return analysis, reading.header


def _of_the_wire(reading: Reading) -> Iterator[Record]:
    """Leave out what the application told, and close the holes that this leaves."""
    dropped = 0
    for record in reading:
        if record.dir == "local":
            dropped += 1
        else:
            yield msgspec.structs.replace(record, seq=record.seq - dropped)


def _epoch(analysis: Analysis, recorded: Recorded, name: str) -> int | None:
    if not analysis.coverage.timed:
        return None
    kind, _, line = name.partition(":")
    match kind:
        case "push":
            return analysis.epoch
        case "first":
            return analysis.coverage.first_t
        case "finding":
            roots = [story.root.at.t for story in analysis.stories]
            return roots[0] if roots else analysis.epoch
        case "line" if line.isdecimal():
            found = next((at.t for at in recorded.moments() if at.line == int(line)), None)
            if found is not None:
                return found
            raise RtlogError(f"--epoch {name}: the recording has no record in that line")
    raise RtlogError(f"--epoch {name}: choose push, first, finding or line:N")
