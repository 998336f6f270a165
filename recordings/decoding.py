"""One line, one record: the typed decoder first, field by field where it refuses."""

from collections.abc import Callable, Collection
from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from rtlog.recordings.lenient import UNDECODABLE, members_of, salvage
from rtlog.recordings.record import Dir, Event, Record
from rtlog.recordings.skim import carried_audio
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS, direction_of

T = TypeVar("T", bound=Struct)

WRAPPINGS: Final = 2
"""A record wraps its event once, and Amazon Nova Sonic wraps each of its events once more."""

_record: Final = msgspec.json.Decoder(Record).decode
_event: Final = msgspec.json.Decoder(Event).decode


def decode_line(line: bytes) -> tuple[Record, bool]:
    """Decode a line of the format, and say whether a part of it was malformed.

    Fields that the line does not give keep their defaults (`seq` 0, `t` `None`). A record without event
    and kind is none of the format's. Raises `ValueError` when the line holds no JSON object.
    """
    record, malformed = _typed(_record, Record, line)
    event = record.event
    if event is None:
        return record, malformed
    if record.type != event.type:
        malformed = malformed or record.type != ""
        record.type = event.type
    if not record.audio_bytes and record.type in AUDIO_FIELDS:
        record.audio_bytes = carried_audio(record.type, line)
    if record.dir is None:
        record.dir = direction_of(record.type)
    return record, malformed


def decode_bare_event(text: bytes, direction: Dir | None) -> tuple[Record, bool]:
    """Make a record of a line that is the event itself; its type tells the direction where *direction* does not."""
    event, malformed = _typed(_event, Event, text)
    size = carried_audio(event.type, text, bare=True)
    found = direction or direction_of(event.type)
    return Record(type=event.type, dir=found, n=len(text.strip()), audio_bytes=size, event=event), malformed


def event_members(line: bytes) -> Collection[str]:
    """Give the names of the members of the event in *line*, which may be the event itself or wrap it once more."""
    members = members_of(line)
    for _ in range(WRAPPINGS):
        event = members.get("event")
        if event is None or bytes(event)[:1] != b"{":
            break
        members = members_of(event)
    return members


def _typed(decode: Callable[[bytes | Raw], T], shape: type[T], text: bytes) -> tuple[T, bool]:
    try:
        return decode(text), False
    except UNDECODABLE:
        return salvage(shape, text), True
