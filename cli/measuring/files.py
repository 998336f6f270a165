"""From files to their latencies: one pass that reconciles and measures, and judges no rule."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rtlog.analyzers.analysis import analysis_for, facts_of
from rtlog.analyzers.latency.document import RecordingStats, StatsReport, latencies_of, recording_stats
from rtlog.analyzers.latency.session_stats import SessionStats
from rtlog.cli.loading import Setup
from rtlog.recordings.reader import read


def measure_file(path: Path, setup: Setup, *, near_ms: float, spoken: bool) -> RecordingStats:
    """Measure one recording; raises RecordingError where it cannot be read."""
    stats = SessionStats(near_ms, setup.options)
    with read(path, fold=True) as reading:
        analysis = analysis_for(reading.header, (), provider=setup.provider, client=setup.client)
        for record in reading:
            stats.hear(analysis.feed(record))
        analysis.finish(facts_of(reading))
        stats.finish()
        return recording_stats(stats, analysis, str(path), reading.header.id, spoken=spoken)


def report_on(recordings: Sequence[RecordingStats], near_ms: float) -> StatsReport:
    """Give the figures of *recordings*, each and together."""
    pooled = latencies_of(each for recording in recordings for each in recording.measurements)
    return StatsReport(tool=f"rtlog {version('rtlog')}", near_ms=near_ms, latencies=pooled, recordings=list(recordings))
