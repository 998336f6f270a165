"""From two files to their comparison."""

from dataclasses import dataclass
from pathlib import Path

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.charting import Chart, chart
from rtlog.cli.loading import Setup
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.sources import STDIN, resolve
from rtlog.timelines.diffing.comparison import Comparison, compare
from rtlog.timelines.diffing.merging import Wishes
from rtlog.timelines.diffing.occurrences import session_of
from rtlog.timelines.diffing.sides import Side, side_of
from rtlog.timelines.diffing.telling import Tellers, tellers_of


@dataclass(frozen=True, slots=True)
class Page:
    """A comparison, with what else is printed of both recordings."""

    comparison: Comparison
    sides: tuple[Side, Side]
    tellers: Tellers
    reports: tuple[RecordingReport, RecordingReport]


def one_of(name: str) -> Path:
    """Give the one recording that *name* means; raises RtlogError for none or several."""
    paths = resolve([name])
    if len(paths) != 1:
        raise RtlogError(f"{name}: means {len(paths)} recordings; name one on each side")
    return paths[0]


def compared(
    paths: tuple[Path, Path], setup: Setup, wishes: Wishes, *, wire_only: bool, real_ids: bool, private: bool
) -> Page:
    """Compare the recordings at *paths*; raises RecordingError for what cannot be read."""
    if paths == (STDIN, STDIN):
        raise RtlogError("diff - -: standard input holds one recording; name a file for the other")
    a, b = (chart(path, setup, wire_only=wire_only, epoch="push", real_ids=real_ids) for path in paths)
    comparison = compare(session_of(a.timeline), session_of(b.timeline), wishes)
    sides = _side(a), _side(b)
    return Page(comparison, sides, tellers_of(comparison, private=private), (a.report, b.report))


def _side(chart: Chart) -> Side:
    not_judged = chart.report.coverage.not_judged if chart.report.coverage else {}
    return side_of(chart.report.path, chart.header, chart.timeline, not_judged)
