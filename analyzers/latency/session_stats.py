"""The latencies and near misses of one recording: feed it what each record changed, finish, read.

Memory grows with turns and requests, never with deltas: their times are read from the responses that they made.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from rtlog.analyzers.latency.acks import Acks
from rtlog.analyzers.latency.barge_in import BargeIns
from rtlog.analyzers.latency.collector import Collector, NearCollector, Thresholds
from rtlog.analyzers.latency.near_audio import NearTails, NearTruncates
from rtlog.analyzers.latency.near_deletes import NearAnchors, NearDeletes
from rtlog.analyzers.latency.near_responses import NearCollisions, NearTimeouts
from rtlog.analyzers.latency.tools import Tools
from rtlog.analyzers.latency.turns import Turn, Turns
from rtlog.analyzers.reconciler.changes import Change
from rtlog.analyzers.rule import Settings, listeners_of

if TYPE_CHECKING:
    from rtlog.analyzers.latency.measurement import Measurement, NearMiss

NEAR_MS: Final = 500.0
NEAR: Final = (NearDeletes, NearAnchors, NearTimeouts, NearCollisions, NearTruncates, NearTails)


class SessionStats:
    """Collects; *near_ms* is how near to a race a near miss is, *settings* are options by code of a rule."""

    def __init__(self, near_ms: float = NEAR_MS, settings: Mapping[str, Settings] | None = None) -> None:
        thresholds = Thresholds(near_ms, settings)
        turns = Turns()
        # The turns come first: the others ask them.
        self._collectors: tuple[Collector, ...] = (turns, Tools(turns), BargeIns(turns), Acks())
        self._near: tuple[NearCollector, ...] = tuple(kind(thresholds) for kind in NEAR)
        self._listeners: dict[type[Change], list[Callable[[Change], None]]] = {}
        for listener in (*self._collectors, *self._near):
            for change, method in listeners_of(type(listener)):
                self._listeners.setdefault(change, []).append(getattr(listener, method))
        self.turns: list[Turn] = turns.turns
        self.measurements: list[Measurement] = []
        self.near_misses: list[NearMiss] = []

    def hear(self, changes: Iterable[Change]) -> None:
        """Take what one record changed."""
        for change in changes:
            for listener in self._listeners.get(type(change), ()):
                listener(change)

    def finish(self) -> None:
        """Settle everything: measurements in the order they begin, near misses the nearest first."""
        for collector in self._collectors:
            collector.finish()
        for near in self._near:
            near.finish()
        measured = (each for collector in self._collectors for each in collector.measured)
        self.measurements = sorted(measured, key=lambda each: (each.at.seq, each.kind))
        found = (each for near in self._near for each in near.found)
        self.near_misses = sorted(found, key=lambda each: (each.margin_ms, each.at.seq))
