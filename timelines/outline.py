"""The outline of a recording: what has to be known to find the part that a person wants to see.

It is a fraction of the timeline, so that a part of a long recording is drawn by reading it twice and keeping little.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.reconciler.changes import Change
from rtlog.analyzers.story import Story
from rtlog.recordings.record import Record
from rtlog.timelines import keys
from rtlog.timelines.model import UNTIMED, Burst, Element, Entry, Mentions, Names, Place, Timeline, comes_in_bursts


class Outline:
    """Where and when each record stands, and where each id is named first and last: 24 bytes a record.

    `findings`, `stories`, `names` and `epoch` are there once it is closed.
    """

    findings: Sequence[Finding] = ()
    stories: Sequence[Story] = ()

    def __init__(self) -> None:
        self.names = Names({}, {})
        self.epoch: int | None = None
        self._lines, self._seqs, self._times = array("q"), array("q"), array("q")
        self._mentions = Mentions()

    def feed(self, record: Record, changes: Sequence[Change]) -> None:
        """Take *record* and what it changed."""
        self._place(record.line, record.seq, record.t)
        event = record.event
        if event is None or comes_in_bursts(record.type):
            return
        items, call = keys.subjects_of(event, changes, changes[0].conn if changes else None)
        self._mentions.add(record.seq, items, keys.response_of(event, changes), call)

    def take(self, elements: Iterable[Element]) -> None:
        """Take what a timeline has of the records so far; none of it is skipped."""
        for element in elements:
            match element:
                case Entry():
                    self._place(element.at.line, element.at.seq, element.at.t)
                    self._mentions.add(element.at.seq, element.items, element.response, element.call)
                case Burst():
                    self._lines.extend(element.lines)
                    self._seqs.extend(element.seqs)
                    self._times.extend(element.times)

    def close(self, analysis: Analysis) -> None:
        """Take what the finished *analysis* found."""
        self.findings, self.stories = analysis.findings, analysis.stories
        self.names = Names(analysis.labels.items, analysis.labels.responses)
        self.epoch = analysis.epoch

    def mentions(self) -> Mentions:
        """Give where each id is named."""
        return self._mentions

    def places(self) -> Iterator[Place]:
        """Give the place of every record."""
        return zip(self._lines, self._seqs, self._times, strict=True)

    def _place(self, line: int, seq: int, t: int | None) -> None:
        self._lines.append(line)
        self._seqs.append(seq)
        self._times.append(UNTIMED if t is None else t)


Recorded = Timeline | Outline
"""What can be searched."""
