"""One data channel of a page, as the page's script tells it, turned into records."""

import time
from typing import Final, Literal

import msgspec
from msgspec import Struct

from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Gap

CLOSED: Final = 1000
GONE: Final = 1001
_NS_PER_MS: Final = 1_000_000


class Told(Struct, forbid_unknown_fields=True):
    """What the script says of one message: *at*, ms since 1970, and its *text*; without text its *size* in bytes.

    Or that *lost* messages were too many to wait, or that the channel is *closed*.
    """

    dir: Literal["client", "server"]
    at: float
    text: str | None = None
    size: int = 0
    lost: int = 0
    closed: bool = False


_DECODER: Final = msgspec.json.Decoder(Told)


class Channel:
    """Feeds what a page tells of a channel to its *recorder*; the page's clock is this machine's."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._offset = time.monotonic_ns() - time.time_ns()
        self._last = time.monotonic_ns()
        self.heard = 0
        """Messages of the script so far."""
        self.closed = False

    def hear(self, message: str | bytes) -> None:
        """Record what *message* tells. Raises msgspec.DecodeError where it is not the script's."""
        told = _DECODER.decode(message)
        self.heard += 1
        at = self._moment(told.at)
        if told.closed:
            self._end(told.dir, CLOSED, "", at)
        elif told.lost:
            self._recorder.writer.write(Gap(told.lost, self._recorder.conn, "the page had too much waiting"), at)
        elif told.text is None:
            self._recorder.gap(told.dir, f"a binary message of {told.size} bytes", at)
        else:
            self._recorder.event(told.dir, told.text, at)

    def gone(self, at: int, told: int | None) -> None:
        """Record that the page is gone since *at*, unless the channel was closed before.

        What it said to have *told*, and was not heard, is lost with it; None when it said nothing of that.
        """
        if told is not None and told > self.heard:
            self._recorder.writer.write(Gap(told - self.heard, self._recorder.conn, "the page went before it was told"))
        self._end("client", GONE, "the page is gone", at)

    def _end(self, by: Literal["client", "server"], code: int, reason: str, at: int) -> None:
        if not self.closed:
            self.closed = True
            self._recorder.closed(by, code, reason, at)

    def _moment(self, page_ms: float) -> int:
        """Give the moment *page_ms* on our monotonic clock: not before the last, not after now."""
        now = time.monotonic_ns()
        # A page that names no moment of this century, or NaN, is taken at its word no further than now.
        at = int(page_ms * _NS_PER_MS) + self._offset if 0 <= page_ms < now + time.time_ns() else now
        self._last = min(max(at, self._last), now)
        return self._last
