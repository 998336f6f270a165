"""A message of the wire, or of a program, as the line of a recording that keeps it."""

import base64
import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple, NoReturn

import orjson

from rtlog.recordings.audio import Json, Payload, payloads
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.record import Dir, Src
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.writer import OVERHEAD

LONGEST_TYPE: Final = 256
"""Characters; a longer `type` is no event type and is not repeated in the head of the line."""
LONGEST_TEXT: Final = 4096
"""Characters of non-JSON text that a `data` record keeps under the `meta` policy."""

# Numbers, because `in` tries bytes for a number first, and that fails slowly: 0.3 us against 0.03.
NEWLINE, RETURN, BACKSLASH, QUOTE = b'\n\r\\"'
_LINE_BREAKS: Final = bytes.maketrans(b"\r\n", b"  ")


@dataclass(slots=True)
class EventLine:
    """An event: the head's facts and the JSON text of the event itself."""

    type: str
    dir: Dir
    n: int
    conn: int
    src: Src
    event: bytes
    audio_bytes: int
    elided: dict[str, str] | None
    respaced: bool

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return OVERHEAD + len(self.event)

    def encode(self, seq: int, t: int | None) -> bytes:
        """Give the line, without a time where *t* is `None`; the event's text is spliced in."""
        audio = b',"audio_bytes":%d' % self.audio_bytes if self.audio_bytes else b""
        time = b"" if t is None else b',"t":%d' % t
        told = b',"elided":' + orjson.dumps(self.elided) if self.elided else b""
        if self.respaced:
            told += b',"respaced":true'
        head, place = _head(self.type, self.dir), _place(self.conn, self.src)
        return b'%b%d%b,"seq":%d%b%b%b,"event":%b}\n' % (head, self.n, audio, seq, time, place, told, self.event)


@lru_cache
def _head(event_type: str, direction: Dir) -> bytes:
    return b'{"type":%b,"dir":"%b","n":' % (orjson.dumps(event_type), direction.encode())


@lru_cache
def _place(conn: int, src: Src) -> bytes:
    return b',"conn":%d,"src":"%b"' % (conn, src.encode())


@dataclass(slots=True)
class KindLine:
    """A record that holds no event: its kind, its connection and what else is known of it, in that order."""

    kind: str
    conn: int
    fields: dict[str, object]

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return OVERHEAD + sum(len(value) for value in self.fields.values() if isinstance(value, str))

    def encode(self, seq: int, t: int | None) -> bytes:
        """Give the line, without a time where *t* is `None`."""
        time = {} if t is None else {"t": t}
        return orjson.dumps({"kind": self.kind, "seq": seq, **time, "conn": self.conn, **self.fields}) + b"\n"


@dataclass(frozen=True, slots=True)
class Policy:
    """What of a message may reach the disk."""

    audio: AudioPolicy
    redactor: Redactor

    def line(self, message: bytes, direction: Dir, conn: int, src: Src) -> EventLine | KindLine:
        """Give the line that keeps the text *message*: an event, or `data` where it is not a JSON object."""
        event = _parsed(message)
        if event is None:
            return self.data("text", message, direction, conn)
        named = event.get("type")
        event_type = named if isinstance(named, str) and len(named) <= LONGEST_TYPE and _is_text(named) else ""
        respaced = NEWLINE in message or RETURN in message
        # Line breaks, which in valid JSON stand only between tokens, become spaces.
        text = message.translate(_LINE_BREAKS) if respaced else message
        found = payloads(event_type, event, message)
        audio_bytes = 0
        elided: dict[str, str] = {}
        if found:
            audio_bytes = sum([payload.size() for payload in found])
            text, elided, suspected = self._heard(text, found, event)
        else:
            suspected = self.redactor.suspects(text)
        if suspected:
            redacted = self.redactor.event(event)
            if redacted:
                elided |= redacted
                text, event_type = _dumped(event), self.redactor.text(event_type)
        return EventLine(event_type, direction, len(message), conn, src, text, audio_bytes, elided or None, respaced)

    def _heard(self, text: bytes, found: list[Payload], event: Json) -> tuple[bytes, dict[str, str], bool]:
        """Give what is kept of *text* with the payloads *found*, what is emptied, and whether secrets are suspected."""
        placed = _placed(text, found[0]) if len(found) == 1 else None
        if self.audio != "keep":
            elided = {payload.path: payload.empty() for payload in found}
            text = placed.rest if placed else _emptied(text, found, event)
            return text, elided, self.redactor.suspects(text)
        if placed is None:
            return text, {}, self.redactor.suspects(text)
        return text, {}, self.redactor.suspects(placed.rest) or self.redactor.suspects_sound(placed.payload)

    def data(self, op: str, message: bytes, direction: Dir, conn: int) -> KindLine:
        """Give the line of a message that is no event: binary, not JSON, invalid text, or JSON that is no object."""
        digest = sha256(message).hexdigest()
        fields: dict[str, object] = {"dir": direction, "n": len(message), "src": "wire", "op": op, "sha256": digest}
        if op == "text":
            text = self.redactor.broken(message.decode("utf-8", "replace"))
            fields["text"] = text if self.audio == "keep" else text[:LONGEST_TEXT]
        elif self.audio == "keep":
            fields["base64"] = base64.b64encode(self.redactor.binary(message)).decode()
        return KindLine("data", conn, fields)


def _is_text(text: str) -> bool:
    """Say whether *text* can be written: half a surrogate pair cannot."""
    return text.isascii() or text.encode("utf-8", "ignore").decode() == text


def _parsed(message: bytes) -> Json | None:
    try:
        value = orjson.loads(message)
    except orjson.JSONDecodeError:
        value = _leniently_parsed(message)
    return value if isinstance(value, dict) else None


def _leniently_parsed(message: bytes) -> object:
    """Parse what RFC 8259 allows and orjson does not: half a surrogate pair, as a delta cut in mid-character has it."""
    if b"\\u" not in message:
        return None
    try:
        return json.loads(message.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


class _Placed(NamedTuple):
    """A payload as it stands in its message, and the message's text with that emptied."""

    payload: bytes
    rest: bytes


def _placed(text: bytes, payload: Payload) -> _Placed | None:
    """Find *payload* in the JSON *text* by its key; `None` unless it can stand nowhere else.

    Without escapes a key that stands in the text once is that key, and what follows it is its value.
    """
    key = b'"%b"' % payload.key.encode("utf-8", "surrogatepass")
    start = text.find(key) + len(key)
    start += 3 if text[start : start + 2] == b": " else 2
    sound = payload.text.encode("utf-8", "surrogatepass")
    end = start + len(sound)
    if BACKSLASH in text or text[start - 1] != QUOTE or not text.startswith(sound, start) or text[end] != QUOTE:
        return None
    rest = text[:start] + text[end:]
    return _Placed(sound, rest) if rest.count(key) == 1 else None


def _emptied(text: bytes, found: list[Payload], event: Json) -> bytes:
    """Empty the payloads in the event's own *text*; where that does not give *event* exactly, encode it anew."""
    for payload in found:
        text = text.replace(b'"%b"' % payload.text.encode("utf-8", "surrogatepass"), b'""', 1)
    try:
        if orjson.loads(text) == event:
            return text
    except orjson.JSONDecodeError:
        pass
    return _dumped(event)


def _dumped(event: Json) -> bytes:
    try:
        return orjson.dumps(event)
    except orjson.JSONEncodeError:
        return json.dumps(event, separators=(",", ":")).encode()
