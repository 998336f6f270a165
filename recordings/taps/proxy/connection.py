"""One client of the proxy: its request read, the upstream dialled, the two spliced."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final

from rtlog.recordings.taps.proxy.dialling import Route
from rtlog.recordings.taps.proxy.head import END, LARGEST, BadHeadError, Request, parse_request, readdressed, refusal
from rtlog.recordings.taps.proxy.splice import Leg
from rtlog.recordings.taps.proxy.wiretap import Side, Wiretap
from rtlog.recordings.writing_thread import WritingThread

DIAL_TIMEOUT: Final = 30.0
"""Seconds."""


TLS_HANDSHAKE: Final = 0x16
"""The first byte of a client that speaks TLS; no request begins with it."""


class Backlog:
    """What was forwarded and is still to be recorded; it is worked off once every waiting byte has gone on.

    What that makes for *writing* to do is given to it at once, and waited for as long as its patience allows.
    """

    def __init__(self, writing: WritingThread) -> None:
        self._writing = writing
        self._work: deque[Callable[[], None]] = deque()

    def add(self, work: Callable[[], None]) -> None:
        """Do *work* in the loop's next round."""
        if not self._work:
            asyncio.get_running_loop().call_soon(self.drain)
        self._work.append(work)

    def drain(self) -> None:
        """Do what is waiting now."""
        self._writing.hold()
        try:
            while self._work:
                self._work.popleft()()
        finally:
            self._writing.settle()


class Connection:
    """A client's connection, from its first byte to the end of both legs.

    *wiretap* makes the listener of a WebSocket request that came from a host; *notice* gets one line when the upstream
    cannot be reached; *begun* is called once there is a transport, after any TLS handshake, and *gone* at the very end.
    """

    def __init__(
        self,
        route: Route,
        backlog: Backlog,
        wiretap: Callable[[Request, str], Wiretap],
        notice: Callable[[str], None],
        begun: Callable[["Connection"], None],
        gone: Callable[["Connection"], None],
    ) -> None:
        self.client = Leg(self._read_head, partial(self._ended, "client"), self._gone, partial(begun, self))
        self.server = Leg(partial(self._heard, "server"), partial(self._ended, "server"), self._gone, self._dialled)
        self._route = route
        self._upstream = route.upstream
        self._backlog = backlog
        self._make_wiretap = wiretap
        self._notice = notice
        self._on_gone = gone
        self._head = bytearray()
        self._dialling: asyncio.Task[None] | None = None
        self._wiretap: Wiretap | None = None
        self._joined = False
        self._over = False

    @property
    def silent(self) -> bool:
        """Whether the client has said nothing."""
        return not (self._head or self._joined)

    def abort(self) -> None:
        """Drop both legs at once."""
        if self._dialling is not None:
            self._dialling.cancel()
        for leg in (self.client, self.server):
            if leg.made and not leg.lost:
                leg.transport.abort()

    def _read_head(self, data: bytes, _at: int) -> None:
        self._head += data
        if self._head[0] == TLS_HANDSHAKE:
            self._notice("a client speaks TLS here and cannot be answered; listen with --tls")
            self.client.transport.abort()
            return
        end = self._head.find(END) + len(END)
        if end < len(END):
            if len(self._head) > LARGEST:
                self._refuse(431, "Request Header Fields Too Large", f"the request's head is above {LARGEST} bytes")
            return
        self.client.transport.pause_reading()
        try:
            request = parse_request(bytes(self._head[:end]))
        except BadHeadError as error:
            self._refuse(400, "Bad Request", str(error))
            return
        if request.method == "CONNECT":
            self._refuse(405, "Method Not Allowed", "this is no forward proxy; use its URL as the base URL")
            return
        self._dialling = asyncio.get_running_loop().create_task(self._dial(request, bytes(self._head[end:])))
        self._dialling.add_done_callback(lambda _: self._gone())

    def _dialled(self) -> None:
        """Let what the upstream does before it is spliced wait until then."""
        self.server.transport.pause_reading()

    async def _dial(self, request: Request, rest: bytes) -> None:
        try:
            async with asyncio.timeout(DIAL_TIMEOUT):
                await self._route.dial(lambda: self.server)
        except (OSError, TimeoutError) as error:
            problem = _reason(error)
            self._notice(f"{self._upstream.url('')} cannot be reached: {problem}")
            self._refuse(502, "Bad Gateway", f"{self._upstream.url('')} cannot be reached: {problem}")
            return
        if not self.client.lost:
            self._splice(request, rest)

    def _splice(self, request: Request, rest: bytes) -> None:
        client, server = self.client, self.server
        if request.upgrades:
            peer = client.transport.get_extra_info("peername")
            self._wiretap = self._make_wiretap(request, str(peer[0]) if peer else "")
        client.heard = partial(self._heard, "client")
        client.join(server)
        self._joined = True
        self._head.clear()
        at = time.monotonic_ns()
        server.transport.write(readdressed(request, self._upstream) + rest)
        if rest:
            self._heard("client", rest, at)
        if server.lost:
            server.pass_loss_on()
        elif server.over:
            client.finish()
        for leg in (client, server):
            if not leg.transport.is_closing():
                leg.transport.resume_reading()

    def _heard(self, side: Side, data: bytes, at: int) -> None:
        wiretap = self._wiretap
        if wiretap is not None:
            self._backlog.add(partial(self._tell, wiretap, side, data, at))

    def _tell(self, wiretap: Wiretap, side: Side, data: bytes, at: int) -> None:
        try:
            wiretap.heard(side, data, at)
        except Exception as error:  # noqa: BLE001 - whatever the bytes do to the decoder, the session goes on
            wiretap.fail(side, error, at)

    def _ended(self, side: Side) -> None:
        if self._wiretap is not None:
            self._backlog.add(partial(self._wiretap.ended, side, time.monotonic_ns()))

    def _gone(self) -> None:
        """Say so once neither leg is left and none is coming."""
        if self._dialling is not None and not self._dialling.done():
            if self.client.lost:
                self._dialling.cancel()
            return
        if self.server.made and not self._joined:
            self.server.transport.abort()
        if self._over or any(leg.made and not leg.lost for leg in (self.client, self.server)):
            return
        self._over = True
        if self._wiretap is not None:
            self._backlog.add(partial(self._wiretap.over, time.monotonic_ns()))
        self._on_gone(self)

    def _refuse(self, status: int, phrase: str, sentence: str) -> None:
        if not self.client.lost:
            self.client.transport.write(refusal(status, phrase, sentence))
            self.client.transport.close()


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {DIAL_TIMEOUT:.0f} s"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return reason.splitlines()[0] if reason else type(error).__name__
