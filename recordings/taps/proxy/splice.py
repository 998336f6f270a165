"""The splice: two transports, each one's bytes written to the other untouched, each one's end passed on as it came.

Pressure is passed on too: while one side cannot take more, the other is not read, so memory stays bounded by the marks.
A listener is given its copy of the bytes after they were written.
"""

import asyncio
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Final, cast

HIGH_WATER: Final = 256 * 1024
"""Bytes that may wait for a side before the other side is no longer read."""

_LINGER_NONE: Final = struct.pack("ii", 1, 0)


class Leg(asyncio.Protocol):
    """One side of a splice. *heard* gets the bytes it sends, *ended* is called once it sends no more, *gone* at last.

    With the bytes come the ns of the clock at which they came.
    *begun* is called when there is a transport. Until `join` gives it a peer its bytes go to *heard* alone.
    """

    transport: asyncio.Transport

    def __init__(
        self,
        heard: Callable[[bytes, int], None],
        ended: Callable[[], None],
        gone: Callable[[], None],
        begun: Callable[[], None] | None = None,
    ) -> None:
        self.heard = heard
        self.ended = ended
        self.gone = gone
        self.begun = begun
        self.made = False
        self.over = False
        self.lost = False
        self.failed = False
        """It was lost without an end of its own."""
        self.peer: Leg | None = None
        self._resetting = False

    def join(self, peer: "Leg") -> None:
        """Send everything from now on to *peer*, and to it what it will be sent by *peer*."""
        self.peer, peer.peer = peer, self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport and its mark."""
        self.transport = cast("asyncio.Transport", transport)
        self.made = True
        self.transport.set_write_buffer_limits(high=HIGH_WATER)
        if self.begun is not None:
            self.begun()

    def data_received(self, data: bytes) -> None:
        """Pass the bytes on; only then give the copy."""
        # Read before: the peer may have answered before this program gets to read it afterwards.
        at = time.monotonic_ns()
        if self.peer is not None:
            self.peer.transport.write(data)
        self.heard(data, at)

    def eof_received(self) -> bool:
        """Pass the half close on; true keeps this side open for what the peer still sends."""
        self._end()
        if self.peer is not None:
            self.peer.finish()
            if self.peer.over:
                self.transport.close()
                self.peer.transport.close()
        # A TLS transport cannot stay half open.
        return self.peer is not None and self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass the end on: a close as a close, a reset as a reset."""
        self.lost, self.failed = True, exc is not None
        self._end()
        self.pass_loss_on()
        self.gone()

    def pass_loss_on(self) -> None:
        """End the peer as this side has ended."""
        if self.peer is not None and not self.peer.lost:
            if self.failed:
                self.peer.reset()
            else:
                self.peer.transport.close()

    def pause_writing(self) -> None:
        """Read the peer no more: this side takes nothing now."""
        if self.peer is not None and not self.peer.transport.is_closing():
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read the peer again, or do the reset that was waiting."""
        if self._resetting:
            self._reset_now()
        elif self.peer is not None and not self.peer.transport.is_closing():
            self.peer.transport.resume_reading()

    def finish(self) -> None:
        """Tell this side that the other will send no more; where it cannot be half closed, close it."""
        if self.transport.is_closing():
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()

    def reset(self) -> None:
        """End this side with a reset, once it was given what the other side had sent before its own."""
        if self.transport.get_write_buffer_size() == 0:
            self._reset_now()
            return
        self._resetting = True
        self.transport.set_write_buffer_limits(high=0)

    def _reset_now(self) -> None:
        handle = self.transport.get_extra_info("socket")
        if handle is not None and handle.fileno() >= 0:
            # A copy of the descriptor, because uvloop's stand-in for a socket sets no options.
            with socket.socket(fileno=os.dup(handle.fileno())) as own:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        self.transport.abort()

    def _end(self) -> None:
        if not self.over:
            self.over = True
            self.ended()
