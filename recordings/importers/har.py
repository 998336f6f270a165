"""HAR: what browsers (Chrome DevTools, Playwright) and mitmproxy export; messages stand in `_webSocketMessages`."""

import base64
import binascii
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct, field

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.importers.directions import said
from rtlog.recordings.importers.found import Found, Message, Socket
from rtlog.recordings.importers.moments import moment
from rtlog.recordings.lenient import UNDECODABLE
from rtlog.recordings.record import Count

TEXT: Final = 1
BINARY: Final = 2


class _Named(Struct):
    name: str = ""
    value: str = ""


class _Request(Struct):
    url: str = ""
    headers: list[msgspec.Raw] = field(default_factory=list)


class _Response(Struct):
    status: int | None = None
    headers: list[msgspec.Raw] = field(default_factory=list)


class _Said(Struct):
    type: str = ""
    time: float | None = None
    opcode: float = TEXT
    data: str = ""
    bytes: Count | None = field(name="_bytes", default=None)
    audio_bytes: Count | None = field(name="_audioBytes", default=None)


class _Entry(Struct):
    started: str | None = field(name="startedDateTime", default=None)
    request: _Request = field(default_factory=_Request)
    response: _Response = field(default_factory=_Response)
    messages: list[msgspec.Raw] | None = field(name="_webSocketMessages", default=None)


class _Log(Struct):
    entries: list[msgspec.Raw] = field(default_factory=list)


class _Archive(Struct):
    log: _Log


def read_har(data: bytes, found: Found) -> None:
    """Find the sockets of the archive *data*; raises RtlogError where it is not whole JSON."""
    try:
        archive = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Archive)
    except UNDECODABLE as error:
        raise RtlogError(f"is a HAR that cannot be read ({error}); export it again") from error
    sockets = 0
    for number, raw in enumerate(archive.log.entries, 1):
        try:
            entry = msgspec.json.decode(raw, type=_Entry)
        except UNDECODABLE:
            found.misunderstood(f"entry {number}", bytes(raw).decode("utf-8", "replace"))
            continue
        if entry.messages is not None:
            sockets += 1
            _read_socket(entry, entry.messages, f"entry {number}", found)
    if archive.log.entries and not sockets:
        found.note("no entry of the HAR has `_webSocketMessages`: Chrome, Playwright and mitmproxy write them")


def _read_socket(entry: _Entry, messages: list[msgspec.Raw], where: str, found: Found) -> None:
    status = entry.response.status
    socket = found.socket(
        url=entry.request.url or None,
        request=_headers(entry.request.headers),
        response=_headers(entry.response.headers),
        status=status if status is not None and status > 0 else None,
        at=moment(entry.started),
    )
    for number, raw in enumerate(messages, 1):
        message = _message(raw, socket)
        if message is None:
            found.misunderstood(f"{where}, message {number}", bytes(raw).decode("utf-8", "replace"))
        else:
            found.entries.append(message)


def _message(raw: msgspec.Raw, socket: Socket) -> Message | None:
    try:
        message = msgspec.json.decode(raw, type=_Said)
        binary = message.opcode == BINARY
        data = base64.b64decode(message.data, validate=True) if binary else message.data.encode("utf-8", "replace")
    except (*UNDECODABLE, binascii.Error, ValueError):
        return None
    direction = said(message.type)
    if direction is None or message.opcode not in {TEXT, BINARY}:
        return None
    at = moment(message.time)
    return Message(socket.number, direction, data, at, binary, message.bytes, message.audio_bytes)


def _headers(headers: list[msgspec.Raw]) -> Iterator[tuple[str, str]]:
    for raw in headers:
        try:
            header = msgspec.json.decode(raw, type=_Named)
        except UNDECODABLE:
            continue
        yield header.name, header.value
