"""The outline of a recording: what has to be known to find the part that a person wants to see.

It is a fraction of the timeline, so that a part of a long recording is drawn by reading it twice and keeping little.
"""

from array import array
from collections.abc import Iterator, Sequence

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import Change
from rtlog.analyzers.story import Story
from rtlog.recordings.record import Record
from rtlog.timelines import keys
from rtlog.timelines.model import Mentions, Names, Timeline, comes_in_bursts

UNTIMED = -1


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
        self._lines.append(record.line)
        self._seqs.append(record.seq)
        self._times.append(UNTIMED if record.t is None else record.t)
        event = record.event
        if event is None or comes_in_bursts(record.type):
            return
        items, call = keys.subjects_of(event, changes, changes[0].conn if changes else None)
        self._mentions.add(record.seq, items, keys.response_of(event, changes), call)

    def close(self, analysis: Analysis) -> None:
        """Take what the finished *analysis* found."""
        self.findings, self.stories = analysis.findings, analysis.stories
        self.names = Names(analysis.labels.items, analysis.labels.responses)
        self.epoch = analysis.epoch

    def mentions(self) -> Mentions:
        """Give where each id is named."""
        return self._mentions

    def moments(self) -> Iterator[Moment]:
        """Give line, number and time of every record; what it was is not kept."""
        for line, seq, t in zip(self._lines, self._seqs, self._times, strict=True):
            yield Moment(line, seq, None if t < 0 else t, "", "", 0)


Recorded = Timeline | Outline
"""What can be searched."""
