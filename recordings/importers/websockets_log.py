"""DEBUG logs of the `websockets` library: `> TEXT '…' [5 bytes]`, which shortens what is longer than 75 characters.

`WEBSOCKETS_MAX_LOG_SIZE` raises that limit. A frame is taken only where its text has as many bytes as the line says;
what was shortened is counted as lost, never guessed. Sources: `Frame.__str__`, `ClientProtocol` and `Protocol` of
websockets 15.
"""

import ast
import re
from dataclasses import dataclass, field
from typing import Final

from rtlog.recordings.importers.found import Closed, Cut, Found, Message, Socket
from rtlog.recordings.importers.log_lines import LogLine, log_lines
from rtlog.recordings.record import Dir

MARK: Final = re.compile(rb"""[<>] (?:TEXT ['"]|BINARY [0-9a-f]{2}[ .])""")
_BEGIN: Final = re.compile(r"(?:^|[\s:|\]])(?P<arrow>[<>]) (?P<op>TEXT|BINARY|CONT|CLOSE|PING|PONG) ")
_END: Final = re.compile(r" \[(?:(?:text|binary), )?(?P<size>\d{1,12}) bytes?(?P<more>, continued)?\]$")
MOST_HEADERS: Final = 1000
"""Headers of a handshake."""
LONGEST_PREFIX: Final = 1000
"""Characters before a frame in a line."""
LONGEST_END: Final = 60
"""Characters of what stands behind a frame's data. Both ends are looked for apart: one pattern for the whole would try
each of a hostile line's beginnings with all that follows it.
"""
_HEAD: Final = re.compile(
    r"(?:^|[\s:|\]])(?P<arrow>[<>]) (?:GET (?P<target>\S+) HTTP/1\.1|HTTP/1\.1 (?P<status>\d{3})\b.*)$"
)
_HEADER: Final = re.compile(r"(?:^|[\s:|\]])(?P<arrow>[<>]) (?P<name>[A-Za-z][A-Za-z0-9-]*): (?P<value>.*)$")
_STATE: Final = re.compile(r"(?:^|[\s:|\]])= connection is (?P<state>CONNECTING|OPEN|CLOSING|CLOSED)\b")
_OWN: Final = re.compile(
    r"(?:^|[\s:|\]])(?:[%!x-] |[<>] (?:EOF$|\[body\]))|\bconnection (?:open|closed|handler failed)\b"
)
_SIDE: Final = re.compile(r"\bwebsockets\.(client|server)\b")
_TYPE: Final = re.compile(r"""["']type["']: ?["']([a-z_]+(?:\.[a-z_]+){0,4})["']""")
_CLOSE: Final = re.compile(r"(\d{4}) \([^)]*\)(?: (.*))?")

_ARROWS: Final[dict[str, Dir]] = {">": "client", "<": "server"}
_TURNED: Final[dict[str, Dir]] = {">": "server", "<": "client"}
NO_STATUS: Final = 1005


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame as a line shows it: `size` in bytes, and whether further fragments `follow`."""

    arrow: str
    op: str
    data: str
    size: int
    follow: bool


@dataclass(slots=True)
class _Partial:
    """A message of which fragments are still to come; `data` is `None` once one of them was shortened."""

    data: bytearray | None
    size: int
    binary: bool
    type: str


@dataclass(slots=True)
class _Wire:
    """The connection that a logger speaks of."""

    socket: Socket
    arrows: dict[str, Dir]
    opened: bool = False
    partial: dict[Dir, _Partial] = field(default_factory=dict)
    closed: bool = False

    @property
    def takes_headers(self) -> bool:
        """Whether a handshake goes on that may still have headers."""
        return not self.opened and len(self.socket.request) + len(self.socket.response) < MOST_HEADERS


def read_websockets_log(data: bytes, found: Found) -> None:
    """Find the frames that the log *data* tells, whole ones and shortened ones."""
    reader = _Reader(found)
    for line in log_lines(data):
        reader.read(line)
    if any(isinstance(entry, Cut) for entry in found.entries):
        found.note("websockets shortens long messages in its log: set WEBSOCKETS_MAX_LOG_SIZE=100000000 to keep them")


class _Reader:
    def __init__(self, found: Found) -> None:
        self._found = found
        self._wires: dict[str, _Wire] = {}

    def read(self, line: LogLine) -> None:
        named = _SIDE.search(line.logger) or _SIDE.search(line.message[:200])
        side = named[1] if named else ""
        state = _STATE.search(line.message)
        if state:
            self._state(side, state["state"], line)
        elif frame := _frame_of(line.message):
            self._frame(self._wire(side, line), frame, line)
        elif head := _HEAD.search(line.message):
            self._head(self._wire(side, line), head)
        elif (header := _HEADER.search(line.message)) and (wire := self._wires.get(side)) and wire.takes_headers:
            self._header(wire, header)
        elif not _OWN.search(line.message):
            self._found.misunderstood(line.where, line.message)

    def _state(self, side: str, state: str, line: LogLine) -> None:
        if state == "CONNECTING":
            self._wires.pop(side, None)
        elif state == "OPEN":
            self._wire(side, line).opened = True

    def _wire(self, side: str, line: LogLine) -> _Wire:
        if side not in self._wires:
            arrows = _TURNED if side == "server" else _ARROWS
            self._wires[side] = _Wire(self._found.socket(at=line.at), arrows)
        return self._wires[side]

    def _head(self, wire: _Wire, match: re.Match[str]) -> None:
        if match["target"] is None:
            wire.socket.status = int(match["status"])
            return
        wire.socket.url = match["target"]
        wire.arrows = _ARROWS if match["arrow"] == ">" else _TURNED

    def _header(self, wire: _Wire, match: re.Match[str]) -> None:
        header = (match["name"], match["value"])
        socket = wire.socket
        if wire.arrows[match["arrow"]] == "client":
            socket.request += (header,)
            if header[0].lower() == "host" and socket.url and socket.url.startswith("/"):
                socket.url = f"ws://{header[1]}{socket.url}"
        else:
            socket.response += (header,)

    def _frame(self, wire: _Wire, frame: _Frame, line: LogLine) -> None:
        if frame.op == "CLOSE":
            self._close(wire, wire.arrows[frame.arrow], frame.data, line)
        elif frame.op in {"TEXT", "BINARY", "CONT"}:
            self._fragment(wire, wire.arrows[frame.arrow], frame, line)

    def _fragment(self, wire: _Wire, direction: Dir, frame: _Frame, line: LogLine) -> None:
        named, data = _TYPE.search(frame.data, 0, LONGEST_PREFIX), _whole(frame)
        partial = wire.partial.pop(direction, None) if frame.op == "CONT" else None
        if partial is None:
            partial = _Partial(bytearray(), 0, frame.op == "BINARY", named[1] if named else "")
        if partial.data is None or data is None:
            partial.data = None
        else:
            partial.data += data
        partial.size += frame.size
        if frame.follow:
            wire.partial[direction] = partial
        elif partial.data is None:
            self._found.entries.append(Cut(wire.socket.number, direction, partial.size, partial.type, line.at))
        else:
            self._found.entries.append(
                Message(wire.socket.number, direction, bytes(partial.data), line.at, partial.binary, partial.size)
            )

    def _close(self, wire: _Wire, direction: Dir, text: str, line: LogLine) -> None:
        if wire.closed:
            return
        wire.closed = True
        match = _CLOSE.match(text)
        code, reason = (int(match[1]), match[2] or "") if match else (NO_STATUS, "")
        self._found.entries.append(Closed(wire.socket.number, direction, code, reason, line.at))


def _frame_of(text: str) -> _Frame | None:
    begin = _BEGIN.search(text, 0, LONGEST_PREFIX)
    end = _END.search(text, max(0, len(text) - LONGEST_END))
    if begin is None or end is None or end.start() < begin.end():
        return None
    return _Frame(begin["arrow"], begin["op"], text[begin.end() : end.start()], int(end["size"]), bool(end["more"]))


def _whole(frame: _Frame) -> bytes | None:
    """Give the frame's data; `None` where the log shows less than all of it."""
    quoted = frame.op != "BINARY" and frame.data[:1] in {"'", '"'}
    data = _bytes_of(frame.data) if quoted else _hex_of(frame.data)
    return data if data is not None and len(data) == frame.size else None


def _bytes_of(text: str) -> bytes | None:
    """Read a string as Python writes it; `None` where it is none, as when its middle was taken out."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else None


def _hex_of(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
