"""Logs of LiveKit's OpenAI plugin under `LK_OPENAI_DEBUG=1`.

Up to 1.6 it logs `>>> {…}` and `<<< {…}` with the event as Python writes a dict, and audio as "..."; from 1.7 on
`>>>` and `<<<` alone with the event as the extra field `lk.pii.event`, which only formatters that print extra fields
show, and no `input_audio_buffer.append`. Sources: the plugin's `realtime_model.py` of 1.4.2 to 1.7.1, and
`livekit/agents/llm/_realtime/openai.py` of 1.8.9.
"""

import ast
import re
from typing import Final

from rtlog.recordings.importers.found import Cut, Found, Message
from rtlog.recordings.importers.json_values import dumped, parsed_object
from rtlog.recordings.importers.log_lines import LogLine, log_lines
from rtlog.recordings.record import Dir
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS

FIELD: Final = "lk.pii.event"
CLIENT: Final = "LiveKit Agents"
LEFT_OUT: Final = "..."
LONGEST_LITERAL: Final = 1024 * 1024
"""Characters; Python's parser takes about 100 bytes of memory a character."""

MARK: Final = re.compile(rb"(?:>>>|<<<) \{'|lk\.pii\.event|connecting to Realtime API: ")
_EVENT: Final = re.compile(r"(?:^|[\s:|\]])(>>>|<<<)(?:\s+(\{.*))?\s*$", re.DOTALL)
_CONNECTING: Final = re.compile(r"connecting to Realtime API: (\S+)")
_DIRECTIONS: Final[dict[str, Dir]] = {">>>": "client", "<<<": "server"}

Json = dict[str, object]


def read_livekit_log(data: bytes, found: Found) -> None:
    """Find the events that the log *data* tells; each process's connections get numbers of their own."""
    found.client = CLIENT
    reader = _Reader(found)
    for line in log_lines(data):
        reader.read(line)


class _Reader:
    def __init__(self, found: Found) -> None:
        self._found = found
        self._sockets: dict[object, int] = {}
        self._greeted: set[int] = set()

    def read(self, line: LogLine) -> None:
        connecting = _CONNECTING.search(line.message)
        if connecting:
            self._sockets[_process(line)] = self._found.socket(url=connecting[1], at=line.at).number
            return
        match = _EVENT.search(line.message)
        if match is None:
            self._found.misunderstood(line.where, line.message)
            return
        self._event(line, _DIRECTIONS[match[1]], match[2])

    def _event(self, line: LogLine, direction: Dir, text: str | None) -> None:
        event = _event_of(line, text)
        if (event is None and text is not None) or (event is not None and not _is_json(event)):
            self._found.misunderstood(line.where, line.message)
            return
        socket = self._socket(line, event, direction)
        if event is None:
            self._found.note(
                "the log's formatter leaves the events out: use one that prints extra fields, as LiveKit's own"
            )
            self._found.entries.append(Cut(socket, direction, at=line.at))
            return
        _empty_audio(event, self._found)
        self._found.entries.append(Message(socket, direction, dumped(event), line.at))

    def _socket(self, line: LogLine, event: Json | None, direction: Dir) -> int:
        """Give the process's connection; a second greeting of the server is another one's."""
        process = _process(line)
        greeting = direction == "server" and event is not None and event.get("type") == "session.created"
        if process not in self._sockets or (greeting and self._sockets[process] in self._greeted):
            self._sockets[process] = self._found.socket().number
        if greeting:
            self._greeted.add(self._sockets[process])
        return self._sockets[process]


def _process(line: LogLine) -> object:
    process = line.fields.get("pid")
    return process if isinstance(process, int | str) else None


def _event_of(line: LogLine, text: str | None) -> Json | None:
    """Give the event: of the extra field, as JSON, or as Python writes it."""
    held = line.fields.get(FIELD)
    if isinstance(held, dict):
        return held
    if text is None or len(text) > LONGEST_LITERAL:
        return None
    value = parsed_object(text)
    if value is None:
        value = _literal(text)
    held = value.get(FIELD) if value else None
    return held if isinstance(held, dict) else value if value and "type" in value else None


def _literal(text: str) -> Json | None:
    """Read Python's own writing of a dict; behind it a formatter may have printed extra fields."""
    for candidate in (text, text[: text.rfind("} {") + 1]):
        try:
            value = ast.literal_eval(candidate) if candidate else None
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return None


def _is_json(value: object) -> bool:
    """Say whether JSON can say *value*, a literal of Python."""
    try:
        dumped(value)
    except ValueError:
        return False
    return True


def _empty_audio(event: Json, found: Found) -> None:
    """Leave audio that the log shows as dots empty."""
    name = AUDIO_FIELDS.get(str(event.get("type")))
    if name and event.get(name) == LEFT_OUT:
        event[name] = ""
        found.note("audio is left out of the log, its length too")
