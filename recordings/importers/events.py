"""Plain JSON of events in the shapes people paste: a document, an array, JSON Lines, with or without a wrapper.

A wrapper is an object that holds the event as an object or as JSON text, with who sent it and when beside it.
"""

from dataclasses import dataclass, replace
from typing import Final

from rtlog.recordings.importers.directions import said
from rtlog.recordings.importers.found import Found, Message
from rtlog.recordings.importers.json_values import Value, Words, dumped, parsed_object, shown, values
from rtlog.recordings.importers.moments import LATEST, log_time, moment
from rtlog.recordings.record import Dir
from rtlog.recordings.vocabulary.events import direction_of
from rtlog.recordings.vocabulary.foreign import vocabulary_of

HELD: Final = (
    "event",
    "data",
    "message",
    "payload",
    "msg",
    "body",
    "frame",
    "content",
    "json",
    "lk.pii.event",
    "value",
)
"""Members under which a wrapper holds its event."""
DIRECTIONS: Final = (
    "dir",
    "direction",
    "source",
    "src",
    "from",
    "sender",
    "origin",
    "side",
    "origin_type",
    "type",
    "kind",
)
TIMES: Final = (
    "t",
    "ts",
    "time",
    "timestamp",
    "at",
    "date",
    "datetime",
    "created_at",
    "received_at",
    "sent_at",
    "@timestamp",
)
LISTS: Final = ("events", "messages", "interactions", "items", "entries", "log", "logs", "records", "data")
"""Members under which a document holds its events."""
DEEPEST: Final = 4
"""Wrappers around an event, and lists around lists."""
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the wrappers say so far."""

    direction: Dir | None = None
    at: int | None = None
    conn: int | None = None
    size: int | None = None
    audio_bytes: int | None = None


def read_events(data: bytes, found: Found) -> None:
    """Find the events of *data*."""
    reader = _Reader(found)
    for each in values(data):
        where = f"line {each.line}"
        if isinstance(each, Words):
            found.misunderstood(where, each.text)
        else:
            reader.read(each.value, _before(each), where)


def _before(value: Value) -> _Told:
    words = value.before.replace(":", " ").replace("[", " ").replace("]", " ").split()
    told = {direction for word in words if (direction := said(word))}
    return _Told(told.pop() if len(told) == 1 else None, log_time(value.before))


class _Reader:
    def __init__(self, found: Found) -> None:
        self._found = found
        self._sockets: dict[int | None, int] = {}

    def read(self, value: object, told: _Told, where: str, depth: int = 0) -> None:
        """Take the events of *value*, a list of them or one, JSON text of it too."""
        if isinstance(value, str):
            value = parsed_object(value) or value
        if isinstance(value, list) and depth < DEEPEST:
            for number, each in enumerate(value, 1):
                self.read(each, told, f"{where}, {number}", depth + 1)
        elif not (isinstance(value, dict) and self._take(value, told, where, depth)):
            self._found.misunderstood(where, shown(value))

    def _take(self, value: Json, told: _Told, where: str, depth: int) -> bool:
        """Take the event that *value* is or wraps, or the list that it holds; `False` where it does none of it."""
        if _is_event(value):
            return self._event(value, _beside(value, told, wrapped=False))
        inner = _held(value)
        if inner is not None and depth < DEEPEST:
            outer = _beside(value, told, wrapped=True)
            return self._take(inner, outer, where, depth + 1) or self._unknown(inner, outer)
        events = next((each for name in LISTS if isinstance(each := value.get(name), list)), None)
        if events is None or depth >= DEEPEST:
            return False
        self.read(events, _beside(value, told, wrapped=False), where, depth + 1)
        return True

    def _event(self, event: Json, told: _Told) -> bool:
        by_type = direction_of(str(event.get("type", "")))
        direction = told.direction or by_type
        if direction is None:
            return False
        try:
            text = dumped(event)
        except ValueError:
            return False
        self._found.inferred += told.direction is None
        socket = self._socket(told.conn)
        self._found.entries.append(
            Message(socket, direction, text, told.at, size=told.size, audio_bytes=told.audio_bytes)
        )
        return True

    def _unknown(self, event: Json, told: _Told) -> bool:
        """Take an event of a type that no table knows where its wrapper says who sent it."""
        return told.direction is not None and isinstance(event.get("type"), str) and self._event(event, told)

    def _socket(self, conn: int | None) -> int:
        if conn not in self._sockets:
            self._sockets[conn] = self._found.socket().number
        return self._sockets[conn]


def _is_event(value: Json) -> bool:
    """Say whether *value* is an event of a vocabulary we know, and no record that repeats the type of its event."""
    named = value.get("type")
    if isinstance(named, str) and named:
        wraps = isinstance(value.get("event"), dict) and said(value.get("dir")) is not None
        return not wraps and (direction_of(named) is not None or vocabulary_of(named) is not None)
    return vocabulary_of("", value) is not None


def _held(value: Json) -> Json | None:
    for name in HELD:
        inner = value.get(name)
        if isinstance(inner, str):
            inner = parsed_object(inner)
        if isinstance(inner, dict):
            return inner
    return None


def _beside(value: Json, told: _Told, *, wrapped: bool) -> _Told:
    """Add what stands beside an event: in a wrapper who sent it, around or in it when."""
    at = next((ns for name in TIMES if (ns := moment(value.get(name))) is not None), None)
    told = replace(told, at=told.at if at is None else at)
    if not wrapped:
        return told
    direction = next((found for name in DIRECTIONS if (found := said(value.get(name)))), None)
    conn, size, audio_bytes = (_count(value.get(name)) for name in ("conn", "n", "audio_bytes"))
    return replace(
        told,
        direction=direction or told.direction,
        conn=told.conn if conn is None else conn,
        size=told.size if size is None else size,
        audio_bytes=told.audio_bytes if audio_bytes is None else audio_bytes,
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LATEST else None
