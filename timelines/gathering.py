"""One reading for a part of a short recording, where a long one takes two.

How long a recording is shows while it is read: its whole timeline is kept at first, and what has become too much of it
is turned into the outline that would have been kept from the start.
"""

from collections.abc import Sequence
from math import inf
from typing import Final, Self

from rtlog.analyzers.reconciler.changes import Change
from rtlog.recordings.record import Record
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.outline import Outline

MOST_ELEMENTS: Final = 25_000
"""Of 1.3 kB each, where every record has a row of its own."""
MOST_RECORDS: Final = 250_000
"""Of 40 bytes each, where they are deltas."""


class Gathering:
    """Keeps the timeline of a recording, or no more than its `outline` once that would be too much."""

    def __init__(self, most_elements: float = MOST_ELEMENTS, most_records: float = MOST_RECORDS) -> None:
        self.builder = TimelineBuilder()
        """Has the whole timeline, unless there is an outline."""
        self.outline: Outline | None = None
        self._most_elements = most_elements
        self._records_left = most_records

    @classmethod
    def of_everything(cls) -> Self:
        """Keep the timeline, however long it is."""
        return cls(inf, inf)

    def feed(self, record: Record, changes: Sequence[Change]) -> None:
        """Take *record* and what it changed."""
        if self.outline is not None:
            self.outline.feed(record, changes)
            return
        self.builder.feed(record, changes)
        self._records_left -= 1
        if self._records_left < 0 or len(self.builder.elements) > self._most_elements:
            self.outline = Outline()
            self.outline.take(self.builder.elements)
            self.builder = TimelineBuilder()
