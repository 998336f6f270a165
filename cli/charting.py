"""From files to timelines: reads, analyzes and draws along."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
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
from rtlog.timelines.gathering import Gathering
from rtlog.timelines.model import UNTIMED, Timeline
from rtlog.timelines.outline import Recorded
from rtlog.timelines.windows import Selection

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
    wire_only: bool,
    epoch: str,
    real_ids: bool,
    choose: Choose | None = None,
) -> Chart:
    """Give the timeline of the recording at *path*, with T+0 where *epoch* says.

    With *choose* no more than what it chooses is kept of a long recording, which is read twice for that; standard input
    is read but once. Raises RecordingError for what cannot be read, RtlogError for an epoch that is not there.
    """
    reading = partial(_read, path, wire_only=wire_only)
    gathering = Gathering() if choose is not None and path != STDIN else Gathering.of_everything()
    analysis, header = reading(setup, gathering)
    builder, outline, selection = gathering.builder, gathering.outline, None
    if choose is not None and outline is not None:
        outline.close(analysis)
        outline.epoch = _epoch(analysis, outline, epoch)
        selection = choose(outline, header.started)
        builder = TimelineBuilder(selection)
        # Judged once is enough: what is drawn along needs no rules.
        reading(replace(setup, rules=(), options={}), builder)
    timeline = builder.build(analysis, real_ids=real_ids)
    timeline.epoch = _epoch(analysis, outline or timeline, epoch)
    return Chart(timeline, report_of(analysis, str(path), header.id, epoch=timeline.epoch), header, selection)


def _read(
    path: Path, setup: Setup, collector: TimelineBuilder | Gathering, *, wire_only: bool
) -> tuple[Analysis, Header]:
    # Record by record: of a run that is read as one nobody could tell when it paused.
    with read(path) as reading:
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
            found = next((t for place, _, t in recorded.places() if place == int(line)), UNTIMED)
            if found != UNTIMED:
                return found
            raise RtlogError(f"--epoch {name}: the recording has no record in that line")
    raise RtlogError(f"--epoch {name}: choose push, first, finding or line:N")
