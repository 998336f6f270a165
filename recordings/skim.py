"""Reading a line that carries audio without reading the audio.

Audio is 97 to 99 % of the bytes of a session, and nothing rtlog judges needs them: the payload is cut out before the
line is decoded. What is cut is proven by arithmetic: the head's `audio_bytes` must give the payload's length. On any
mismatch the caller decodes the whole line; `read(strict=True)` checks the payload too.
"""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from rtlog.recordings.audio import decoded_size
from rtlog.recordings.lenient import UNDECODABLE
from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS
from rtlog.recordings.vocabulary.foreign import TYPES

PEEK: Final = len(b'{"type":"response.output_audio.delta"')
"""As many bytes of a line as tell every audio event from every other event."""

_SENDER: Final = {"audio": "client", "delta": "server"}
WORTH_SKIMMING: Final = 600
"""Bytes of a line; decoding a shorter one is cheaper than looking for a payload in it."""

_AUDIO: Final = {
    f'{{"type":"{name}","dir":"{_SENDER[field]}"'.encode()[:PEEK]: name for name, field in AUDIO_FIELDS.items()
}
"""The first bytes of a line that holds an audio event, and its type."""

BEFORE: Final = len(b'"delta":"')
"""Bytes before a payload that tell that it begins."""
_SEARCHED: Final = 800
"""Ids come before the payload in every known server's events; one that starts later is decoded the slow way."""

END: Final = b'"}}\n'
_REMARKABLE: Final = frozenset({"", *AUDIO_FIELDS, *TYPES})
"""Types of events of which the reader wants to know more than the record tells."""

_type_of: Final = _AUDIO.get
_decode: Final = msgspec.json.Decoder(Record).decode


class Skimmer:
    """Decodes all of a line of ours but its audio payload; remembers where payloads begin, as neighbours are alike."""

    __slots__ = ("_before", "starts")

    def __init__(self) -> None:
        self.starts = dict.fromkeys(AUDIO_FIELDS, PEEK)
        """Event type -> the offset in a line at which the last one's payload began."""
        self._before = dict.fromkeys(AUDIO_FIELDS, b"")

    def skim(self, line: bytes) -> Record | None:
        """Give the record of a line that is exactly as ours are, else `None`."""
        event_type = _type_of(line[:PEEK]) if len(line) > WORTH_SKIMMING else None
        try:
            if event_type is None:
                return _plain(line)
            start = self.starts[event_type]
            if line[start - BEFORE : start] != self._before[event_type]:
                start = self._find_start(line, event_type)
            if line[-4:] == END:
                record = _decode(line[:start] + END)
                event = record.event
                if (record.audio_bytes + 2) // 3 * 4 == len(line) - start - 4 and event and event.type == event_type:
                    return record if record.dir else None
            return _skim_middle(line, start)
        except UNDECODABLE:
            return None

    def _find_start(self, line: bytes, event_type: str) -> int:
        """Give and remember where the payload begins; 0 where it is not found, and then nothing of the line decodes."""
        start = _payload_start(line, event_type)
        self.starts[event_type] = start or PEEK
        self._before[event_type] = line[start - BEFORE : start] if start else b""
        return start


def _payload_start(line: bytes, event_type: str) -> int:
    """Give the offset of the payload, 0 where it is not found: clients write `"audio":"` or `"audio": "`."""
    name = AUDIO_FIELDS[event_type].encode()
    return next((end for colon in (b":", b": ") if (end := _behind(line, b'"%b"%b"' % (name, colon)))), 0)


def _behind(line: bytes, text: bytes) -> int:
    at = line.find(text, PEEK, _SEARCHED)
    return at + len(text) if at >= 0 else 0


def _plain(line: bytes) -> Record | None:
    record = _decode(line)
    event = record.event
    if event is None or event.type != record.type or not record.dir:
        return None
    return None if event.type in _REMARKABLE and not record.audio_bytes else record


def _skim_middle(line: bytes, start: int) -> Record | None:
    """Decode a line whose payload is followed by other members."""
    end = line.find(b'"', start)
    record = _decode(line[:start] + line[end:])
    event = record.event
    whole = (record.audio_bytes + 2) // 3 * 4 == end - start
    return record if whole and event and event.type == record.type and record.dir else None


class _Payload(Struct):
    audio: str = ""
    delta: str = ""


class _Line(Struct):
    event: _Payload


_payload: Final = msgspec.json.Decoder(_Payload)
_line: Final = msgspec.json.Decoder(_Line)


def carried_audio(event_type: str, text: bytes | Raw, *, bare: bool = False) -> int:
    """Give the bytes of the audio that a line of the format, or a *bare* event, carries; decodes all of *text*."""
    name = AUDIO_FIELDS.get(event_type)
    if name is None:
        return 0
    try:
        payload = _payload.decode(text) if bare else _line.decode(text).event
    except UNDECODABLE:
        return 0
    return decoded_size(payload.audio if name == "audio" else payload.delta)
