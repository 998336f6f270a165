"""Secrets that another tool left in a recording: where they stand, and the line without them."""

import base64
import binascii
import json
import re
from contextlib import suppress
from typing import Final, NamedTuple, cast

import orjson

from rtlog.recordings.audio import Json
from rtlog.recordings.redaction import REDACTED, SHORTEST_SOUND, Redactor

ELIDED: Final = "elided"
EVENT: Final = "event"
HEADERS: Final = "headers"
SIDES: Final = ("request", "response")
NO_RECORD: Final = "a line that is no record"

_SOUND: Final = re.compile(rb'"(delta|audio)"\s{0,2}:\s{0,2}"')
_COUNTED: Final = b'tokens"'
_COUNTS: Final = re.compile(
    rb'"(?:(?:total|input|output|cached|text|audio|image|reasoning|max_output|max_response_output)_tokens":\s?\d'
    rb'|name":\s?"tokens")'
)
"""Numbers of tokens, which nearly every answer ends with: no secrets, but their names hold the mark `token`."""
_BREAKS: Final = str.maketrans("\r\n", "  ")


class Sound(NamedTuple):
    """The value of an audio field: the field's name, and where in the line the value stands."""

    name: str
    start: int
    end: int


class SecretFinder:
    """Looks for secrets line by line, and remembers those that it has found for the lines behind."""

    def __init__(self) -> None:
        self._redactor = Redactor()

    def find(self, line: bytes) -> tuple[list[str], bytes]:
        """Give where in *line* secrets stand, and the line without them: the very same where there are none."""
        if not self.suspects(line):
            return [], line
        record = _parsed(line)
        if record is None:
            return self._of_text(line)
        found = self._of_record(record)
        return found, _dumped(record) if found else line

    def without(self, line: bytes) -> bytes:
        """Give *line* without its secrets."""
        return self.find(line)[1]

    def text(self, text: str) -> str:
        """Give *text*, a part of a line, without secrets that have been found by now or tell what they are."""
        return self._redactor.text(text)

    def suspects(self, line: bytes) -> bool:
        """Say whether *line* needs a closer look; a quick no for almost every line."""
        sound = sound_in(line)
        if sound is None:
            return self._suspects_text(line)
        return self.suspects_around(line[: sound.start] + line[sound.end :], line[sound.start : sound.end])

    def suspects_around(self, rest: bytes, payload: bytes) -> bool:
        """Say the same of a line that is cut into its sound, *payload*, and the *rest*."""
        # Base64 holds the letters of many a mark by chance.
        return self._suspects_text(rest) or self._redactor.suspects_sound(payload)

    def _suspects_text(self, text: bytes) -> bool:
        if not self.remembers and _COUNTED in text:
            text = _COUNTS.sub(b"", text)
        return self._redactor.suspects(text)

    def suspects_sound(self, payload: bytes) -> bool:
        """Say the same of the value of an audio field alone."""
        return self._redactor.suspects_sound(payload)

    @property
    def remembers(self) -> bool:
        """Whether a secret was found that may stand in any line from now on."""
        return self._redactor.remembers

    def _of_text(self, line: bytes) -> tuple[list[str], bytes]:
        """Search a line that is no JSON object; it stays one line."""
        bare = line.rstrip(b"\r\n")
        text = bare.decode("utf-8", "replace")
        safe = self._redactor.broken(text)
        if safe == text:
            return [], line
        return [NO_RECORD], safe.translate(_BREAKS).encode("utf-8", "replace") + line[len(bare) :]

    def _of_record(self, record: Json) -> list[str]:
        sides = SIDES if record.get("kind") == "open" else ()
        handshake = {name: _apart(record, name, dict) for name in sides}
        upstream, event = _apart(record, "upstream", str), _apart(record, EVENT, dict)
        found: list[str] = []
        for side, told in handshake.items():
            found += [f"{side}.{path}" for path in self._of_handshake(cast("Json", told.get(side, {})))]
        found += self._of_data(record) if record.get("kind") == "data" else []
        found += self._redactor.event(record)
        found += self._url(upstream, "upstream")
        changed = self._redactor.event(cast("Json", event.get(EVENT, {})))
        found += [f"{EVENT}.{path}" for path in changed]
        if changed:
            elided = record.get(ELIDED)
            record[ELIDED] = (elided if isinstance(elided, dict) else {}) | changed
        for apart in (*handshake.values(), upstream, event):
            record |= apart
        return found

    def _of_data(self, held: Json) -> list[str]:
        """Search a message that was no JSON object: text that may be broken JSON, or binary in base64."""
        found = []
        text, binary = held.get("text"), held.get("base64")
        if isinstance(text, str) and (safe := self._redactor.broken(text)) != text:
            held["text"] = safe
            found.append("text")
        if isinstance(binary, str) and (recoded := self._recoded(binary)) != binary:
            held["base64"] = recoded
            found.append("base64")
        return found

    def _recoded(self, binary: str) -> str:
        try:
            message = base64.b64decode(binary)
        except (binascii.Error, ValueError):
            return binary
        safe = self._redactor.binary(message)
        return binary if safe == message else base64.b64encode(safe).decode()

    def _of_handshake(self, told: Json) -> list[str]:
        found = [path for name in ("target", "url") for path in self._url(told, name)]
        given = _apart(told, HEADERS, dict)
        headers = cast("Json", given.get(HEADERS, {}))
        for name, value in headers.items():
            if not isinstance(value, str):
                continue
            # One that was taken out when it was recorded may have been joined with others.
            safe = self._redactor.text(value) if REDACTED in value else self._redactor.header(name.lower(), value)
            if safe != value:
                headers[name] = safe
                found.append(f"headers.{name}")
        odd = {name: value for name, value in headers.items() if not isinstance(value, str)}
        found += self._redactor.event({HEADERS: odd})
        found += self._redactor.event(told)
        told |= given
        return found

    def _url(self, holder: Json, name: str) -> list[str]:
        value = holder.get(name)
        if not isinstance(value, str):
            return []
        safe = self._redactor.url(value)
        holder[name] = safe
        return [name] if safe != value else []


def sound_in(line: bytes) -> Sound | None:
    """Find in *line* what may be base64 of audio; `None` where there is none or it is short."""
    found = _SOUND.search(line) if len(line) > SHORTEST_SOUND else None
    start = found.end() if found else 0
    end = line.find(b'"', start) if found else 0
    return Sound(found[1].decode(), start, end) if found and end - start >= SHORTEST_SOUND else None


def _parsed(line: bytes) -> Json | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _leniently_parsed(line)
    return value if isinstance(value, dict) else None


def _leniently_parsed(line: bytes) -> object:
    """Parse what the reader takes too: invalid UTF-8, half of a pair, `NaN`."""
    try:
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _apart(record: Json, name: str, kind: type) -> Json:
    """Take the member *name* out of *record* where it is of *kind*; gives it alone."""
    return {name: record.pop(name)} if isinstance(record.get(name), kind) else {}


def _dumped(record: Json) -> bytes:
    with suppress(orjson.JSONEncodeError, RecursionError):
        return orjson.dumps(record) + b"\n"
    with suppress(RecursionError):
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"
    # Deeper than can be written: what it held cannot be shown to be without secrets.
    shallow = {name: value for name, value in record.items() if not isinstance(value, dict | list)}
    stub = {**shallow, ELIDED: {EVENT: "redacted"}, EVENT: {"type": record.get("type", "")}}
    return json.dumps(stub, separators=(",", ":")).encode() + b"\n"
