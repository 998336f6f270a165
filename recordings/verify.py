"""What `read(strict=True)` checks beyond decoding: every byte of a line, its audio too."""

from typing import Final

import orjson

from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS

ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BACKSLASH: Final = b"\\"[0]


def base64_size(text: bytes) -> int | None:
    """Give the number of bytes that *text* encodes, `None` where it is no strict base64.

    Nothing is decoded: to look for letters that do not belong takes a quarter of that time.
    """
    padding = text.translate(None, ALPHABET)
    if len(text) % 4 or padding not in {b"", b"=", b"=="} or not text.endswith(padding):
        return None
    return len(text) // 4 * 3 - len(padding)


def is_whole(line: bytes, start: int, record: Record) -> bool:
    """Say whether *line* is strict JSON, and the payload at *start* its audio, the base64 of what *record* tells.

    Each byte is looked at once; where this says no, `problem_of` says why, if there is a reason.
    """
    end = line.find(b'"', start)
    if base64_size(line[start:end]) != record.audio_bytes:
        return False
    try:
        event = orjson.loads(line[:start] + line[end:])["event"]
        return bool(event[AUDIO_FIELDS[record.type]] == "")
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False


def is_plain(line: bytes) -> bool:
    """Say whether *line*, which was decoded, is strict JSON for certain.

    The decoder looks at the grammar of what it skips too, but neither at escapes nor at UTF-8 there.
    """
    return line.isascii() and _BACKSLASH not in line


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
    except (AttributeError, KeyError, TypeError, ValueError):
        payload = b"="
    size = base64_size(payload) if payload else record.audio_bytes
    return None if size == record.audio_bytes else f"its audio is not the base64 of {record.audio_bytes} bytes"
