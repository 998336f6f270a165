"""What all trace events of one recording share: processes and threads, the clock, ids that are used once."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.timelines.model import Timeline
from rtlog.timelines.telling import clip
from rtlog.timelines.tracing.event import TraceEvent

NS_PER_US: Final = 1_000
SHORT: Final = 1_000
"""µs for which a record is drawn that an arrow touches: an arrow stands on slices, and a record takes no time."""
FINDINGS: Final = "findings"
THREADS: Final = {FINDINGS: 1, "client": 2, "server": 3, "local": 4, "": 5}
THREAD_NAMES: Final = {"local": "local: the application", "": "socket"}
Place = tuple[int, int, int]
"""Process, thread and time."""


class Stage:
    """Where the events of one recording stand: each of its connections is a process."""

    def __init__(self, timeline: Timeline, title: str, processes: Iterator[int], ids: Iterator[int]) -> None:
        self._seqs, self._times = array("q"), array("q")
        conns: set[int] = set()
        for at in timeline.moments():
            conns.add(at.conn)
            last = self._times[-1] if self._times else 0
            self._seqs.append(at.seq)
            self._times.append(last if at.t is None else max(last, at.t // NS_PER_US))
        self._title = title
        self._ids = ids
        self.processes = {conn: next(processes) for conn in sorted(conns or {1})}

    @property
    def end(self) -> int:
        """Give the time of the last record."""
        return self._times[-1] if self._times else 0

    def zero(self, epoch: int) -> int:
        """Give the time of T+0, *epoch* ns, which may be named where no record is."""
        return max(0, epoch // NS_PER_US)

    def ts(self, at: Moment) -> int:
        """Give µs since the recording's start; a record without a time has that of the one before it."""
        place = bisect_right(self._seqs, at.seq)
        return self._times[place - 1] if place else 0

    def place(self, at: Moment, thread: str) -> Place:
        """Give the process, thread and time of *at*; of what no connection did, the first process."""
        process = self.processes.get(at.conn, min(self.processes.values()))
        return process, THREADS.get(thread, THREADS[""]), self.ts(at)

    def next_id(self) -> str:
        """Give an id that no other event of the trace has."""
        return hex(next(self._ids))

    def metadata(self) -> Iterator[TraceEvent]:
        """Name the processes and threads."""
        for conn, process in self.processes.items():
            name = f"{self._title}, connection {conn}" if len(self.processes) > 1 else self._title
            yield TraceEvent("M", "process_name", process, args={"name": clip(name)})
            yield TraceEvent("M", "process_sort_index", process, args={"sort_index": process})
            for thread, number in THREADS.items():
                yield TraceEvent("M", "thread_name", process, number, args={"name": THREAD_NAMES.get(thread, thread)})
                yield TraceEvent("M", "thread_sort_index", process, number, args={"sort_index": number})


def lengths(places: Iterable[Place]) -> dict[Place, int]:
    """Give the µs for which slices at *places* are drawn: shortly, and over before the next of their thread begins."""
    found: dict[Place, int] = {}
    later: Place | None = None
    for place in sorted(set(places), reverse=True):
        room = later[2] - place[2] if later is not None and later[:2] == place[:2] else SHORT
        found[place] = min(SHORT, room)
        later = place
    return found
