"""Secrets never reach the disk: headers, subprotocols, query keys, fields of events, keys in texts.

Beyond the known places a Redactor remembers each secret that it has taken from a place, so that a provider or a program
that repeats it elsewhere (an error message, a log) does not give it away.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from rtlog.recordings.vocabulary.secrets import (
    MARK_PARTS,
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
SHORTEST_SOUND: Final = 256
"""Bytes of base64; a shorter value of an audio field may be a key that stands in the wrong place."""

_IN_SECRETS: Final = (b"-", b"_", b".", b":", b" ", b"\\")
"""One of these, or an equals sign before the end, stands in whatever SECRET_TEXT finds beside `AIza`."""

_QUERY_PAIR: Final = re.compile(r"([?&;])([^=&;#]*)=([^&;#]*)")
_SCHEME: Final = re.compile(r"(?i)^\s*(?:bearer|basic|token|digest|api-?key|negotiate|aws4-hmac-sha256)\s+(?=\S)")


class Redactor:
    """Takes secrets out of what one recording is told, and remembers them."""

    def __init__(self) -> None:
        self._remembered: dict[str, None] = {}
        self._remembered_bytes: tuple[bytes, ...] = ()

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
        self._remember(value[start:].strip())
        return f"{value[:start]}{REDACTED}"

    def url(self, url: str) -> str:
        """Give *url*, or a request target, without secrets in its query and without user information."""
        before, mark, query = re.sub(r"(?<=://)[^/@?#]*@", "", url).partition("?")
        return self.text(before) + self.text(_QUERY_PAIR.sub(self._query_pair, mark + query))

    def text(self, text: str) -> str:
        """Give *text* without secrets that are remembered or look like one."""
        for secret in self._remembered:
            if secret in text:
                text = text.replace(secret, REDACTED)
        return SECRET_TEXT.sub(_keep_name, text)

    def suspects(self, message: bytes) -> bool:
        """Say whether *message* (JSON text) needs a closer look; a quick no for almost every event."""
        if b"\\" in message and b"\\u00" in message:
            return True
        lowered = message.lower()
        if MARK_PARTS.search(lowered) and any(mark in lowered for mark in TEXT_MARKS):
            return True
        # A loop, not any(): every event passes here, and the generator costs more than the search.
        for secret in self._remembered_bytes:  # noqa: SIM110 - as above
            if secret in message:
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
        return any(secret in payload for secret in self._remembered_bytes)

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
                    changed[place.path] = "redacted"
        return changed

    def _subprotocol(self, value: str) -> str:
        for start in SECRET_SUBPROTOCOLS:
            if value.lower().startswith(start):
                self._remember(value[len(start) :])
                return value[: len(start)] + REDACTED
        return self.text(value)

    def _query_pair(self, match: re.Match[str]) -> str:
        separator, name, value = match.groups()
        if unquote_plus(name).lower() not in SECRET_QUERY_KEYS or not value:
            return match[0]
        self._remember(value)
        self._remember(unquote_plus(value))
        return f"{separator}{name}={REDACTED}"

    def _remember(self, secret: str) -> None:
        if len(secret) >= SHORTEST_REMEMBERED and secret != REDACTED and len(self._remembered) < MOST_REMEMBERED:
            self._remembered[secret] = None
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
        name = key.lower()
        held = name in SECRET_FIELDS or (name == TOOL_HEADERS and isinstance(value, dict))
        yield _Place(holder, key, value, f"{path}.{key}" if path else key, secret or held)


def _is_secret_header(name: str) -> bool:
    return not SECRET_HEADER_WORDS.isdisjoint(name.split("-")) or any(part in name for part in SECRET_HEADER_PARTS)


def _keep_name(match: re.Match[str]) -> str:
    return f"{match['scheme'] or match['name'] or ''}{REDACTED}"
