"""Reading a line that carries audio without reading the audio.

Audio is 97 to 99 % of the bytes of a session, and nothing rtlog judges needs them: the payload is cut out before the
line is decoded. What is cut is proven by arithmetic (the head's `audio_bytes` must give the payload's length, and the
line must end where the record ends); on any mismatch the caller decodes the whole line. `read(strict=True)` checks the
payload too.
"""

from typing import Final

import msgspec
from msgspec import Raw, Struct

from rtlog.recordings.audio import decoded_size
from rtlog.recordings.lenient import UNDECODABLE
from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS

PEEK: Final = len(b'{"type":"response.output_audio.delta"')
"""As many bytes of a line as tell every audio event from every other event."""

_SENDER: Final = {"audio": "client", "delta": "server"}
MARKERS: Final = {
    f'{{"type":"{name}","dir":"{_SENDER[field]}"'.encode()[:PEEK]: f'"{field}":"'.encode()
    for name, field in AUDIO_FIELDS.items()
}
"""The first bytes of a line that holds an audio event, and what stands before its payload."""

_MARKER: Final = len(b'"delta":"')
_SEARCHED: Final = 800
"""Ids come before the payload in every known server's events; one that starts later is decoded the slow way."""

_END: Final = b'"}}\n'
_decode: Final = msgspec.json.Decoder(Record).decode


def skim(line: bytes, marker: bytes) -> Record | None:
    """Decode a line of ours that ends with its audio payload, or give `None` where it is not exactly that."""
    start = line.find(marker, PEEK, _SEARCHED)
    if start < 0 or line[-4:] != _END:
        return None
    start += _MARKER
    try:
        record = _decode(line[:start] + _END)
    except UNDECODABLE:
        return None
    payload = len(line) - start - 4
    whole = not payload or (record.audio_bytes + 2) // 3 * 4 == payload
    event = record.event
    return record if whole and event is not None and event.type == record.type and record.dir else None


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
