"""What is on the page: the shown part of a timeline as rows, with bursts folded and idle squeezed.

Nothing goes missing in silence: what lies outside the window is counted, and where it proves a finding its lines are
named; a record that a finding points to is never folded.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines.lanes import LaneHistory, Standing, View
from rtlog.timelines.model import Burst, Element, Entry, Skipped, StepKey, Timeline
from rtlog.timelines.windows import EVERYTHING, Selection

IDLE_MS: Final = 1_000
"""A pause this long is stated."""
FOLDED: Final = frozenset(
    {
        "conversation.item.done",
        "response.output_item.done",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.output_text.done",
        "rate_limits.updated",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
        "local.playback_position",
    }
)
"""What accompanies other events: neighbours are one row, unless one of them changes or proves something."""


@dataclass(slots=True)
class EntryRow:
    """One record, and where the lanes of its connection stood before and after it."""

    entry: Entry
    stood: Standing
    stands: Standing

    @property
    def before(self) -> View:
        """The lanes before it."""
        return self.stood.view

    @property
    def after(self) -> View:
        """The lanes after it."""
        return self.stands.view

    @property
    def first(self) -> Moment:
        """The record's moment."""
        return self.entry.at

    last = first

    @property
    def key(self) -> StepKey | None:
        """The step that the record is part of."""
        return self.entry.key

    @property
    def changed(self) -> bool:
        """Whether a lane is different after it."""
        return self.stood.point != self.stands.point


@dataclass(slots=True)
class FoldRow:
    """A run of records of no consequence of their own: how many of each type, from when to when."""

    first: Moment
    last: Moment
    stands: Standing
    counts: Counter[str] = field(default_factory=Counter)
    key: StepKey | None = None
    dirs: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    """Those of the records that say something."""

    @property
    def view(self) -> View:
        """The lanes while it lasts."""
        return self.stands.view

    @property
    def direction(self) -> str:
        """Who acts, where all of it is one side's doing; else nothing."""
        return next(iter(self.dirs)) if len(self.dirs) == 1 else ""

    def add(self, element: Entry | Burst) -> None:
        """Fold *element* in."""
        if isinstance(element, Entry):
            self.counts[element.at.type] += 1
            self.dirs.add(element.at.dir)
            self.entries.append(element)
            self.last, self.key = element.at, self.key or element.key
            return
        self.counts.update(element.types)
        self.dirs.update(element.dirs)
        self.last = element.moment(len(element) - 1)

    def without_entries(self) -> "list[FoldRow]":
        """Give a fold of the records that say nothing, where there are any."""
        counts = self.counts - Counter(entry.at.type for entry in self.entries)
        return [FoldRow(self.first, self.last, self.stands, counts, self.key, self.dirs)] if counts else []


@dataclass(frozen=True, slots=True)
class IdleRow:
    """Nothing happened for `ns`."""

    first: Moment
    last: Moment
    ns: int


@dataclass(slots=True)
class LeftOutRow:
    """Records that are not shown, and the lines of those among them that prove findings."""

    first: Moment
    last: Moment
    records: int = 0
    evidence: dict[int, set[str]] = field(default_factory=dict)
    """Line → findings."""
    filtered: bool = False
    """They stand between those that are shown, and are not of the kind that was asked for."""

    def add(self, element: Element) -> None:
        """Leave *element* out."""
        match element:
            case Burst():
                self.records += len(element)
                self.last = element.moment(len(element) - 1)
            case Skipped():
                self.records += element.records
                self.last = element.last
                self.evidence |= element.evidence
            case Entry():
                self.records += 1
                self.last = element.at
                for mark in element.marks:
                    self.evidence.setdefault(element.at.line, set()).add(mark.finding.id)


Row = EntryRow | FoldRow | IdleRow | LeftOutRow


def rows(timeline: Timeline, selection: Selection = EVERYTHING, *, fold: bool = True) -> list[Row]:
    """Give the rows of what *selection* shows; without *fold* every record has its own."""
    page = Page(selection, fold=fold)
    histories: defaultdict[int, LaneHistory] = defaultdict(LaneHistory)
    for element in timeline.elements:
        if isinstance(element, Burst):
            page.burst(element, histories[element.conn].now)
            continue
        if isinstance(element, Skipped):
            page.skipped(element)
            for conn, changes in element.lanes.items():
                histories[conn].add(changes)
            continue
        history = histories[element.at.conn]
        stood = history.now
        if element.lanes is not None:
            history.add(element.lanes)
        page.entry(element, stood, history.now)
    return page.close()


class Page:
    """Takes what happened, element by element, and lays it out in rows."""

    def __init__(self, selection: Selection, *, fold: bool) -> None:
        self._selection = selection
        self._fold = fold
        self._rows: list[Row] = []
        self._others: LeftOutRow | None = None
        """What the filters left out, told once at the end."""

    def entry(self, entry: Entry, stood: Standing, stands: Standing) -> None:
        """Take a record."""
        if not self._selection.holds(entry.at.seq):
            self._leave_out(entry, entry.at)
        elif not self._selection.takes(entry):
            self._pass_over(entry, entry.at)
        elif self._fold and _is_minor(entry):
            self._fold_in(entry, entry.at, stands)
        else:
            self._idle_before(entry.at)
            self._rows.append(EntryRow(entry, stood, stands))

    def skipped(self, skipped: Skipped) -> None:
        """Take what nobody asked for."""
        self._leave_out(skipped, skipped.first)

    def burst(self, burst: Burst, stands: Standing) -> None:
        """Take a run of deltas and appends."""
        for part, shown in _parts(burst, self._selection):
            if not shown:
                self._leave_out(part, part.moment(0))
            elif self._selection.asks:
                self._pass_over(part, part.moment(0))
            else:
                self._chosen(part, stands)

    def _chosen(self, burst: Burst, stands: Standing) -> None:
        choice = self._selection.choice
        if choice.limits:
            others = burst.only(index for index in range(len(burst)) if not choice.at(burst.moment(index)))
            if others:
                self._pass_over(others, others.moment(0))
            burst = burst.only(index for index in range(len(burst)) if choice.at(burst.moment(index)))
        if self._fold and burst:
            self._fold_in(burst, burst.moment(0), stands)
            return
        for index in range(len(burst)):
            self._idle_before(burst.moment(index))
            self._rows.append(EntryRow(Entry(burst.moment(index)), stands, stands))

    def close(self) -> list[Row]:
        """Give the rows."""
        if self._others is not None:
            self._rows.append(self._others)
        return [_unfolded(row) for row in self._rows]

    def _leave_out(self, element: Element, at: Moment) -> None:
        row = self._rows[-1] if self._rows else None
        if not isinstance(row, LeftOutRow):
            row = LeftOutRow(at, at)
            self._rows.append(row)
        row.add(element)

    def _pass_over(self, element: Element, at: Moment) -> None:
        if self._others is None:
            self._others = LeftOutRow(at, at, filtered=True)
        self._others.add(element)

    def _fold_in(self, element: Entry | Burst, at: Moment, stands: Standing) -> None:
        row = self._rows[-1] if self._rows else None
        if not isinstance(row, FoldRow) or row.last.conn != at.conn or _pause(row.last, at) >= IDLE_MS * NS_PER_MS:
            self._idle_before(at)
            row = FoldRow(at, at, stands)
            self._rows.append(row)
        row.add(element)

    def _idle_before(self, at: Moment) -> None:
        row = self._rows[-1] if self._rows else None
        if row is None or isinstance(row, LeftOutRow):
            return
        pause = _pause(row.last, at)
        if pause >= IDLE_MS * NS_PER_MS:
            self._rows.append(IdleRow(row.last, at, pause))


def _pause(earlier: Moment, later: Moment) -> int:
    return 0 if earlier.t is None or later.t is None else later.t - earlier.t


def _is_minor(entry: Entry) -> bool:
    return canonical(entry.at.type) in FOLDED and not entry.marks and entry.lanes is None


def _parts(burst: Burst, selection: Selection) -> Iterator[tuple[Burst, bool]]:
    """Cut *burst* where a window begins or ends."""
    start, shown = 0, selection.holds(burst.seqs[0])
    if selection.divides(burst.seqs[0], burst.seqs[-1]):
        for index, seq in enumerate(burst.seqs):
            if selection.holds(seq) != shown:
                yield burst.part(start, index), shown
                start, shown = index, not shown
    yield burst.part(start, len(burst)), shown


def _unfolded(row: Row) -> Row:
    """Show a record that stands alone as what it is."""
    if not isinstance(row, FoldRow) or row.counts.total() > 1:
        return row
    return EntryRow(row.entries[0] if row.entries else Entry(row.first), row.stands, row.stands)
