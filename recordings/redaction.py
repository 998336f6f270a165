"""Secrets never reach the disk: headers, subprotocols, query keys, fields of events, keys in texts.

They are found as they stand, escaped as JSON and URLs are, and in JSON that stands in a string. Beyond the known places
a Redactor remembers each secret that it has taken from a place, so that a provider or a program that repeats it
elsewhere (an error message, a log) does not give it away.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, unquote_plus

import orjson

from rtlog.recordings.vocabulary.secrets import (
    MARK_PARTS,
    SECRET_FIELD_ENDS,
    SECRET_FIELDS,
    SECRET_HEADER_PARTS,
    SECRET_HEADER_WORDS,
    SECRET_QUERY_KEYS,
    SECRET_SUBPROTOCOLS,
    SECRET_TEXT,
    SUBPROTOCOL_HEADER,
    TEXT_MARKS,
    TOOL_HEADERS,
)

REDACTED: Final = "[redacted]"
SHORTEST_REMEMBERED: Final = 8
"""A shorter secret is taken from its place but not looked for elsewhere: it would be found in ordinary words."""
MOST_REMEMBERED: Final = 64
SHORTEST_PART: Final = 16
"""Characters of a part of a header (a cookie, a signature) that is remembered by itself."""
SHORTEST_NAME: Final = 12
"""Characters of a name in an event that may be a secret itself."""
MOST_DISGUISES: Final = 3
"""How often a text is decoded to look beneath."""
SHORTEST_SOUND: Final = 256
"""Bytes of base64; a shorter value of an audio field may be a key that stands in the wrong place."""

# Numbers, because `in` tries bytes for a number first, and that fails slowly: 0.3 us against 0.03.
_BACKSLASH, _PERCENT = b"\\%"
_IN_SECRETS: Final = tuple(b"-_.:%& \\")
"""One of these, or an equals sign before the end, stands in whatever SECRET_TEXT finds beside `AIza` and `AKIA`."""

_QUERY_PAIR: Final = re.compile(r"([?&;#])([^=?&;#\s\"'<>\\]{1,64})=([^&;#\s\"'<>\\]*)")
_USER: Final = re.compile(r"(?<=://)([^/@?#\s\"'<>\\]{1,512})@")
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_SEPARATORS: Final = re.compile(r"[,;=\s\"]+")
_BROKEN_FIELD: Final = re.compile(r'"([^"\\]{1,64})"\s*+:\s*+')
_BROKEN_VALUE: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{\[](?:[^{}\[\]]|[{\[][^{}\[\]]*+[}\]]?)*+', re.DOTALL)
"""A field of JSON that cannot be parsed: a string, or what holds several, at most two levels of them."""
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"?+(\s*+:)?', re.DOTALL)
_SCHEME: Final = re.compile(r"(?i)^\s*(?:bearer|basic|token|digest|api-?key|negotiate|aws4-hmac-sha256)\s+(?=\S)")


class Redactor:
    """Takes secrets out of what one recording is told, and remembers them."""

    def __init__(self) -> None:
        self._remembered: dict[str, None] = {}
        self._remembered_bytes: tuple[bytes, ...] = ()
        self._clean = b""

    @property
    def remembers(self) -> bool:
        """Whether a secret was taken from its place that is looked for elsewhere."""
        return bool(self._remembered)

    def headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Give *headers* under lower-case names without their secrets; repeated ones are joined with commas."""
        clean: dict[str, str] = {}
        for name, value in headers:
            key = name.lower()
            safe = self.header(key, value)
            clean[key] = f"{clean[key]}, {safe}" if key in clean else safe
        return clean

    def header(self, name: str, value: str) -> str:
        """Give the value of the header *name* (lower case) without its secret; an authentication scheme stays."""
        if name == SUBPROTOCOL_HEADER:
            return ", ".join(self._subprotocol(each.strip()) for each in value.split(","))
        if not _is_secret_header(name):
            return self.text(value)
        scheme = _SCHEME.match(value)
        start = scheme.end() if scheme else 0
        self._remember_credentials(value[start:].strip())
        return f"{value[:start]}{REDACTED}"

    def url(self, url: str) -> str:
        """Give *url*, or a request target, without secrets in its query and without user information."""
        return self.text(_USER.sub(self._user, url).replace(f"{REDACTED}@", ""))

    def text(self, text: str) -> str:
        """Give *text* without secrets that are remembered or look like one; one that was encoded leaves it decoded."""
        if text[:1] in {"{", "["}:
            text = self._held(text)
        # Before they are decoded: an encoded slash or at-sign belongs to what it stands in.
        text = self._addresses(text)
        if "%" in text or "\\" in text:
            decoded = text
            for _ in range(MOST_DISGUISES):
                decoded = unquote(_ESCAPE.sub(_unescaped, decoded).replace("\\/", "/"))
            safe = self._plain(decoded)
            if safe != decoded:
                return safe
        return self._plain(text)

    def broken(self, text: str) -> str:
        """Give *text*, which may be JSON that cannot be parsed, without secrets, those of its fields among them."""
        kept, at = [], 0
        for field in _BROKEN_FIELD.finditer(text):
            secret = _is_secret_field(field[1]) or field[1].lower() == TOOL_HEADERS
            value = _BROKEN_VALUE.match(text, field.end()) if secret and field.start() >= at else None
            if value:
                kept += [text[at : field.end()], _STRING.sub(self._broken_string, value[0])]
                at = value.end()
        return self.text("".join([*kept, text[at:]]))

    def _plain(self, text: str) -> str:
        for secret in self._remembered:
            if secret in text:
                text = text.replace(secret, REDACTED)
        return SECRET_TEXT.sub(_keep_name, self._addresses(text))

    def _addresses(self, text: str) -> str:
        if "=" in text:
            text = _QUERY_PAIR.sub(self._query_pair, text)
        return _USER.sub(self._user, text) if "://" in text else text

    def _held(self, text: str) -> str:
        """Give *text*, which may be JSON as a call's arguments are, without the secrets of its fields."""
        try:
            value = orjson.loads(text)
        except ValueError:
            return text
        if not self.event({"": value}):
            return text
        spaced = (", ", ": ") if '": ' in text else (",", ":")
        return json.dumps(value, ensure_ascii=False, separators=spaced)

    def _broken_string(self, match: re.Match[str]) -> str:
        if match[2]:
            return match[0]
        self._remember(match[1])
        return f'"{REDACTED}"'

    def binary(self, message: bytes) -> bytes:
        """Give the binary *message* without secrets, each byte taken for a letter."""
        if not self._marked(message):
            return message
        text = message.decode("latin-1")
        safe = self.broken(text)
        return message if safe == text else safe.encode("latin-1", "replace")

    def suspects(self, message: bytes) -> bool:
        """Say whether *message* (JSON text) needs a closer look; a quick no for almost every event."""
        if message == self._clean:
            # A client's audio without its payload is mostly the same text every time.
            return False
        if _BACKSLASH in message and (b"\\u00" in message or b"\\/" in message):
            return True
        if _PERCENT in message or message.find(b"://") >= 0:
            return True
        if self._marked(message):
            return True
        if len(message) < SHORTEST_SOUND:
            self._clean = message
        return False

    def _marked(self, message: bytes) -> bool:
        lowered = message.lower()
        if MARK_PARTS.search(lowered) and any(mark in lowered for mark in TEXT_MARKS):
            return True
        # A loop, not any(): every event passes here, and the generator costs more than the search.
        for secret in self._remembered_bytes:  # noqa: SIM110 - as above
            if message.find(secret) >= 0:
                return True
        return False

    def suspects_sound(self, payload: bytes) -> bool:
        """Say whether *payload*, the value of an audio field, needs a closer look; a quick no for all base64.

        Base64 holds the letters of many a mark by chance, but not the characters that stand in secrets.
        """
        if len(payload) < SHORTEST_SOUND or not payload.isascii():
            return self.suspects(payload)
        if any([mark in payload for mark in _IN_SECRETS]) or payload.find(b"=", 0, -2) >= 0:  # noqa: C419 - as in suspects
            return self.suspects(payload)
        return any(payload.find(secret) >= 0 for secret in self._remembered_bytes)

    def event(self, event: dict[str, object]) -> dict[str, str]:
        """Take the secrets out of *event* in place; gives the paths that were changed, each `redacted`."""
        for place in _places(event):
            if place.secret and isinstance(place.value, str):
                self._remember(_SCHEME.sub("", place.value))
        changed: dict[str, str] = {}
        for place in _places(event):
            if isinstance(place.value, str):
                safe = REDACTED if place.secret and place.value else self.text(place.value)
                if safe != place.value:
                    place.put(safe)
                    changed[self._plain(place.path)] = "redacted"
        for place in [each for each in _places(event) if isinstance(each.key, str) and len(each.key) >= SHORTEST_NAME]:
            name = self.text(str(place.key))
            if name != place.key:
                place.rename(name)
                changed[self._plain(place.path)] = "redacted"
        return changed

    def _subprotocol(self, value: str) -> str:
        for start in SECRET_SUBPROTOCOLS:
            if value.lower().startswith(start):
                self._remember(value[len(start) :])
                return value[: len(start)] + REDACTED
        return self.text(value)

    def _query_pair(self, match: re.Match[str]) -> str:
        separator, name, value = match.groups()
        if unquote_plus(name).lower() not in SECRET_QUERY_KEYS or not value or value == REDACTED:
            return match[0]
        self._remember(value)
        self._remember(unquote_plus(value))
        return f"{separator}{name}={REDACTED}"

    def _user(self, match: re.Match[str]) -> str:
        self._remember(unquote(match[1].partition(":")[2]))
        return f"{REDACTED}@"

    def _remember_credentials(self, value: str) -> None:
        """Remember a header's *value*, its parts (cookies, a digest's response), and what Basic encodes."""
        self._remember(value)
        for part in _SEPARATORS.split(value):
            if len(part) >= SHORTEST_PART:
                self._remember(part)
        try:
            user = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return
        self._remember(user.partition(":")[2])

    def _remember(self, secret: str) -> None:
        if len(secret) >= SHORTEST_REMEMBERED and secret != REDACTED and len(self._remembered) < MOST_REMEMBERED:
            self._remembered[secret] = None
            self._clean = b""
            self._remembered_bytes = tuple(each.encode("utf-8", "surrogatepass") for each in self._remembered)


@dataclass(slots=True)
class _Place:
    """Where a value stands in an event, and whether the name of it or of what holds it makes it a secret."""

    holder: dict[str, object] | list[object]
    key: str | int
    value: object
    path: str
    secret: bool

    def put(self, value: str) -> None:
        if isinstance(self.holder, list):
            self.holder[int(self.key)] = value
        else:
            self.holder[str(self.key)] = value

    def rename(self, name: str) -> None:
        if isinstance(self.holder, dict):
            entries = [(name if key == self.key else key, value) for key, value in self.holder.items()]
            self.holder.clear()
            self.holder.update(entries)


def _places(event: dict[str, object]) -> Iterator[_Place]:
    """Give every value of *event*; a stack and no recursion, because the depth is the sender's choice."""
    waiting = list(_entries(event, "", secret=False))
    while waiting:
        place = waiting.pop()
        yield place
        if isinstance(place.value, dict | list):
            waiting.extend(_entries(place.value, place.path, secret=place.secret))


def _entries(holder: dict[str, object] | list[object], path: str, *, secret: bool) -> Iterator[_Place]:
    if isinstance(holder, list):
        for index, value in enumerate(holder):
            yield _Place(holder, index, value, f"{path}[{index}]", secret)
        return
    for key, value in holder.items():
        held = _is_secret_field(key) or (key.lower() == TOOL_HEADERS and isinstance(value, dict))
        yield _Place(holder, key, value, f"{path}.{key}" if path else key, secret or held)


def _is_secret_field(key: str) -> bool:
    name = key.lower().replace("_", "").replace("-", "")
    return name in SECRET_FIELDS or name.endswith(SECRET_FIELD_ENDS)


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _is_secret_header(name: str) -> bool:
    return not SECRET_HEADER_WORDS.isdisjoint(name.split("-")) or any(part in name for part in SECRET_HEADER_PARTS)


def _keep_name(match: re.Match[str]) -> str:
    return f"{match['scheme'] or match['name'] or ''}{REDACTED}"
