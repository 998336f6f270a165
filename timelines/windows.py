"""What part of a recording a timeline shows: windows of records, and whose records."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.recordings.errors import RtlogError
from rtlog.timelines import lookup
from rtlog.timelines.choice import Choice
from rtlog.timelines.model import Entry
from rtlog.timelines.outline import Recorded

RULE: Final = re.compile(r"RT\d{3}", re.IGNORECASE)
PAD_MS: Final = 500.0
AFTERMATH_MS: Final = 100.0
"""How much is shown behind a story's last proof, so that what is asked for there finds its answer."""
EVERY: Final = Choice()
UNTIMED_PAD: Final = 10
"""Records shown on either side where there is no time to go by."""


class Window(NamedTuple):
    """Records from `first` to `last`, both by `seq` and both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What is shown: records in one of the windows, of the types and lanes chosen, that name what was asked for.

    `item`, `response` and `call` are ids.
    """

    windows: tuple[Window, ...] | None = None
    """In order and apart, as `merged` gives them."""
    item: str | None = None
    response: str | None = None
    call: str | None = None
    choice: Choice = EVERY

    def holds(self, seq: int) -> bool:
        """Say whether the windows hold a record."""
        if self.windows is None:
            return True
        if len(self.windows) == 1:  # as mostly; every record of the file is asked for
            return self.windows[0].first <= seq <= self.windows[0].last
        place = bisect_right(self.windows, seq, key=_first)
        return place > 0 and seq <= self.windows[place - 1].last

    def divides(self, first: int, last: int) -> bool:
        """Say whether a window begins or ends between two records."""
        if self.windows is None:
            return False
        begun = bisect_right(self.windows, first, key=_first)
        if begun != bisect_right(self.windows, last, key=_first):
            return True
        return begun > 0 and first <= self.windows[begun - 1].last < last

    @property
    def asks(self) -> bool:
        """Whether records are chosen by what they name."""
        return bool(self.item or self.response or self.call)

    @property
    def filters(self) -> bool:
        """Whether records are left out although a window holds them."""
        return self.asks or self.choice.limits

    def takes(self, entry: Entry) -> bool:
        """Say whether *entry* is chosen: by its type and lane, and by what it names or proves a finding about."""
        if self.choice.limits and not self.choice.at(entry.at):
            return False
        if not self.asks:
            return True
        findings = [mark.finding for mark in entry.marks]
        return (
            _named(self.item, entry.items, [f.items for f in findings])
            and _named(self.response, (entry.response,), [f.responses for f in findings])
            and _named(self.call, (entry.call,), [f.calls for f in findings])
        )


EVERYTHING: Final = Selection()


def _first(window: Window) -> int:
    return window.first


def _named(wanted: str | None, told: Sequence[str | None], proven: Iterable[Sequence[str]]) -> bool:
    return wanted is None or wanted in told or any(wanted in subjects for subjects in proven)


def of_stories(recorded: Recorded) -> tuple[Window, ...] | None:
    """Give the windows of the stories: from T+0, or the first proof, to the last proof.

    `None` without stories, or where they stand at no record (a damaged line is none).
    """
    windows = [_of_findings(story.findings, story.root.run_start) for story in recorded.stories]
    axis = _Axis(recorded)
    shown = [axis.with_aftermath(window) for window in windows if axis.within(window)]
    return merged(shown) if shown else None


def around(recorded: Recorded, name: str, pad_ms: float = PAD_MS) -> tuple[Window, ...]:
    """Give the windows around what *name* means, with *pad_ms* on either side.

    Raises UnknownNameError where the recording has nothing of that name.
    """
    windows = [_of_findings([finding]) for finding in lookup.findings_of(recorded, name)] or _of_record(recorded, name)
    axis = _Axis(recorded)
    return merged(axis.padded(window, pad_ms) for window in windows)


def between(recorded: Recorded, start: int | None, end: int | None) -> tuple[Window, ...]:
    """Give the window from *start* to *end*, in ns on the recording's clock, both included."""
    low, high = 0 if start is None else max(start, 0), inf if end is None else end
    return _spanning(seq for _, seq, t in recorded.places() if low <= t <= high)


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Join windows that touch."""
    joined: list[Window] = []
    for window in sorted(windows):
        if joined and window.first <= joined[-1].last + 1:
            joined[-1] = Window(joined[-1].first, max(joined[-1].last, window.last))
        else:
            joined.append(window)
    return tuple(joined)


def _of_findings(findings: Iterable[Finding], start: Moment | None = None) -> Window:
    seqs = [at.seq for finding in findings for at in (finding.at, *(e.at for e in finding.evidence))]
    return Window(min(seqs) if start is None else min(start.seq, *seqs), max(seqs))


def _of_record(recorded: Recorded, name: str) -> Sequence[Window]:
    if name.isdecimal():
        return _of_line(recorded, int(name))
    for look in (lookup.item_of, lookup.response_of, lookup.call_of):
        try:
            wanted = look(recorded, name)
        except lookup.UnknownNameError:
            continue
        place = recorded.mentions().places.get(wanted)
        return [Window(*place)] if place else ()
    if RULE.fullmatch(name):
        others = ", ".join(dict.fromkeys(finding.rule for finding in recorded.findings))
        raise RtlogError(f"{name.upper()} found nothing in this recording{f'; these did: {others}' if others else ''}")
    raise lookup.UnknownNameError(name, lookup.known_names(recorded))


def _of_line(recorded: Recorded, line: int) -> Sequence[Window]:
    found, beyond = None, False
    for place, seq, _ in recorded.places():
        found, beyond = ((place, seq), beyond) if place <= line else (found, True)
        if place == line:
            break
    if found is None or (found[0] < line and not beyond):
        raise RtlogError(f"the recording has no record in line {line}")
    return [Window(found[1], found[1])]


class _Axis:
    """The numbers and times of all records, to look windows up in."""

    def __init__(self, recorded: Recorded) -> None:
        self._seqs = array("q")
        self._times = array("q")
        """In order; those of records without a time are the last known."""
        last = 0
        for _, seq, t in recorded.places():
            last = max(t, last)
            self._seqs.append(seq)
            self._times.append(last)
        self._timed = recorded.epoch is not None

    def within(self, window: Window) -> range:
        """Give the places of the records in *window*."""
        return range(bisect_left(self._seqs, window.first), bisect_right(self._seqs, window.last))

    def padded(self, window: Window, pad_ms: float) -> Window:
        inside = self.within(window)
        if not inside or not self._timed:
            return Window(window.first - UNTIMED_PAD, window.last + UNTIMED_PAD)
        low = self._times[inside[0]] - pad_ms * NS_PER_MS
        high = self._times[inside[-1]] + pad_ms * NS_PER_MS
        first, behind = bisect_left(self._times, low), bisect_right(self._times, high)
        return Window(self._seqs[first], self._seqs[behind - 1])

    def with_aftermath(self, window: Window) -> Window:
        return Window(window.first, self.padded(window, AFTERMATH_MS).last) if self._timed else window


def _spanning(seqs: Iterable[int]) -> tuple[Window, ...]:
    chosen = list(seqs)
    return (Window(min(chosen), max(chosen)),) if chosen else ()
