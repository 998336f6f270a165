"""From files to timelines: reads, analyzes and draws along in one pass."""

from collections.abc import Iterator
from dataclasses import dataclass
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
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.model import Timeline


@dataclass(frozen=True, slots=True)
class Chart:
    """A recording's timeline, the report of the same analysis, and what its header tells."""

    timeline: Timeline
    report: RecordingReport
    header: Header


def chart(path: Path, setup: Setup, *, fold: bool, wire_only: bool, epoch: str, real_ids: bool) -> Chart:
    """Give the timeline of the recording at *path*, with T+0 where *epoch* says.

    Raises RecordingError for what cannot be read, RtlogError for an epoch that is not there.
    """
    builder = TimelineBuilder()
    with read(path, fold=fold) as reading:
        analysis = setup.analysis(reading, wire_only=wire_only)
        for record in _of_the_wire(reading) if wire_only else reading:
            builder.feed(record, analysis.feed(record))
        analysis.finish(facts_of(reading))
        header = reading.header
    timeline = builder.build(analysis, real_ids=real_ids)
    timeline.epoch = _epoch(analysis, timeline, epoch)
    return Chart(timeline, report_of(analysis, str(path), header.id, epoch=timeline.epoch), header)


def _of_the_wire(reading: Reading) -> Iterator[Record]:
    """Leave out what the application told, and close the holes that this leaves."""
    dropped = 0
    for record in reading:
        if record.dir == "local":
            dropped += 1
        else:
            yield msgspec.structs.replace(record, seq=record.seq - dropped)


def _epoch(analysis: Analysis, timeline: Timeline, name: str) -> int | None:
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
            found = next((at.t for at in timeline.moments() if at.line == int(line)), None)
            if found is not None:
                return found
            raise RtlogError(f"--epoch {name}: the recording has no record in that line")
    raise RtlogError(f"--epoch {name}: choose push, first, finding or line:N")
