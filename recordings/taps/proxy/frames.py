"""WebSocket frames out of a stream of bytes (RFC 6455, section 5), for the passive decoder: nothing is answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
        self._begun = bytearray()
        self._needed = 0
        self._end = 0
        self._passing = 0

    @property
    def idle(self) -> bool:
        """Whether the bytes so far end with a frame."""
        return not self._begun and not self._passing

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take *data* and give the frames that it completes. Raises FrameError."""
        if self._passing:
            passed = min(self._passing, len(data))
            self._passing -= passed
            data = data[passed:]
        if self._begun:
            self._begun += data
            if len(self._begun) < self._needed:
                return
            data = bytes(self._begun)
            self._begun.clear()
        at = 0
        while (frame := self._next(data, at)) is not None:
            yield frame
            at = self._end
        self._begun += data[at:]

    def _next(self, data: bytes, at: int) -> Frame | None:
        """Give the frame that begins *at*, and note its end; `None` until as many bytes as are then noted have come."""
        self._needed = 2
        if len(data) < at + 2:
            return None
        first, second = data[at], data[at + 1]
        size, start = second & 0x7F, at + 2
        _check(first, size)
        if size >= _LENGTH_16:
            start += 2 if size == _LENGTH_16 else 8
            size = int.from_bytes(data[at + 2 : start], "big")
        masked = second & 0x80
        if masked:
            start += _MASK_BYTES
        self._needed, self._end = start - at, start + size
        if len(data) < start:
            return None
        payload = None
        if size > self._limit:
            self._passing = max(0, self._end - len(data))
        elif len(data) < self._end:
            self._needed += size
            return None
        else:
            payload = data[start : self._end]
            if masked:
                payload = unmask(payload, data[start - _MASK_BYTES : start])
        return Frame(first & 0x0F, bool(first & 0x80), bool(first & 0x40), size, payload)


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
