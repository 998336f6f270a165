"""A timeline of a recording that is still written: its rows as they become complete, the findings as they settle.

Rows are those of the finished timeline, but for what nobody can know yet: findings stand where they settle, not at the
record that they are about, and the fold around such a record is not opened.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from rtlog.analyzers.analysis import Analysis, Facts
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import Moment, moment_of
from rtlog.recordings.record import Record
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.foreseeing import Foreseen, Key, key_of
from rtlog.timelines.lanes import LaneHistory, View
from rtlog.timelines.model import Burst, Element, Entry, Names, Span, Timeline
from rtlog.timelines.rows import FoldRow, LeftOutRow, Page, Row
from rtlog.timelines.swimlanes import Busy
from rtlog.timelines.telling import Teller
from rtlog.timelines.windows import Selection

NO_VIEW: Final = View()


class Following:
    """Gives what is new with each record of *analysis*; *wanted* holds ids or labels, which are known once they appear.

    Memory grows with what changes the lanes and with the findings, not with the records.
    """

    def __init__(self, analysis: Analysis, wanted: Selection, *, fold: bool, real_ids: bool, private: bool) -> None:
        labels = analysis.labels
        self.analysis = analysis
        self.timeline = Timeline([], [], [], [], [], Names(labels.items, labels.responses, real_ids), None, 0)
        self.teller = Teller(self.timeline.names, None, private=private)
        self.busy = LiveBusy()
        self.records = 0
        self.last: Moment | None = None
        self._builder = _Builder()
        self._page = _LivePage(wanted, self.timeline.names, fold=fold)
        self._settled = 0
        self._told: dict[Key, Finding] = {}
        self._foreseen = Foreseen()

    @property
    def findings(self) -> Sequence[Finding]:
        """What was told so far."""
        return list(self._told.values())

    @property
    def fold(self) -> FoldRow | None:
        """The fold that may still grow."""
        return self._page.open_fold

    @property
    def lanes(self) -> View:
        """What stands on each lane of the connection that spoke last."""
        return self._page.view(self.last.conn) if self.last else NO_VIEW

    def feed(self, record: Record) -> Iterator[Row | Finding]:
        """Give the rows that *record* completes and the findings that it settles."""
        self.records += 1
        self.last = moment_of(record)
        if self.teller.epoch is None:
            self.teller.epoch = self.timeline.epoch = record.t
        changes = self.analysis.feed(record)
        self._builder.feed(record, changes)
        elements, spans, self.timeline.connections = self._builder.taken()
        self.busy.add(spans)
        for element in elements:
            yield from self._page.take(element)
        yield from self._news()

    def rest(self) -> Sequence[Row]:
        """Give the rows that were still open."""
        return self._page.rest()

    def finish(self, facts: Facts) -> Iterator[Finding]:
        """End the analysis; give the findings that only the end settles."""
        self.analysis.finish(facts)
        for finding in self.analysis.findings:
            told = self._told.get(key_of(finding))
            if told is None or told.message != finding.message:
                yield finding

    def foresee(self, findings: Iterable[Finding], now: int) -> list[Finding]:
        """Take what would be found were the recording over at *now* (ns); give what of it can be told."""
        news = [each for each in self._foreseen.look(findings, now) if key_of(each) not in self._told]
        self._told.update((key_of(each), each) for each in news)
        return news

    def withdrawn(self) -> list[Finding]:
        """Give what was told and does not hold at the end."""
        final = {key_of(finding) for finding in self.analysis.findings}
        return [finding for key, finding in self._told.items() if key not in final]

    def _news(self) -> Iterator[Finding]:
        settled = self.analysis.settled(self._settled)
        self._settled += len(settled)
        for finding in settled:
            if key_of(finding) not in self._told:
                self._told[key_of(finding)] = finding
                yield finding


class LiveBusy(Busy):
    """Which lifelines are busy, where spans begin and end as they are drawn."""

    def __init__(self) -> None:
        super().__init__([])

    def add(self, spans: Sequence[Span]) -> None:
        """Take spans that have just begun."""
        if spans:
            self._coming = sorted([*spans, *self._coming], key=_place, reverse=True)

    @property
    def running(self) -> list[Span]:
        """What has begun and not ended, drawn already or not."""
        return [span for span in (*self._running, *reversed(self._coming)) if span.end is None]


def _place(span: Span) -> int:
    return span.start.seq


class _Builder(TimelineBuilder):
    """Builds entries, and forgets them once they are given."""

    def taken(self) -> tuple[list[Element], list[Span], int]:
        """Give the elements and the spans since the last call, and how many connections there are."""
        elements, spans = self.elements, self._course.spans
        self.elements, self._burst = [], None
        self._course.spans, self._course.arrows = [], []
        return elements, spans, len(self._connections)


class _LivePage(Page):
    """A page that gives its rows away as nothing more is added to them."""

    def __init__(self, wanted: Selection, names: Names, *, fold: bool) -> None:
        super().__init__(wanted, fold=fold)
        self._names = names
        self._wanted = wanted
        self._histories: defaultdict[int, LaneHistory] = defaultdict(LaneHistory)
        self._given = 0
        """Rows at the front that were given: the last one, to which the next is compared."""

    @property
    def open_fold(self) -> FoldRow | None:
        row = self._rows[-1] if self._rows else None
        return row if isinstance(row, FoldRow) else None

    def view(self, connection: int) -> View:
        return self._histories[connection].now.view

    def take(self, element: Element) -> Sequence[Row]:
        """Lay *element* out; give the rows that are complete."""
        if isinstance(element, Entry):
            history = self._histories[element.at.conn]
            stood = history.now
            if element.lanes is not None:
                history.add(element.lanes)
            self._recognise(element)
            self.entry(element, stood, history.now)
        elif isinstance(element, Burst):
            self.burst(element, self._histories[element.conn].now)
        return self._complete()

    def rest(self) -> Sequence[Row]:
        """Give what is still open, and what the filters left out."""
        self._rows = self._rows[self._given :]
        return self.close()

    def _complete(self) -> Sequence[Row]:
        rows, others = self._rows, self._others
        grows = bool(rows) and isinstance(rows[-1], FoldRow | LeftOutRow)
        whole = len(rows) - grows
        if whole <= self._given:
            return ()
        self._rows, self._others = rows[self._given : whole], None
        complete = self.close()
        self._rows, self._others = rows[-1:], others
        self._given = int(not grows)
        return complete

    def _recognise(self, entry: Entry) -> None:
        """Learn which id a label means, once it is there."""
        wanted, names = self._selection, self._names
        if wanted.item and wanted.item == self._wanted.item:
            found = next((i for i in entry.items if names.items.get(i) == wanted.item), None)
            wanted = replace(wanted, item=found or wanted.item)
        if wanted.call and entry.call and entry.items and names.items.get(entry.items[0]) == wanted.call:
            wanted = replace(wanted, call=entry.call)
        if wanted.response and entry.response and names.responses.get(entry.response) == wanted.response:
            wanted = replace(wanted, response=entry.response)
        self._selection = wanted
