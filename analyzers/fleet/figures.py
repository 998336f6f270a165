"""What results hold of a recording beside its report: latencies, near misses, calls without an output."""

from collections.abc import Iterator
from dataclasses import dataclass

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.fleet.rows import LatencyRow, NearMissRow, UnansweredCallRow
from rtlog.analyzers.latency.measurement import between
from rtlog.analyzers.latency.session_stats import SessionStats
from rtlog.analyzers.moment import NS_PER_MS, NS_PER_S, Moment
from rtlog.analyzers.reconciler.connection import Connection


@dataclass(frozen=True, slots=True)
class Figures:
    """The measured part of a sheet; its rows do not yet know the recording's place in the run."""

    seconds: float | None
    turns: int
    latencies: list[LatencyRow]
    near_misses: list[NearMissRow]
    unanswered_calls: list[UnansweredCallRow]


def figures_of(analysis: Analysis, stats: SessionStats, last_t: int | None) -> Figures:
    """Give the figures of a finished analysis and its finished *stats*; *last_t* is the last record's time in ns."""
    first_t = analysis.coverage.first_t
    return Figures(
        seconds=None if last_t is None or first_t is None else round((last_t - first_t) / NS_PER_S, 3),
        turns=sum(turn.of_user for turn in stats.turns),
        latencies=[
            LatencyRow(0, m.kind.value, m.of, _rounded(m.ms), m.at.line, _t_ms(m.at), m.turn)
            for m in stats.measurements
        ],
        near_misses=[
            NearMissRow(0, near.rule, round(near.margin_ms, 3), near.message, near.at.line, _t_ms(near.at))
            for near in stats.near_misses
        ],
        unanswered_calls=[row for c in analysis.connections() for row in _unanswered(c)],
    )


def _unanswered(connection: Connection) -> Iterator[UnansweredCallRow]:
    lives = (*connection.items.values(), *connection.buried.values())
    open_calls = (life for life in lives if life.type == "function_call" and life.output_sent is None)
    done = [(life.call_done, life) for life in open_calls if life.call_done is not None]
    for at, life in sorted(done, key=lambda call: call[0].seq):
        waited = _rounded(between(at, connection.last))
        yield UnansweredCallRow(0, life.call_id or "", life.name or "", at.line, _t_ms(at), waited)


def _t_ms(at: Moment) -> float | None:
    return None if at.t is None else round(at.t / NS_PER_MS, 3)


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)
