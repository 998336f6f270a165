"""What `read(strict=True)` checks beyond decoding: every byte of a line, its audio too."""

import binascii

import orjson

from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS


def problem_of(line: bytes, record: Record) -> str | None:
    """Say what is wrong with *line*, from which *record* was decoded; `None` when nothing is."""
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "it is not strict JSON"
    field = AUDIO_FIELDS.get(record.type)
    if field is None:
        return None
    try:
        payload = told.get("event", told)[field].encode()
        size = len(binascii.a2b_base64(payload, strict_mode=True)) if payload else record.audio_bytes
    except (AttributeError, KeyError, TypeError, ValueError):
        size = -1
    return None if size == record.audio_bytes else f"its audio is not the base64 of {record.audio_bytes} bytes"
