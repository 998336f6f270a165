"""The proxy tap: listens, splices every client to the upstream, and records the WebSockets among them."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.taps.proxy.address import Listen, Upstream
from rtlog.recordings.taps.proxy.connection import Backlog, Connection
from rtlog.recordings.taps.proxy.dialling import HttpProxy, Route
from rtlog.recordings.taps.proxy.head import Request
from rtlog.recordings.taps.proxy.identity import Identity, tell_failures
from rtlog.recordings.taps.proxy.sessions import CONTINUES_WITHIN, Options, Sessions
from rtlog.recordings.taps.proxy.wiretap import Wiretap
from rtlog.recordings.writing_thread import WritingThread

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes of a message, after inflating, that are kept; a larger one is forwarded and recorded by its size."""

BACKLOG_OF_CLIENTS: Final = 1024


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run recorded so far: sizes in bytes."""

    sessions: int
    connections: int
    events: int
    audio_bytes: int
    size: int
    paths: tuple[Path, ...]
    lossy: bool


class ProxyTap:
    """A recording reverse proxy for one *upstream* (`wss://host[:port][/base]`).

        async with ProxyTap("wss://api.openai.com/v1") as tap:
            client = AsyncOpenAI(base_url=tap.url)

    *on_open* is called with the recorder of each WebSocket and its request, before the connection's first event is
    recorded: through the recorder a program adds local events to the same recording. *notice* gets single lines for a
    person. With *tls* clients are answered over TLS. The upstream is dialled as HTTPS_PROXY and NO_PROXY say. Entering
    raises RtlogError when the upstream or the HTTP proxy is no address or the place to listen is taken.
    """

    def __init__(
        self,
        upstream: str,
        *,
        listen: Listen = Listen(),  # noqa: B008 - a frozen value
        options: Options = Options(),  # noqa: B008 - a frozen value
        max_message: int = LARGEST_MESSAGE,
        on_open: Callable[[Recorder, Request], None] | None = None,
        notice: Callable[[str], None] | None = None,
        tls: Identity | None = None,
    ) -> None:
        self.upstream = Upstream.parse(upstream)
        self._listen = listen
        self._limit = max_message
        self._on_open = on_open
        self._notice = notice or _ignore
        self._tls = tls
        self._route = Route(self.upstream)
        self._thread = WritingThread()
        self._sessions = Sessions(self.upstream, options, self._notice, self._thread)
        self._backlog = Backlog(self._thread)
        self._connections: set[Connection] = set()
        self._idle = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._port = 0
        self._accepted = self._asked = 0

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        _ = self.upstream.tls
        self._route = Route(self.upstream, HttpProxy.on_the_way_to(self.upstream))
        if self._tls is not None:
            tell_failures(self._tls.context, self._notice)
        host, port, tls = self._listen.host, self._listen.port, self._tls.context if self._tls else None
        try:
            self._server = await loop.create_server(self._accept, host, port, backlog=BACKLOG_OF_CLIENTS, ssl=tls)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            raise RtlogError(f"cannot listen on {host}:{port}: {reason}; choose another with --listen") from error
        self._port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """The base URL for clients: this proxy's address with the upstream's path."""
        return f"{self.origin}{self.upstream.path}"

    @property
    def origin(self) -> str:
        """This proxy's address without a path."""
        host = self._listen.host if self._listen.loopback else "127.0.0.1"
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://[{host}]:{self._port}" if ":" in host else f"{scheme}://{host}:{self._port}"

    @property
    def trust(self) -> Mapping[str, str]:
        """The environment variables that make clients trust this proxy's certificate; none without TLS."""
        return self._tls.variables if self._tls else {}

    @property
    def silent(self) -> int:
        """How many clients came and went without a request, as those do that do not trust the certificate."""
        return self._accepted - self._asked - len(self._connections)

    @property
    def recorders(self) -> list[Recorder]:
        """The recorders of all connections, in the order they were opened."""
        return [recorder for session in self._sessions.all for recorder in session.connections]

    def summary(self) -> Summary:
        """Sum up what was recorded so far."""
        recorders, sessions = self.recorders, self._sessions.all
        return Summary(
            sessions=len(sessions),
            connections=len(recorders),
            events=sum(each.events for each in recorders),
            audio_bytes=sum(each.audio_bytes for each in recorders),
            size=sum(each.writer.written for each in sessions),
            paths=tuple(path for each in sessions for path in each.writer.paths),
            lossy=self._sessions.lossy,
        )

    async def idle(self, timeout: float) -> None:  # noqa: ASYNC109 - giving up is no error here
        """Wait until no client is connected, at most *timeout* seconds."""
        while self._connections:
            self._idle.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._idle.wait()
            except TimeoutError:
                return
        self._backlog.drain()

    async def close(self) -> None:
        """Stop listening, end every recording with its footer, drop what is still connected."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._backlog.drain()
        self._sessions.finish()
        for connection in tuple(self._connections):
            connection.abort()
        await self.idle(timeout=1.0)
        await asyncio.to_thread(self._sessions.close)
        self._thread.end()

    def _accept(self) -> asyncio.Protocol:
        self._accepted += 1
        begun = self._connections.add
        return Connection(self._route, self._backlog, self._wiretap, self._notice, begun, self._gone).client

    def _wiretap(self, request: Request, client_host: str) -> Wiretap:
        return Wiretap(request, client_host, self._sessions, self._limit, self._opened)

    def _opened(self, recorder: Recorder, request: Request) -> None:
        if self._on_open is not None:
            self._on_open(recorder, request)

    def _gone(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._asked += not connection.silent
        if not self._connections:
            self._idle.set()
        loop = asyncio.get_running_loop()
        loop.call_later(CONTINUES_WITHIN / 10**9 + 1, self._close_quiet)

    def _close_quiet(self) -> None:
        self._sessions.close_quiet(time.monotonic_ns())


def _ignore(_: str) -> None:
    return None
