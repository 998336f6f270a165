"""Reading the lines of another tool's log as most of them are: without reading their audio more than once.

The payload is cut out before the line is searched for secrets and decoded. What is cut is proven to be the event's
audio: it holds no escape, its key stands in the line once, and the event decodes with an empty string in its place.
Where anything is in doubt the line takes the longer way, `HeaderlessDecoder.decode`, and this gives what that gives.
"""

from typing import Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from rtlog.recordings.audio import decoded_size
from rtlog.recordings.headerless import ABSENT, DIRECTIONS, HeaderlessDecoder, Line, Times, text_of
from rtlog.recordings.lenient import UNDECODABLE
from rtlog.recordings.record import Dir, Event, Record
from rtlog.recordings.secrets import SecretFinder, Sound, sound_in
from rtlog.recordings.skim import carried_audio
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS, direction_of
from rtlog.recordings.vocabulary.foreign import TYPES

_EVENT: Final = b'"event"'
_BACKSLASH: Final = b"\\"[0]


class _Wrapped(Times, forbid_unknown_fields=True):
    event: Raw = ABSENT
    dir: Dir | None = None


class _Payload(Struct):
    audio: str | UnsetType = UNSET
    delta: str | UnsetType = UNSET


_wrapped: Final = msgspec.json.Decoder(_Wrapped).decode
_bare: Final = msgspec.json.Decoder(Line).decode
_event: Final = msgspec.json.Decoder(Event).decode
_payload: Final = msgspec.json.Decoder(_Payload).decode
_string: Final = msgspec.json.Decoder(str).decode


class ForeignLines:
    """Makes records of lines; *finder* has seen every line before, *decoder* knows which key tells the time."""

    def __init__(self, decoder: HeaderlessDecoder, finder: SecretFinder) -> None:
        self._decoder = decoder
        self._finder = finder
        self._forms = [_wrapped_event, _bare_event]

    def skim(self, line: bytes) -> Record | None:
        """Give the record of a line without secrets; `None` where it takes the longer way."""
        sound = sound_in(line)
        try:
            if sound is None:
                return None if self._finder.suspects(line) else self._record(line, None, 0)
            _, start, end = sound
            rest = line[:start] + line[end:]
            if self._finder.suspects_around(rest, line[start:end]) or _BACKSLASH in rest:
                return None
            payload = _string(memoryview(line)[start - 1 : end + 1])
            # One with an escape, or a letter of several bytes, has become shorter.
            return self._record(rest, sound, decoded_size(payload)) if len(payload) == end - start else None
        except UNDECODABLE:
            return None

    def _record(self, rest: bytes, sound: Sound | None, size: int) -> Record | None:
        """Decode *rest*, a line without its *sound*, which is *size* bytes of audio."""
        found = self._forms[0](rest)
        if found is None:
            self._forms.reverse()
            found = self._forms[0](rest)
        if found is None:
            return None
        record, text, times = found
        event_type = record.type
        if not event_type or event_type in TYPES:
            return None
        if sound is None:
            record.audio_bytes = carried_audio(event_type, text, bare=True)
        elif rest.count(b'"%b"' % sound.name.encode()) == 1 and _is_audio(event_type, sound.name, text):
            record.n += sound.end - sound.start
            record.audio_bytes = size
        else:
            return None
        record.t = self._decoder.rebased(times)
        return record


Found = tuple[Record, bytes | Raw, Times]
"""A record, the text of its event, and what tells its time."""


def _wrapped_event(rest: bytes) -> Found | None:
    try:
        line = _wrapped(rest)
        event = _event(line.event)
    except UNDECODABLE:
        return None
    if line.t is not ABSENT or rest.count(_EVENT) != 1:
        return None
    direction = line.dir or direction_of(event.type)
    return Record(type=event.type, dir=direction, n=memoryview(line.event).nbytes, event=event), line.event, line


def _bare_event(rest: bytes) -> Found | None:
    try:
        line = _bare(rest)
        if line.event is not ABSENT or line.type is ABSENT:
            return None
        event = _event(rest)
    except UNDECODABLE:
        return None
    direction = DIRECTIONS.get(text_of(line.dir)) or direction_of(event.type)
    return Record(type=event.type, dir=direction, n=len(rest.strip()), event=event), rest, line


def _is_audio(event_type: str, name: str, text: bytes | Raw) -> bool:
    """Say whether the audio of the event, whose *text* lacks what was cut, is what stood under *name*."""
    if AUDIO_FIELDS.get(event_type) != name:
        return False
    told = _payload(text)
    return (told.audio if name == "audio" else told.delta) == ""
