"""T+0 of two sessions: where only one has findings that matter, the other's is the same point of its own course."""

from collections.abc import Sequence

from rtlog.analyzers.finding import Severity
from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.merging import Row
from rtlog.timelines.model import Timeline

Epochs = tuple[int | None, int | None]


def epochs_of(comparison: Comparison) -> Epochs:
    """Give T+0 of both in ns on their own clocks; `None` where one is untimed."""
    a, b = comparison.a.timeline, comparison.b.timeline
    if a.epoch is not None and b.epoch is not None:
        times = [pair for pair in map(_times, comparison.rows) if pair is not None]
        if _matters(a) and not _matters(b):
            return a.epoch, _counterpart(times, a.epoch, b.epoch)
        if _matters(b) and not _matters(a):
            return _counterpart([(t, s) for s, t in times], b.epoch, a.epoch), b.epoch
    return a.epoch, b.epoch


def _matters(timeline: Timeline) -> bool:
    return any(finding.severity is not Severity.INFO for finding in timeline.findings)


def _times(row: Row) -> tuple[int, int] | None:
    if row.a is None or row.b is None or row.elsewhere is not None:
        return None
    if row.a.at.t is None or row.b.at.t is None:
        return None
    return row.a.at.t, row.b.at.t


def _counterpart(times: Sequence[tuple[int, int]], epoch: int, otherwise: int) -> int:
    """Give the time on the second clock that *epoch* is on the first: told by the next that both have."""
    s, t = next((pair for pair in times if pair[0] >= epoch), times[-1] if times else (epoch, otherwise))
    return t - (s - epoch)
