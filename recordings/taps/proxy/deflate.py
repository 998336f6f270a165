"""permessage-deflate (RFC 7692), the receiving half: what the parties agreed on, and one direction inflated."""

import zlib
from dataclasses import dataclass
from typing import Final

EXTENSION: Final = "permessage-deflate"
LARGEST_WINDOW: Final = 15
_TAIL: Final = b"\x00\x00\xff\xff"
_PASSING: Final = 1024 * 1024
"""Bytes inflated at once while a message above the limit is passed over."""
LARGEST_PASSED: Final = 256 * 1024 * 1024
"""Bytes that a message above the limit may inflate to: a fraction of a second. One that goes on is no message."""


class InflateError(ValueError):
    """The bytes do not inflate; the direction's later messages may lean on them, so none can be read."""


class TooLargeError(ValueError):
    """The message inflates to more than the limit; the context is intact."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"inflates to {size} bytes")


@dataclass(frozen=True, slots=True)
class Deflate:
    """How one direction is compressed."""

    context_takeover: bool = True
    window_bits: int = LARGEST_WINDOW


def negotiated(extensions: str | None, side: str) -> Deflate | None:
    """Read what the 101's `Sec-WebSocket-Extensions` says of the bytes that *side* (`client`, `server`) sends."""
    for offer in (extensions or "").split(","):
        name, *parameters = (each.strip().lower() for each in offer.split(";"))
        if name == EXTENSION:
            values = dict(each.partition("=")[::2] for each in parameters)
            bits = values.get(f"{side}_max_window_bits", "").strip('" ')
            window = int(bits) if bits.isdecimal() else LARGEST_WINDOW
            return Deflate(f"{side}_no_context_takeover" not in values, min(max(window, 8), LARGEST_WINDOW))
    return None


class Inflater:
    """Inflates the messages of one direction in their order."""

    def __init__(self, agreed: Deflate, limit: int) -> None:
        self._agreed = agreed
        self._limit = limit
        self._context = zlib.decompressobj(-agreed.window_bits)

    def inflate(self, message: bytes) -> bytes:
        """Give the inflated *message*. Raises InflateError, or TooLargeError above the limit."""
        try:
            # One byte above the limit tells a message of exactly the limit from a larger one.
            text = self._context.decompress(message + _TAIL, self._limit + 1)
            size = len(text)
            while size > self._limit and (more := self._context.decompress(self._context.unconsumed_tail, _PASSING)):
                size += len(more)
                if size > max(self._limit, LARGEST_PASSED):
                    raise InflateError(f"a message inflates to more than {LARGEST_PASSED} bytes")
        except zlib.error as error:
            raise InflateError(str(error)) from error
        if self._context.eof or not self._agreed.context_takeover:
            self._context = zlib.decompressobj(-self._agreed.window_bits)
        if size > self._limit:
            raise TooLargeError(size)
        return text
