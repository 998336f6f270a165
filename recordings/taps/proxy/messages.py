"""Messages out of frames: fragments joined, compression undone, control frames between them."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from rtlog.recordings.taps.proxy.deflate import Deflate, Inflater, TooLargeError
from rtlog.recordings.taps.proxy.frames import (
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    Frame,
    FrameError,
    FrameReader,
    whole_text,
)

Kind = Literal["text", "binary", "ping", "pong", "close", "oversize"]

NO_STATUS: Final = 1005
_CODE_BYTES: Final = 2


class Received(NamedTuple):
    """One message or control frame: its kind, its bytes as the sender meant them, its size, for `close` its code."""

    kind: Kind
    payload: bytes
    size: int
    code: int = NO_STATUS


class MessageReader:
    """Reads one direction's bytes; keeps no message above *limit* bytes, before or after inflating."""

    def __init__(self, limit: int, deflate: Deflate | None = None) -> None:
        self._limit = limit
        self._frames = FrameReader(limit)
        self._inflater = Inflater(deflate, limit) if deflate else None
        self._opcode = CONTINUATION
        self._compressed = False
        self._size = 0
        self._message: bytes | bytearray = b""
        self._kept = True

    def whole_text(self, data: bytes) -> bytes | None:
        """Give the text message of which *data* is the one, whole, uncompressed frame; `None`: `feed` must see it."""
        return whole_text(data, self._limit) if self._opcode == CONTINUATION and self._frames.idle else None

    def feed(self, data: bytes) -> Iterator[Received]:
        """Take *data*, give what it completes. Raises FrameError or InflateError: the direction cannot be read on."""
        for frame in self._frames.feed(data):
            if frame.opcode >= CLOSE:
                yield _control(frame)
            elif (message := self._joined(frame)) is not None:
                yield message

    def _joined(self, frame: Frame) -> Received | None:
        if (frame.opcode == CONTINUATION) != (self._opcode != CONTINUATION):
            raise FrameError("a fragment out of its message")
        if frame.opcode != CONTINUATION:
            self._opcode, self._compressed, self._size, self._kept = frame.opcode, frame.compressed, 0, True
        self._size += frame.size
        if frame.payload is None or self._size > self._limit:
            self._kept = False
            self._message = b""
        elif self._kept:
            self._take(frame.payload)
        return self._completed() if frame.fin else None

    def _take(self, payload: bytes) -> None:
        """Add the *payload* of a fragment; one buffer, since a list of tiny ones is many times as large as they are."""
        if not self._message:
            self._message = payload
            return
        if isinstance(self._message, bytes):
            self._message = bytearray(self._message)
        self._message += payload

    def _completed(self) -> Received:
        kind: Kind = "text" if self._opcode == TEXT else "binary"
        message, self._message = bytes(self._message), b""
        self._opcode = CONTINUATION
        if self._compressed:
            if self._inflater is None:
                raise FrameError("a compressed message where no compression was agreed on")
            if not self._kept:
                # Its bytes were not kept, so the context that later messages lean on is lost.
                raise FrameError(f"a compressed message of {self._size} bytes")
            try:
                message = self._inflater.inflate(message)
            except TooLargeError as error:
                return Received("oversize", b"", error.size)
        elif not self._kept:
            return Received("oversize", b"", self._size)
        return Received(kind, message, len(message))


def _control(frame: Frame) -> Received:
    payload = frame.payload or b""
    if frame.opcode != CLOSE:
        return Received("ping" if frame.opcode == PING else "pong", payload, frame.size)
    code = int.from_bytes(payload[:_CODE_BYTES]) if len(payload) >= _CODE_BYTES else NO_STATUS
    return Received("close", payload[_CODE_BYTES:], frame.size, code)
