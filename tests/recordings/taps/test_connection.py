"""What happens between the moment at which an upstream answers the dial and the moment at which it is spliced."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from rtlog.recordings.taps.proxy.address import Upstream
from rtlog.recordings.taps.proxy.connection import Backlog, Connection
from rtlog.recordings.taps.proxy.dialling import Route
from rtlog.recordings.writing_thread import WritingThread

REQUEST = b"GET /v1/models HTTP/1.1\r\nHost: client\r\n\r\n"
HASTY = b"HTTP/1.1 408 Request Timeout\r\n\r\n"

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class LateRoute(Route):
    """A route whose dial is over when it is told so, and not as soon as the upstream is there."""

    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def dial(self, protocol: Callable[[], asyncio.Protocol]) -> None:
        await Route.dial(self, protocol)
        await self.may_end.wait()


@dataclass
class Relay:
    """One client's connection through the proxy's parts, with both ends at hand."""

    client: Stream
    upstream: Stream
    route: LateRoute
    connection: Connection
    left: list[Connection]


@asynccontextmanager
async def relay() -> AsyncIterator[Relay]:
    accepted: asyncio.Queue[Stream] = asyncio.Queue()
    loop, made, left, thread = asyncio.get_running_loop(), [], [], WritingThread()
    there = await asyncio.start_server(lambda *pair: accepted.put_nowait(pair), "127.0.0.1", 0)
    port = there.sockets[0].getsockname()[1]
    route = LateRoute(Upstream.parse(f"ws://127.0.0.1:{port}"))

    def connection() -> asyncio.Protocol:
        made.append(Connection(route, Backlog(thread), pytest.fail, pytest.fail, lambda _: None, left.append))
        return made[0].client

    proxy = await loop.create_server(connection, "127.0.0.1", 0)
    client = await asyncio.open_connection("127.0.0.1", proxy.sockets[0].getsockname()[1])
    client[1].write(REQUEST)
    upstream = await accepted.get()
    try:
        yield Relay(client, upstream, route, made[0], left)
    finally:
        client[1].close()
        upstream[1].close()
        await a_few_rounds()
        there.close()
        proxy.close()
        thread.end()


def reset(writer: asyncio.StreamWriter) -> None:
    handle = writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def a_few_rounds() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_an_upstream_says_before_it_is_asked_arrives():
    async with relay() as there:
        there.upstream[1].write(HASTY)
        await a_few_rounds()
        there.route.may_end.set()

        assert await there.client[0].readexactly(len(HASTY)) == HASTY
        assert (await there.upstream[0].readuntil(b"\r\n\r\n")).startswith(b"GET /v1/models ")
        there.upstream[1].close()
        assert await there.client[0].read() == b""


async def test_an_upstream_that_resets_before_it_is_asked_resets_the_client_and_is_gone_once():
    async with relay() as there:
        reset(there.upstream[1])
        await a_few_rounds()
        assert there.left == []
        there.route.may_end.set()

        with pytest.raises(ConnectionResetError):
            await there.client[0].read()
        await a_few_rounds()
        assert there.left == [there.connection]


async def test_a_client_that_is_dropped_while_its_upstream_is_dialled_takes_it_along_and_is_gone_once():
    async with relay() as there:
        there.connection.client.transport.abort()

        assert await there.upstream[0].read() == b""
        there.upstream[1].close()
        await a_few_rounds()
        assert there.left == [there.connection]
