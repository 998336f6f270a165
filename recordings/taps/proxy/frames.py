"""WebSocket frames out of a stream of bytes (RFC 6455, section 5), for the passive decoder: nothing is answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import unpack_from
from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # the pure Python wheel
    from websockets.utils import apply_mask

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

WHOLE_TEXT: Final = 0x80 | TEXT
"""The first byte of a text message in one frame, uncompressed."""

_DATA_OPCODES: Final = frozenset({CONTINUATION, TEXT, BINARY})
_CONTROL_OPCODES: Final = frozenset({CLOSE, PING, PONG})
_LARGEST_CONTROL: Final = 125
_LENGTH_16: Final = 126
_LENGTH_64: Final = 127
_MASK_BYTES: Final = 4

unmask: Final[Callable[[bytes, bytes], bytes]] = apply_mask


class FrameError(ValueError):
    """The bytes are no WebSocket frames."""


@dataclass(slots=True)
class Frame:
    """One frame; `payload` is unmasked, and `None` where its *size* is above the limit."""

    opcode: int
    fin: bool
    compressed: bool
    size: int
    payload: bytes | None


class FrameReader:
    """Cuts one direction's bytes into frames; a payload above *limit* bytes is passed over, not kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._passing = 0

    @property
    def idle(self) -> bool:
        """Whether the bytes so far end with a frame."""
        return not self._buffer and not self._passing

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take *data* and give the frames that it completes. Raises FrameError."""
        if self._passing:
            passed = min(self._passing, len(data))
            self._passing -= passed
            data = data[passed:]
        self._buffer += data
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        """Give the next frame of the buffer, or `None` until more bytes come."""
        buffer = self._buffer
        if len(buffer) < 2:  # noqa: PLR2004 - the shortest header
            return None
        first, second = buffer[0], buffer[1]
        opcode, masked, size, start = first & 0x0F, second & 0x80, second & 0x7F, 2
        _check(first, size)
        if size >= _LENGTH_16:
            start = 4 if size == _LENGTH_16 else 10
            if len(buffer) < start:
                return None
            (size,) = unpack_from("!H" if size == _LENGTH_16 else "!Q", buffer, 2)
        mask_at = start
        start += _MASK_BYTES if masked else 0
        if len(buffer) < start:
            return None
        if size > self._limit:
            self._passing = max(0, start + size - len(buffer))
            del buffer[: start + size]
            return Frame(opcode, bool(first & 0x80), bool(first & 0x40), size, None)
        if len(buffer) < start + size:
            return None
        payload = bytes(buffer[start : start + size])
        if masked:
            payload = unmask(payload, bytes(buffer[mask_at:start]))
        del buffer[: start + size]
        return Frame(opcode, bool(first & 0x80), bool(first & 0x40), size, payload)


def whole_text(data: bytes, limit: int) -> bytes | None:
    """Give the payload of *data* where that is exactly one whole, uncompressed text frame: almost every chunk is."""
    if len(data) < 2 or data[0] != WHOLE_TEXT:  # noqa: PLR2004 - the shortest header
        return None
    size, start = data[1] & 0x7F, 2
    if size >= _LENGTH_16:
        start = 4 if size == _LENGTH_16 else 10
        size = int.from_bytes(data[2:start], "big")
    masked = data[1] & 0x80
    if masked:
        start += _MASK_BYTES
    if len(data) != start + size or size > limit:
        return None
    return unmask(data[start:], data[start - _MASK_BYTES : start]) if masked else data[start:]


def _check(first: int, size: int) -> None:
    opcode = first & 0x0F
    if first & 0x30:
        raise FrameError("a reserved bit is set")
    if opcode in _CONTROL_OPCODES:
        if not first & 0x80 or first & 0x40 or size > _LARGEST_CONTROL:
            raise FrameError("a control frame is fragmented, compressed or too long")
    elif opcode not in _DATA_OPCODES:
        raise FrameError(f"opcode {opcode} is not known")
