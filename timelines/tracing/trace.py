"""A timeline as a trace for ui.perfetto.dev and chrome://tracing.

Lanes are threads, spans async events, arrows flows, findings a thread of their own, bursts of deltas counters.

Times count from the recording's start and not from T+0: Perfetto drops what lies before zero.
"""

from collections.abc import Iterator
from itertools import count

from rtlog.recordings.errors import RtlogError
from rtlog.timelines.model import Timeline
from rtlog.timelines.telling import Teller
from rtlog.timelines.tracing.counters import counter_events
from rtlog.timelines.tracing.event import TraceEvent
from rtlog.timelines.tracing.findings import finding_events
from rtlog.timelines.tracing.records import record_events
from rtlog.timelines.tracing.spans import span_events
from rtlog.timelines.tracing.stage import FINDINGS, THREADS, Stage
from rtlog.timelines.windows import Selection


class Tracing:
    """Gives the events of one recording after the other; no process and no id is used twice."""

    def __init__(self) -> None:
        self._processes = count(1)
        self._ids = count(1)

    def events(self, timeline: Timeline, selection: Selection, teller: Teller, title: str) -> Iterator[TraceEvent]:
        """Give the events of what *selection* shows of *timeline*, and all its findings.

        Raises RtlogError for an untimed recording.
        """
        if timeline.epoch is None:
            raise RtlogError(f"{title}: a trace is drawn over time and this recording has no times: draw it as text")
        stage = Stage(timeline, title, self._processes, self._ids)
        yield from stage.metadata()
        for process in stage.processes.values():
            yield TraceEvent("i", "T+0", process, THREADS[FINDINGS], stage.zero(timeline.epoch), s="p", cat="epoch")
        yield from finding_events(timeline, teller, stage)
        yield from record_events(timeline, selection, teller, stage)
        yield from span_events(timeline, selection, teller, stage)
        yield from counter_events(timeline, selection, stage)
