"""What must be known of each record to decide whether a cut needs it: whom it names and what kind of thing it tells."""

from array import array
from collections import defaultdict, deque
from collections.abc import Iterator
from enum import IntFlag
from typing import Final

from rtlog.recordings.record import ErrorInfo, Event, Record
from rtlog.recordings.vocabulary.events import canonical

APPEND: Final = "input_audio_buffer.append"
DELTA: Final = ".delta"
TICKS: Final = frozenset({APPEND, "local.playback_position", "ping", "heartbeat"})
SOCKET: Final = frozenset({"open", "close", "gap", "mark"})
SESSION: Final = frozenset({"session.created", "session.updated", "session.update", "conversation.created"})
ANSWERED_IN_ORDER: Final = {
    "response.created": "response.create",
    "input_audio_buffer.committed": "input_audio_buffer.commit",
}
"""Answers that name what they made, and the requests without a name that they answer, the oldest first."""
BUFFER_EMPTIED: Final = frozenset({"input_audio_buffer.committed", "input_audio_buffer.cleared"})
CORRELATION: Final = "event_id"
"""The end of a metadata name under which clients put the id of their own event."""
PUSH_BEGIN: Final = "local.ctx_push_begin"
ADDED: Final = "conversation.item.added"
DELETED: Final = "conversation.item.deleted"


class Trait(IntFlag):
    """What kind of thing a record tells."""

    NONE = 0
    FRAME = 1
    """The socket and the session's settings: every cut has them."""
    BULK = 2
    """A piece of a text or a sound, a tick: most of a recording, and of use only to what it is a piece of."""
    APPEND = 4
    EMPTIES = 8
    """The server takes what was appended before."""
    PUSH = 16
    """The application says what its whole context is."""
    ADDS = 32
    DELETES = 64


class Facts:
    """The facts of all records, fed in order; ids are numbers, for a recording may be long."""

    def __init__(self) -> None:
        self.lines = array("q")
        self.seqs = array("q")
        self.conns = array("q")
        self.traits = bytearray()
        self.subjects: list[tuple[int, ...]] = []
        """Items, responses, calls and requests that a record names; first the item it is about."""
        self.anchors: dict[int, int] = {}
        """The item behind which a record says that another one stands, by the record's place."""
        self._numbers: dict[tuple[int, str], int] = {}
        self._waiting: defaultdict[tuple[int, str], deque[int]] = defaultdict(deque)

    def __len__(self) -> int:
        return len(self.lines)

    def feed(self, record: Record) -> None:
        """Take the next record."""
        place, event = len(self.lines), record.event
        self.lines.append(record.line)
        self.seqs.append(record.seq)
        self.conns.append(record.conn)
        event_type = canonical(record.type)
        self.traits.append(_traits(record, event_type))
        named = tuple(dict.fromkeys(self._number(record.conn, name) for name in _names(event))) if event else ()
        self.subjects.append(named)
        if event is not None and isinstance(event.previous_item_id, str) and event.previous_item_id:
            self.anchors[place] = self._number(record.conn, event.previous_item_id)
        self._pair(record.conn, event_type, place, named)

    def _pair(self, conn: int, event_type: str, place: int, named: tuple[int, ...]) -> None:
        """Let a request that names nobody be about what its answer made."""
        if event_type in ANSWERED_IN_ORDER.values():
            self._waiting[conn, event_type].append(place)
        asked = self._waiting.get((conn, ANSWERED_IN_ORDER.get(event_type, "")))
        if asked:
            request = asked.popleft()
            self.subjects[request] = (*self.subjects[request], *named)

    def _number(self, conn: int, name: str) -> int:
        return self._numbers.setdefault((conn, name), len(self._numbers))


def _traits(record: Record, event_type: str) -> Trait:
    if record.kind:
        return Trait.FRAME if record.kind in SOCKET else Trait.BULK
    if event_type == APPEND:
        return Trait.BULK | Trait.APPEND
    if event_type in SESSION:
        return Trait.FRAME
    if event_type in TICKS or event_type.endswith(DELTA):
        return Trait.BULK
    return (
        (Trait.EMPTIES if event_type in BUFFER_EMPTIED else Trait.NONE)
        | (Trait.PUSH if event_type == PUSH_BEGIN else Trait.NONE)
        | (Trait.ADDS if event_type == ADDED else Trait.NONE)
        | (Trait.DELETES if event_type == DELETED else Trait.NONE)
    )


def _names(event: Event) -> Iterator[str]:
    """Give the ids that *event* is about, the item's first; not the anchor, nor the lists of a push."""
    item, response, error = event.item, event.response, event.error
    told = (
        event.item_id,
        item.id if item else None,
        item.call_id if item else None,
        event.call_id,
        event.response_id,
        response.id if response else None,
        event.push_id,
        event.event_id,
        error.event_id if isinstance(error, ErrorInfo) else None,
        event.local_tail,
    )
    yield from (name for name in told if name)
    if response is not None and response.output:
        yield from (each.id for each in response.output if each.id)
    if response is not None and response.metadata:
        yield from (value for name, value in response.metadata.items() if name.endswith(CORRELATION))
