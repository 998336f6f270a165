"""The lines of a recording, one by one, without what was said: a line of the copy for each of the original's.

What is damaged in the original is damaged in the copy, at the same line, without a letter of it.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Final, cast

import orjson

from rtlog.recordings.audio import payloads
from rtlog.recordings.format import RECORD_KINDS
from rtlog.recordings.headerless import TIME_KEYS
from rtlog.recordings.scrubbing import addresses
from rtlog.recordings.scrubbing.categories import Category
from rtlog.recordings.scrubbing.events import EventScrubber, Json
from rtlog.recordings.scrubbing.places import Place, Treatment
from rtlog.recordings.scrubbing.pseudonyms import Pseudonyms

SECRETS: Final = "secrets"
"""What `redaction` of every header names: taken out while recording."""
NO_OBJECT: Final = b'"redacted"'
TORN: Final = b'{"redacted'
HEAD_NUMBERS: Final = frozenset(
    {"n", "audio_bytes", "seq", "t", "conn", "respaced", "end", "records", "dropped", "lost"}
)
HEADER_NAMES: Final = frozenset({"id", "started", "tool", "tap", "provider", "client", "audio", "redaction"})
ORDER: Final = ("type", "dir", "n", "audio_bytes", "seq", "t", "was", "conn", "src", "elided", "respaced")
"""The members of a record before its event, as a writer orders them."""

_WORDS: Final = Place(Category.OTHER, Treatment.WORDS)
_NOTE: Final = Place(Category.NOTES, Treatment.WORDS)
_DATA: Final = Place(Category.SPOKEN, Treatment.JSON)
_REASON: Final = Place(Category.OTHER, Treatment.SENTENCE)
_NAME: Final = Place(Category.OTHER, Treatment.PROTOCOL)
OF_KIND: Final = {
    ("mark", "text"): _NOTE,
    ("data", "text"): _DATA,
    ("close", "reason"): _REASON,
    ("gap", "reason"): _REASON,
    ("close", "by"): _NAME,
    ("data", "op"): _NAME,
}
"""The texts of records without an event."""
EVERYWHERE: Final = frozenset({"type", "kind", "dir", "src"})


class Scrubber:
    """Scrubs one recording under a *key* (up to 64 bytes): with the same key the same words get the same pseudonyms.

    *kept* categories stay; with *keep_keys* so do the names of members in arguments, outputs and metadata; *words*, in
    small letters, stand for themselves wherever they are said.
    """

    def __init__(
        self,
        key: bytes,
        kept: Collection[Category] = (),
        *,
        keep_keys: bool = True,
        words: frozenset[str] = frozenset(),
    ) -> None:
        self._names = Pseudonyms(key, words)
        self._kept = frozenset(kept)
        self._events = EventScrubber(self._names, self._kept, keep_keys=keep_keys)
        self._first = True

    @property
    def redaction(self) -> tuple[str, ...]:
        """What the header of the copy says was taken out."""
        return (SECRETS, *(each.value for each in Category if each not in self._kept))

    def line(self, line: bytes) -> bytes:
        """Give the line of the copy for the next *line* of the recording, with the line break that it has."""
        bare = line.rstrip(b"\r\n")
        if not bare.strip():
            return line
        ending, value = line[len(bare) :], _parsed(bare)
        if value is None:
            return (NO_OBJECT if ending else TORN) + ending
        return _dumped(self._scrubbed(value, bare)) + ending

    def _scrubbed(self, value: Json, text: bytes) -> Json:
        first, self._first = self._first, False
        if "rtlog" in value and "event" not in value and "type" not in value:
            return self._header(value) if first else {"rtlog": value["rtlog"]}
        event = value.get("event")
        if isinstance(event, dict) and ("dir" in value or "seq" in value or "type" not in value):
            return self._record(value, cast("Json", event), text)
        if value.get("kind") in RECORD_KINDS and "type" not in value:
            return self._without_event(value)
        return self._bare_event(value, text)

    def _header(self, header: Json) -> Json:
        told = {name: self._of_header(name, value) for name, value in header.items()}
        noted = header.get("redaction")
        before = noted if isinstance(noted, list) else []
        told["redaction"] = list(dict.fromkeys([*before, *self.redaction]))
        if Category.AUDIO not in self._kept:
            told["audio"] = "meta"
        return told

    def _of_header(self, name: str, value: object) -> object:
        if name == "title":
            return value if Category.NOTES in self._kept else None
        if name == "upstream" and isinstance(value, str) and Category.ADDRESSES not in self._kept:
            return addresses.url(self._names, value)
        if isinstance(value, dict | list) and name not in {"sdk", "redaction", "cut"}:
            self._events.scrub(cast("Json", {"data": value}))
        elif isinstance(value, str) and name not in HEADER_NAMES:
            return self._events.text(_WORDS, value)
        return value

    def _record(self, record: Json, event: Json, text: bytes) -> Json:
        event_type = event.get("type")
        elided = record.get("elided")
        left_out = cast("dict[str, object]", elided) if isinstance(elided, dict) else {}
        told: Json = {name: self._member(name, value) for name, value in record.items() if name != "event"}
        if Category.AUDIO not in self._kept:
            found = payloads(event_type if isinstance(event_type, str) else "", event, text)
            size = sum(payload.size() for payload in found)
            left_out = left_out | {payload.path: payload.empty() for payload in found}
            if size and not record.get("audio_bytes"):
                told["audio_bytes"] = size
        self._events.scrub(event, record.get("conn"))
        if left_out:
            told["elided"] = left_out
        ordered: Json = {name: told.pop(name) for name in ORDER if name in told}
        return ordered | told | {"event": event}

    def _member(self, name: str, value: object) -> object:
        """Give a member of a record's head."""
        if name in EVERYWHERE and isinstance(value, str):
            return self._events.text(_NAME, value)
        if name in {"elided", *HEAD_NUMBERS}:
            return value
        if name in TIME_KEYS and isinstance(value, str) and _is_time(value):
            return value
        if isinstance(value, str):
            return self._events.text(_WORDS, value)
        if isinstance(value, dict | list):
            self._events.scrub({"data": value})
        return value

    def _without_event(self, record: Json) -> Json:
        kind = cast("str", record["kind"])
        told = {name: self._of_kind(kind, name, value) for name, value in record.items()}
        if kind == "data" and Category.AUDIO not in self._kept:
            told.pop("base64", None)
        return told

    def _of_kind(self, kind: str, name: str, value: object) -> object:
        place = OF_KIND.get((kind, name))
        if place is not None and isinstance(value, str):
            return self._events.text(place, value)
        if kind == "open" and name in {"request", "response"} and isinstance(value, dict):
            return {part: self._handshake(part, told) for part, told in value.items()}
        if name in {"sha256", "base64"} and isinstance(value, str):
            # Of a short text the digest would tell whoever guesses it.
            hidden = not self._kept >= {Category.SPOKEN, Category.AUDIO}
            return self._names.digest(value) if name == "sha256" and hidden else value
        return self._member(name, value)

    def _handshake(self, part: str, value: object) -> object:
        if Category.ADDRESSES in self._kept or isinstance(value, int):
            return value
        if isinstance(value, dict):
            return {name: addresses.header(self._names, name.lower(), str(each)) for name, each in value.items()}
        if not isinstance(value, str) or part == "method":
            return value
        return addresses.url(self._names, value) if part == "target" else self._names.text(value)

    def _bare_event(self, event: Json, text: bytes) -> Json:
        """Give an event that is a line of its own, in a record where its sounds are left out."""
        times: Json = {name: event[name] for name in TIME_KEYS if _is_time(event.get(name))}
        event_type = event.get("type")
        head: Json = {"dir": event["dir"]} if event.get("dir") in {"client", "server", "local"} else {}
        found = payloads(event_type if isinstance(event_type, str) else "", event, text)
        if not found or Category.AUDIO in self._kept:
            self._events.scrub(event)
            return event | times | head
        head |= {"n": len(text.strip()), "audio_bytes": sum(payload.size() for payload in found)}
        elided = {payload.path: payload.empty() for payload in found}
        self._events.scrub(event)
        event |= times
        return ({"type": event_type} if head.get("dir") else {}) | head | times | {"elided": elided, "event": event}


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return isinstance(value, int | float)
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _parsed(text: bytes) -> Json | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = _leniently_parsed(text)
    return value if isinstance(value, dict) else None


def _leniently_parsed(text: bytes) -> object:
    """Parse what the reader takes too: invalid UTF-8, half of a pair, `NaN`."""
    try:
        return json.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _dumped(value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        return json.dumps(value, separators=(",", ":")).encode()
