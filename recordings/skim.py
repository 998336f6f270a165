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

MARKERS: Final = {
    f'{{"type":"{name}","dir":"{_SENDER[field]}"'.encode()[:PEEK]: (name, f'"{field}":"'.encode())
    for name, field in AUDIO_FIELDS.items()
}
"""The first bytes of a line that holds an audio event: its type, and what stands before its payload."""

MARKER: Final = len(b'"delta":"')
_SEARCHED: Final = 800
"""Ids come before the payload in every known server's events; one that starts later is decoded the slow way."""

END: Final = b'"}}\n'
_REMARKABLE: Final = frozenset({"", *AUDIO_FIELDS, *TYPES})
"""Types of events of which the reader wants to know more than the record tells."""

_marker_of: Final = MARKERS.get
_decode: Final = msgspec.json.Decoder(Record).decode


class Skimmer:
    """Decodes all of a line of ours but its audio payload; remembers where payloads begin, as neighbours are alike."""

    __slots__ = ("starts",)

    def __init__(self) -> None:
        self.starts = dict.fromkeys(AUDIO_FIELDS, PEEK)
        """Event type -> the offset in a line at which the last one's payload began."""

    def skim(self, line: bytes) -> Record | None:
        """Give the record of a line that is exactly as ours are, else `None`."""
        known = _marker_of(line[:PEEK]) if len(line) > WORTH_SKIMMING else None
        try:
            return self._without_payload(line, *known) if known else _plain(line)
        except UNDECODABLE:
            return None

    def _without_payload(self, line: bytes, event_type: str, marker: bytes) -> Record | None:
        start = self.starts[event_type]
        if line[start - MARKER : start] != marker:
            start = line.find(marker, PEEK, _SEARCHED) + MARKER
            if start < MARKER:
                return None
            self.starts[event_type] = start
        if line[-4:] == END:
            record = _decode(line[:start] + END)
            event = record.event
            if (record.audio_bytes + 2) // 3 * 4 == len(line) - start - 4 and event and event.type == event_type:
                return record
        return _skim_middle(line, start)


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
    return record if whole and event and event.type == record.type else None


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
