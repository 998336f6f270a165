"""Deltas and appends as counters: how many a tenth of a second, of each type. A slice each would be 100,000 slices."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from rtlog.timelines.model import Burst, Timeline
from rtlog.timelines.telling import clip
from rtlog.timelines.tracing.event import TraceEvent
from rtlog.timelines.tracing.stage import Stage
from rtlog.timelines.windows import Selection

BUCKET: Final = 100_000
"""µs."""
Key = tuple[int, str]
"""Process and type."""


def counter_events(timeline: Timeline, selection: Selection, stage: Stage) -> Iterator[TraceEvent]:
    """Give the counts of each tenth of a second in which something came, and a 0 where it stops."""
    buckets: dict[int, Counter[Key]] = {}
    for element in timeline.elements:
        if isinstance(element, Burst) and not selection.asks:
            for index in range(len(element)):
                at = element.moment(index)
                if selection.holds(at.seq) and selection.choice.at(at):
                    process, _, ts = stage.place(at, at.dir)
                    buckets.setdefault(ts // BUCKET, Counter())[process, at.type] += 1
    for bucket in sorted(buckets.keys() | {bucket + 1 for bucket in buckets}):
        counts = buckets.get(bucket, Counter())
        for process, event_type in sorted(counts.keys() | buckets.get(bucket - 1, Counter()).keys()):
            args = {"in 100 ms": counts[process, event_type]}
            yield TraceEvent("C", clip(event_type) or "no type", process, ts=bucket * BUCKET, cat="rate", args=args)
