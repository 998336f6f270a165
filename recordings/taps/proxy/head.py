"""The head of an HTTP/1.1 message: parsed for the record, and rewritten in its address alone.

The bytes of a request stay as the client wrote them, except the authority: the `Host` line, and an absolute target. A
plain request is also made the last of its connection, because only its own head is looked at.
"""

import re
from dataclasses import dataclass
from typing import Final

from rtlog.recordings.taps.proxy.address import Upstream

END: Final = b"\r\n\r\n"
LARGEST: Final = 64 * 1024
"""Bytes; a larger head is refused."""

SWITCHING: Final = 101
_FIRST_STATUS_OF_FINAL: Final = 200
_ABSOLUTE: Final = re.compile(rb"(?i)^[a-z][a-z0-9+.-]*://[^/?#\s]*")
_REQUEST_LINE: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\s]+ HTTP/1\.[01]")
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] (\d{3})(?: .*)?")
_HOP_BY_HOP: Final = (b"connection", b"keep-alive", b"proxy-connection")

Headers = tuple[tuple[str, str], ...]


class BadHeadError(ValueError):
    """The bytes are no HTTP/1.1 head."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request's head: method, target as sent upstream, headers as the client wrote them."""

    method: str
    target: str
    headers: Headers
    raw: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def user_agent(self) -> str | None:
        """What the client calls itself."""
        return self.get("user-agent")

    @property
    def upgrades(self) -> bool:
        """Whether the client asks for a WebSocket."""
        return self.method == "GET" and (self.get("upgrade") or "").lower() == "websocket"

    def get(self, name: str) -> str | None:
        """Give the first header called *name* (lower case)."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """A response's head."""

    status: int
    headers: Headers

    @property
    def interim(self) -> bool:
        """Whether another head follows (1xx, but for the switch to WebSocket)."""
        return self.status < _FIRST_STATUS_OF_FINAL and self.status != SWITCHING

    def get(self, name: str) -> str | None:
        """Give every header called *name* (lower case), joined with commas."""
        found = [value for key, value in self.headers if key.lower() == name]
        return ", ".join(found) if found else None


def parse_request(raw: bytes) -> Request:
    """Parse a request's head, its blank line included. Raises BadHeadError."""
    line, headers = _split(raw)
    if not _REQUEST_LINE.fullmatch(line):
        raise BadHeadError("no HTTP/1.1 request")
    method, target, _ = line.decode("latin-1").split(" ")
    return Request(method, _origin_form(target), headers, raw)


def parse_response(raw: bytes) -> Response:
    """Parse a response's head, its blank line included. Raises BadHeadError."""
    line, headers = _split(raw)
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise BadHeadError("no HTTP/1.1 response")
    return Response(int(match[1]), headers)


def readdressed(request: Request, upstream: Upstream) -> bytes:
    """Give the request's bytes as the upstream gets them."""
    lines = request.raw[: -len(END)].split(b"\r\n")
    lines[0] = _rewritten_line(lines[0])
    host = b"Host: " + upstream.authority.encode("ascii")
    named = [index for index, line in enumerate(lines) if line[:5].lower() == b"host:"]
    for index in named[:1]:
        lines[index] = host
    if not named:
        lines.insert(1, host)
    if not request.upgrades:
        lines = [lines[0], *(line for line in lines[1:] if line.partition(b":")[0].lower() not in _HOP_BY_HOP)]
        lines.append(b"Connection: close")
    return b"\r\n".join(lines) + END


def refusal(status: int, phrase: str, sentence: str) -> bytes:
    """Give a complete response that says why the proxy itself refuses."""
    body = f"rtlog: {sentence}\n".encode()
    head = f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return head.encode("ascii") + b"Connection: close" + END + body


def _split(raw: bytes) -> tuple[bytes, Headers]:
    first, *lines = raw[: -len(END)].split(b"\r\n")
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon:
            raise BadHeadError("a header line without a colon")
        headers.append((name.decode("latin-1"), value.strip().decode("latin-1")))
    return first, tuple(headers)


def _rewritten_line(line: bytes) -> bytes:
    method, target, version = line.split(b" ")
    return b" ".join((method, _origin_form(target.decode("latin-1")).encode("latin-1"), version))


def _origin_form(target: str) -> str:
    rest = _ABSOLUTE.sub(b"", target.encode("latin-1")).decode("latin-1")
    return rest if rest.startswith(("/", "*")) or rest == target else f"/{rest}"


def _first(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)
