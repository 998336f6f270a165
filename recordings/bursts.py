"""Runs of an answer's deltas as one record, for a reader to whom each says no more than that more has come.

The first delta of each type is read by itself, so that all that a first delta brings about has happened; those behind
it, of the same item of the same response, are folded.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from rtlog.recordings.folding import LONGEST_RUN, LONGEST_RUN_NS
from rtlog.recordings.lines import UNREADABLE
from rtlog.recordings.record import Record
from rtlog.recordings.shape import TimeOf, shape_of
from rtlog.recordings.skim import Skimmer
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS

AUDIO: Final = frozenset(AUDIO_FIELDS) - {"input_audio_buffer.append"}
WORDS: Final = frozenset(
    {
        "response.output_text.delta",
        "response.output_audio_transcript.delta",
        "response.text.delta",
        "response.audio_transcript.delta",
    }
)
OUTPUT: Final = AUDIO | WORDS
DELTAS: Final = OUTPUT | {"response.function_call_arguments.delta"}

Key = tuple[str | None, str | None, int]
"""Response, item and connection of a delta."""


class Burst(NamedTuple):
    """What came behind a delta: the record that stands for the run, and the line behind it (empty at the end)."""

    record: Record | None
    rest: bytes
    ahead: Record | None
    """The record of that line, where it was decoded already."""


class Bursts:
    """Reads on behind deltas; remembers the answer that is being read."""

    __slots__ = ("_alike", "_key", "_length", "_met", "_skimmer", "_time_of")

    def __init__(self, skimmer: Skimmer) -> None:
        self._skimmer = skimmer
        self._key: Key = (None, None, 0)
        self._met: set[str] = set()
        self._time_of: TimeOf | None = None
        self._alike = Record()
        """The delta that has the shape."""
        self._length = 0

    def behind(self, record: Record, line: bytes, lines: Iterator[bytes], horizon: int) -> Burst:
        """Read on behind the delta *record*, which was read from *line*, up to the first of *lines* of another kind.

        None is folded that does not lie before *horizon*, in ns.
        """
        t = record.t
        if t is None or t >= horizon or record.src != "wire" or record.dir != "server":
            return Burst(None, next(lines, b""), None)
        key = _key_of(record)
        if key != self._key:
            self._key, self._time_of = key, None
            self._met.clear()
        self._met.add(record.type)
        if record.type in AUDIO and self._time_of is None:
            self._take_shape(record, line)
        return self._follow(record, t, lines, min(horizon, t + LONGEST_RUN_NS))

    def _follow(self, record: Record, last: int, lines: Iterator[bytes], until: int) -> Burst:
        # One loop, written out: it sees a quarter of all lines.
        run = Record(dir="server", seq=record.seq + 1, conn=record.conn, event=record.event, line=record.line + 1)
        skim, count, first, rest, ahead = self._skimmer.skim, 0, 0, b"", None
        try:
            for rest in lines:
                ahead, seq = None, run.seq + count
                if count == LONGEST_RUN:
                    break
                t = self._time_of(rest, seq) if self._time_of else -1
                if t < 0:
                    ahead = skim(rest)
                    if ahead is None or ahead.seq != seq or ahead.t is None or not self._continues(ahead):
                        break
                    t = ahead.t
                if not last <= t < until:
                    break
                first, last, count = first if count else t, t, count + 1
                _add(run, ahead or self._alike, t)
                if ahead:
                    self._learn(ahead, rest)
            else:
                rest, ahead = b"", None
        except UNREADABLE:  # whoever reads on is told again
            rest, ahead = b"", None
        run.t, run.until, run.folded = first, last, count - 1
        return Burst(run if count else None, rest, ahead)

    def _continues(self, record: Record) -> bool:
        """Say whether *record* is of the answer, and no first of its type."""
        return (
            record.type in self._met
            and record.dir == "server"
            and record.src == "wire"
            and _key_of(record) == self._key
        )

    def _learn(self, record: Record, line: bytes) -> None:
        """Take the shape of a delta that is as long as the one before it, which had none of ours: more will follow."""
        if record.type in AUDIO:
            if len(line) == self._length:
                self._take_shape(record, line)
            self._length = len(line)

    def _take_shape(self, record: Record, line: bytes) -> None:
        self._time_of = shape_of(line, record, self._skimmer.starts[record.type], named=True)
        self._alike = record


def _add(run: Record, record: Record, t: int) -> None:
    run.type, run.n = record.type, run.n + record.n
    if record.type in AUDIO:
        run.audio_bytes += record.audio_bytes
        run.output_t = run.audio_t = t
    elif record.type in OUTPUT:
        run.output_t = t


def _key_of(record: Record) -> Key:
    event = record.event
    return (event.response_id, event.item_id, record.conn) if event else (None, None, 0)
