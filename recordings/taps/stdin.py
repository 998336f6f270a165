"""The stdin tap: events that another program writes, one JSON object a line, stamped as they arrive.

A line is a wrapped event (`{"dir":"client","event":{…}}`, with `src` and `conn` where they matter) or the event itself;
then its direction is inferred from its type. `{"kind":"mark","text":"…"}` is a note.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Raw, Struct

from rtlog.recordings.message import KindLine
from rtlog.recordings.record import Dir, Src
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.vocabulary.events import direction_of

LARGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of a line that are read; a longer one is recorded by its size."""

_DIRECTIONS: Final[dict[object, Dir]] = {"client": "client", "server": "server", "local": "local"}


class _Wrapped(Struct):
    dir: str = ""
    src: str = ""
    conn: int = 1
    kind: str = ""
    text: str = ""
    event: Raw = Raw(b"")


class _Bare(Struct):
    type: str = ""


class StdinTap:
    """Feeds lines to the recorders of their connections; `unknown` counts those whose direction nobody knows."""

    def __init__(self, recorder: Recorder, limit: int = LARGEST_LINE) -> None:
        self.unknown = 0
        self._limit = limit
        self._recorders = {recorder.conn: recorder}
        self._first = recorder

    def feed(self, lines: Iterable[bytes]) -> None:
        """Record *lines* until they end."""
        for line in lines:
            text = line.strip(b"\r\n\xef\xbb\xbf ")
            if text:
                self.line(text)

    def line(self, text: bytes) -> None:
        """Record one line."""
        if len(text) > self._limit:
            self._first.record("oversize", {"n": len(text)})
            return
        wrapped = _decoded(text)
        if wrapped.kind == "mark":
            self._first.mark(wrapped.text)
            return
        event = bytes(wrapped.event) or text
        direction = _DIRECTIONS.get(wrapped.dir) or _DIRECTIONS.get(direction_of(_type_of(event)))
        if direction is None:
            self._keep_unknown(text)
            return
        self._recorder(wrapped.conn).event(direction, event, src=_src(wrapped.src, direction))

    def _recorder(self, conn: int) -> Recorder:
        if conn not in self._recorders:
            first = self._first
            self._recorders[conn] = Recorder(first.writer, conn, src=first.src, redactor=first.redactor)
        return self._recorders[conn]

    def _keep_unknown(self, text: bytes) -> None:
        self.unknown += 1
        line = self._first.policy.data("text", text, "client", self._first.conn)
        line.fields.pop("dir")
        self._first.writer.write(KindLine(line.kind, line.conn, line.fields))


def _src(named: str, direction: Dir) -> Src:
    return "sdk" if named == "sdk" or direction == "local" else "wire"


def _decoded(text: bytes) -> _Wrapped:
    try:
        return msgspec.json.decode(text, type=_Wrapped)
    except msgspec.DecodeError:
        return _Wrapped()


def _type_of(event: bytes) -> str:
    try:
        return msgspec.json.decode(event, type=_Bare).type
    except msgspec.DecodeError:
        return ""
