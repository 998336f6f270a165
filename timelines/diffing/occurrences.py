"""A session as a sequence of occurrences in turns: what is compared, without what only counts or accompanies.

Left out are appended audio and pings, which come as the clock wills, and what accompanies other events
(`rows.FOLDED`); of the deltas of a response the first of each type counts. What proves a finding is never left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines.diffing.signs import Sign, sign
from rtlog.timelines.model import Burst, Entry, Mark, Timeline, comes_in_bursts
from rtlog.timelines.rows import FOLDED
from rtlog.timelines.words import Items, Words

OPENING: Final = 0
"""The number of the turn before the user's first."""
SPOKEN_PARTS: Final = frozenset(
    {"response.output_audio_transcript.done", "response.output_text.done", "response.content_part.done"}
)
"""What tells an item's words at its end; servers send one, two or three of them, and the first counts."""
WORDS: Final = "words"
NOISE: Final = frozenset(
    {"input_audio_buffer.append", "ping", "pong", "heartbeat", "conversation.item.input_audio_transcription.delta"}
)
TRANSCRIBED: Final = "conversation.item.input_audio_transcription.completed"


@dataclass(frozen=True, slots=True, eq=False)
class Occurrence:
    """One thing that happened, what it means, and the number of the turn in which it came."""

    at: Moment
    words: Words
    sign: Sign
    turn: int
    marks: tuple[Mark, ...] = ()


@dataclass(slots=True, eq=False)
class Turn:
    """A turn of the user and all that follows until the next.

    `item` is what the user says, where it has an id; `text` are the words, where they are told.
    """

    number: int
    start: Moment
    occurrences: list[Occurrence] = field(default_factory=list)
    item: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One recording, ready to be compared."""

    timeline: Timeline
    turns: list[Turn]

    @property
    def occurrences(self) -> list[Occurrence]:
        """Everything that happened, turn after turn."""
        return [occurrence for turn in self.turns for occurrence in turn.occurrences]


def session_of(timeline: Timeline) -> Session:
    """Give what happened in *timeline*."""
    writer = _Writer(timeline)
    copied = {e.at.conn for e in timeline.elements if isinstance(e, Entry) and _is_of_the_wire(e)}
    for element in timeline.elements:
        if isinstance(element, Burst):
            writer.burst(element)
        elif isinstance(element, Entry) and not (element.told_by_sdk and element.at.conn in copied):
            writer.entry(element)
    return Session(timeline, writer.turns)


def _is_of_the_wire(entry: Entry) -> bool:
    return entry.at.dir in {"client", "server"} and not entry.told_by_sdk


def _subject(entry: Entry) -> str | None:
    """Give the id of the item that the record is about: the first that its sentence names."""
    first = next(iter(entry.words), None)
    return first.ids[0] if isinstance(first, Items) else None


class _Writer:
    def __init__(self, timeline: Timeline) -> None:
        self._names = timeline.names
        self.turns: list[Turn] = []
        self._heard: set[str] = set()
        """Types of deltas that the response in the making has sent already."""
        self._worded: set[str] = set()
        """Items whose words are told."""
        self._turn_of: dict[str, Turn] = {}
        """The user's items that have begun a turn."""
        self._speaking = False

    def burst(self, burst: Burst) -> None:
        """Take the first delta of each type."""
        for event_type in dict.fromkeys(burst.types):
            if canonical(event_type) not in self._heard | NOISE:
                self._heard.add(canonical(event_type))
                self._append(burst.moment(burst.types.index(event_type)), ())

    def entry(self, entry: Entry) -> None:
        """Take a record, unless it says nothing of its own."""
        event_type = canonical(entry.at.type)
        told_as = self._told_as(entry, event_type)
        if told_as is None:
            return
        if event_type == "response.created":
            self._heard.clear()
        subject = _subject(entry)
        if self._begins_turn(entry, event_type, subject):
            turn = self._turn(entry.at)
            self.turns.append(Turn(turn.number + 1, entry.at, item=subject))
            self._turn_of[subject or ""] = self.turns[-1]
        occurrence = self._append(entry.at, entry.words, told_as, entry.marks)
        if event_type == TRANSCRIBED and subject is not None:
            turn = self._turn_of.get(subject, self.turns[-1])
            turn.text = occurrence.sign.said or turn.text

    def _told_as(self, entry: Entry, event_type: str) -> str | None:
        """Give the type that *entry* counts as, `None` where it does not count."""
        subject = _subject(entry)
        if event_type in SPOKEN_PARTS and subject is not None and subject not in self._worded:
            self._worded.add(subject)
            return WORDS
        if comes_in_bursts(event_type):
            return event_type if entry.marks else None
        return None if event_type in FOLDED | NOISE and not entry.marks else event_type

    def _append(self, at: Moment, words: Words, told_as: str | None = None, marks: tuple[Mark, ...] = ()) -> Occurrence:
        turn = self._turn(at)
        meaning = sign(told_as or at.type, at.dir, words, self._names)
        turn.occurrences.append(occurrence := Occurrence(at, words, meaning, turn.number, marks))
        return occurrence

    def _turn(self, at: Moment) -> Turn:
        if not self.turns:
            self.turns.append(Turn(OPENING, at))
        return self.turns[-1]

    def _begins_turn(self, entry: Entry, event_type: str, item: str | None) -> bool:
        is_new = item is None or item not in self._turn_of
        match event_type:
            case "input_audio_buffer.speech_started":
                self._speaking = True
                return is_new
            case "input_audio_buffer.committed" | "input_audio_buffer.timeout_triggered":
                spoken, self._speaking = self._speaking, False
                return is_new and (item is not None or not spoken)
            case "conversation.item.create":
                return is_new and " (user)" in entry.words
        return False


def turns_of_the_user(session: Session) -> Iterator[Turn]:
    """Give the turns without the opening."""
    return (turn for turn in session.turns if turn.number != OPENING)
