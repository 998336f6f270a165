"""A message of the wire, or of a program, as the line of a recording that keeps it."""

import base64
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn

import orjson

from rtlog.recordings.audio import Json, Payload, payloads
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.record import Dir, Src
from rtlog.recordings.redaction import Redactor

LONGEST_TYPE: Final = 256
"""Characters; a longer `type` is no event type and is not repeated in the head of the line."""
LONGEST_TEXT: Final = 4096
"""Characters of non-JSON text that a `data` record keeps under the `meta` policy."""
SEARCHED: Final = 64
"""Bytes by which a payload is found in its message."""

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

    def encode(self, seq: int, t: int | None) -> bytes:
        """Give the line, without a time where *t* is `None`; the event's text is spliced in."""
        time = b"" if t is None else b',"t":%d' % t
        audio = b',"audio_bytes":%d' % self.audio_bytes if self.audio_bytes else b""
        elided = b',"elided":' + orjson.dumps(self.elided) if self.elided else b""
        respaced = b',"respaced":true' if self.respaced else b""
        return b'{"type":%b,"dir":"%b","n":%d%b,"seq":%d%b,"conn":%d,"src":"%b"%b%b,"event":%b}\n' % (
            orjson.dumps(self.type),
            self.dir.encode(),
            self.n,
            audio,
            seq,
            time,
            self.conn,
            self.src.encode(),
            elided,
            respaced,
            self.event,
        )


@dataclass(slots=True)
class KindLine:
    """A record that holds no event: its kind, its connection and what else is known of it, in that order."""

    kind: str
    conn: int
    fields: dict[str, object]

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
        event_type = named if isinstance(named, str) and len(named) <= LONGEST_TYPE else ""
        found = payloads(event_type, event, message)
        audio_bytes = sum(payload.size() for payload in found)
        text, respaced = _one_line(message)
        elided: dict[str, str] = {}
        if found and self.audio == "meta":
            elided = {payload.path: payload.empty() for payload in found}
            text = _emptied(text, found, event)
        if self.redactor.suspects(text):
            redacted = self.redactor.event(event)
            if redacted:
                elided |= redacted
                text, event_type = _dumped(event), self.redactor.text(event_type)
        return EventLine(event_type, direction, len(message), conn, src, text, audio_bytes, elided or None, respaced)

    def data(self, op: str, message: bytes, direction: Dir, conn: int) -> KindLine:
        """Give the line of a message that is no event: binary, not JSON, invalid text, or JSON that is no object."""
        digest = sha256(message).hexdigest()
        fields: dict[str, object] = {"dir": direction, "n": len(message), "src": "wire", "op": op, "sha256": digest}
        if op == "text":
            text = self.redactor.text(message.decode("utf-8", "replace"))
            fields["text"] = text[:LONGEST_TEXT] if self.audio == "meta" else text
        elif self.audio == "keep":
            fields["base64"] = base64.b64encode(message).decode()
        return KindLine("data", conn, fields)


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


def _one_line(message: bytes) -> tuple[bytes, bool]:
    """Turn line breaks, which in valid JSON stand only between tokens, into spaces."""
    if b"\n" in message or b"\r" in message:
        return message.translate(_LINE_BREAKS), True
    return message, False


def _emptied(text: bytes, found: list[Payload], event: Json) -> bytes:
    """Empty the payloads in the event's own *text*; where that does not give *event* exactly, encode it anew."""
    unambiguous = b"\\" not in text
    for payload in found:
        text, alone = _without(text, b'"%b"' % payload.text.encode("utf-8", "surrogatepass"))
        unambiguous = unambiguous and alone
    if unambiguous:
        # Without escapes a string's text is its value, and this one stands in the event once: nothing else was emptied.
        return text
    try:
        if orjson.loads(text) == event:
            return text
    except orjson.JSONDecodeError:
        pass
    return _dumped(event)


def _without(text: bytes, quoted: bytes) -> tuple[bytes, bool]:
    """Empty the first string *quoted* in *text*; say whether it stands there once.

    Searching for all of it would prepare a search of its length: that took most of the time of an audio event.
    """
    head = quoted[:SEARCHED]
    at = text.find(head)
    if text.startswith(quoted, at) and text.find(head, at + 1) < 0:
        return b'%b""%b' % (text[:at], text[at + len(quoted) :]), True
    return text.replace(quoted, b'""', 1), text.count(quoted) == 1


def _dumped(event: Json) -> bytes:
    try:
        return orjson.dumps(event)
    except orjson.JSONEncodeError:
        return json.dumps(event, separators=(",", ":")).encode()
