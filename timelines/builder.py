"""From records and their changes to a timeline, in one streaming pass.

builder = TimelineBuilder()
for record in reading:
    builder.feed(record, analysis.feed(record))
analysis.finish()
timeline = builder.build(analysis)
"""

from collections.abc import Iterable, Sequence

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import moment_of
from rtlog.analyzers.reconciler.changes import Change
from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines import keys, sentences
from rtlog.timelines.coarse import CoarseListener
from rtlog.timelines.lanes import LaneChanges, LaneWatch
from rtlog.timelines.local_sentences import of_local
from rtlog.timelines.model import UNTIMED, Arrow, Burst, Element, Entry, Mark, Names, Skipped, Timeline, comes_in_bursts
from rtlog.timelines.spans import Course
from rtlog.timelines.windows import EVERYTHING, Selection
from rtlog.timelines.words import joined


class TimelineBuilder:
    """Collects what a timeline shows; memory grows by 40 bytes a delta and a few hundred for any other record.

    Of a record that *selection* has in none of its windows nothing is kept but that it was there.
    """

    def __init__(self, selection: Selection = EVERYTHING) -> None:
        self.elements: list[Element] = []
        """What there is so far, without findings."""
        self._selection = selection
        self._burst: Burst | None = None
        self._skipped: Skipped | None = None
        self._watches: dict[int, LaneWatch] = {}
        self._changed_unseen: set[int] = set()
        self._course = Course(selection.holds)
        self._connections: set[int] = set()
        self._coarse = CoarseListener()

    def feed(self, record: Record, changes: Sequence[Change]) -> None:
        """Take *record* and what it changed."""
        self._connections.add(record.conn)
        if record.t is None:
            self._coarse.feed(record)
        if not self._selection.holds(record.seq):
            self._skip(record, changes)
            return
        if self._skipped is not None:
            self._resume()
        told = record.type or record.kind
        if comes_in_bursts(told):
            self._extend_burst(record, told)
            return
        self._burst = None
        for change in changes:
            self._course.feed(change)
        self.elements.append(_entry(record, changes, self._lanes(changes)))

    def build(self, analysis: Analysis, *, epoch: int | None = None, real_ids: bool = False) -> Timeline:
        """Give the timeline; *epoch* replaces the T+0 (ns) of the finished *analysis*."""
        labels = analysis.labels
        self._resume()
        holds = self._selection.holds
        return Timeline(
            elements=_marked(self.elements, analysis.findings),
            arrows=[*self._course.arrows, *(a for a in _causes(analysis.findings) if holds(a.target.seq))],
            spans=self._course.spans,
            findings=analysis.findings,
            stories=analysis.stories,
            names=Names(labels.items, labels.responses, real_ids),
            epoch=analysis.epoch if epoch is None else epoch,
            connections=len(self._connections),
            coarse=self._coarse.clock(),
        )

    def _skip(self, record: Record, changes: Sequence[Change]) -> None:
        at = moment_of(record)
        if self._skipped is None:
            self._burst = None
            self._course.hide()
            self._skipped = Skipped(at, at)
            self.elements.append(self._skipped)
        self._skipped.records += 1
        self._skipped.last = at
        for change in changes:
            self._course.feed(change)
        if self._lanes(changes) is not None:
            self._changed_unseen.add(record.conn)

    def _resume(self) -> None:
        if self._skipped is not None:
            self._skipped.lanes = {number: self._watches[number].whole() for number in sorted(self._changed_unseen)}
            self._changed_unseen.clear()
            self._course.show()
            self._skipped = None

    def _lanes(self, changes: Sequence[Change]) -> LaneChanges | None:
        if not changes:
            return None
        connection = changes[0].conn
        watch = self._watches.get(connection.number)
        if watch is None:
            watch = self._watches[connection.number] = LaneWatch(connection)
        return watch.look(connection)

    def _extend_burst(self, record: Record, told: str) -> None:
        burst = self._burst
        if burst is None or burst.conn != record.conn:
            burst = self._burst = Burst(record.conn)
            self.elements.append(burst)
        burst.types.append(told)
        burst.dirs.append(record.dir or "")
        burst.lines.append(record.line)
        burst.seqs.append(record.seq)
        burst.times.append(UNTIMED if record.t is None else record.t)


def _entry(record: Record, changes: Sequence[Change], lanes: LaneChanges | None) -> Entry:
    event_type, event = canonical(record.type), record.event
    entry = Entry(moment_of(record), lanes=lanes, key=keys.key_of(record, event_type, changes))
    entry.told_by_sdk = record.src == "sdk" and record.dir != "local"
    if event is None:
        entry.words = sentences.of_socket(record)
        return entry
    connection = changes[0].conn if changes else None
    entry.items, entry.call = keys.subjects_of(event, changes, connection)
    entry.response = keys.response_of(event, changes)
    if record.dir == "local":
        entry.words = of_local(event, changes)
    else:
        said = sentences.of_wire(event, event_type, changes)
        entry.words = joined((said, sentences.answers(changes, record)))
    return entry


def _causes(findings: Iterable[Finding]) -> Iterable[Arrow]:
    for finding in findings:
        cause = finding.caused_by
        if cause is not None:
            yield Arrow("cause", cause.at, finding.at, f"{cause.id} > {finding.id}")


def _marked(elements: Iterable[Element], findings: Sequence[Finding]) -> list[Element]:
    """Put findings at the records they point to; a burst that holds such a record gives it up as an entry."""
    marks = _marks(findings)
    shown: list[Element] = []
    for element in elements:
        match element:
            case Entry():
                element.marks = tuple(marks.get(element.at.seq, ()))
                shown.append(element)
            case Burst():
                shown += _without_evidence(element, marks)
            case Skipped():
                element.evidence = _evidence(element, findings)
                shown.append(element)
    return shown


def _evidence(skipped: Skipped, findings: Iterable[Finding]) -> dict[int, set[str]]:
    evidence: dict[int, set[str]] = {}
    for finding in findings:
        for at in (finding.at, *(each.at for each in finding.evidence)):
            if skipped.first.seq <= at.seq <= skipped.last.seq:
                evidence.setdefault(at.line, set()).add(finding.id)
    return dict(sorted(evidence.items()))


def _marks(findings: Iterable[Finding]) -> dict[int, list[Mark]]:
    marks: dict[int, list[Mark]] = {}
    for finding in findings:
        places = {e.at.seq: e.note for e in finding.evidence}
        for seq, note in {finding.at.seq: "", **places}.items():
            marks.setdefault(seq, []).append(Mark(finding, note, act=seq == finding.at.seq))
    return marks


def _without_evidence(burst: Burst, marks: dict[int, list[Mark]]) -> Iterable[Element]:
    start = 0
    for index, seq in enumerate(burst.seqs):
        if seq in marks:
            if index > start:
                yield burst.part(start, index)
            yield Entry(burst.moment(index), marks=tuple(marks[seq]))
            start = index + 1
    if start == 0:
        yield burst
    elif start < len(burst):
        yield burst.part(start, len(burst))
