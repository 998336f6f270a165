"""What goes in at one end comes out at the other, bytes and endings alike; the scenario's two ends are raw sockets."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from rtlog.recordings.taps.proxy import Options, ProxyTap
from rtlog.recordings.taps.proxy.splice import HIGH_WATER

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter, asyncio.StreamReader, asyncio.StreamWriter, ProxyTap]

UPGRADE = b"GET /v1/realtime HTTP/1.1\r\nHost: client\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: %b\r\n\r\n"


@asynccontextmanager
async def upgraded(folder: Path, extensions: bytes = b"", limit: int = 1 << 20) -> AsyncIterator[Ends]:
    """A client and a server on raw sockets, with the proxy between them, after the handshake."""
    accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    listening = await asyncio.start_server(lambda reader, writer: accepted.put_nowait((reader, writer)), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with ProxyTap(f"ws://127.0.0.1:{port}", options=Options(output=folder), max_message=limit) as tap:
        to_proxy, from_client = await asyncio.open_connection("127.0.0.1", int(tap.origin.rpartition(":")[2]))
        from_client.write(UPGRADE)
        server_in, server_out = await accepted.get()
        head = await server_in.readuntil(b"\r\n\r\n")
        assert head == UPGRADE.replace(b"Host: client", b"Host: 127.0.0.1:%d" % port)
        answer = SWITCHED % extensions
        server_out.write(answer)
        assert await to_proxy.readexactly(len(answer)) == answer
        try:
            yield to_proxy, from_client, server_in, server_out, tap
        finally:
            from_client.close()
            server_out.close()
            listening.close()


def records(folder: Path) -> list[dict[str, object]]:
    (path,) = folder.iterdir()
    return [json.loads(line) for line in path.read_bytes().splitlines()][1:-1]


def frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=False)


wire_pieces = st.lists(
    st.binary(min_size=1, max_size=300)
    | st.builds(frame, st.sampled_from(list(Opcode)[:3]), st.binary(max_size=70_000))
    | st.builds(frame, st.sampled_from(list(Opcode)[3:]), st.binary(max_size=125)),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(
    up=wire_pieces, down=wire_pieces, extensions=st.sampled_from([b"", b"permessage-deflate"]), fin_first=st.booleans()
)
def test_every_byte_and_the_half_close_cross_unchanged(
    *, up: list[bytes], down: list[bytes], extensions: bytes, fin_first: bool
):
    async def scenario(folder: Path) -> None:
        async with upgraded(folder, extensions) as (to_proxy, from_client, server_in, server_out, _):
            for index in range(max(len(up), len(down))):
                for writer, pieces in ((from_client, up), (server_out, down)):
                    writer.write(b"".join(pieces[index : index + 1]))
                    await writer.drain()
            first, second = (from_client, server_out) if fin_first else (server_out, from_client)
            first.write_eof()
            arrived = await (server_in if fin_first else to_proxy).read()
            second.write_eof()
            answered = await (to_proxy if fin_first else server_in).read()
            sent = b"".join(up), b"".join(down)
            assert (arrived, answered) == (sent if fin_first else sent[::-1])

    with TemporaryDirectory() as folder:
        asyncio.run(scenario(Path(folder)))


Ending = Callable[[asyncio.StreamWriter], Awaitable[None]]


def reset(writer: asyncio.StreamWriter) -> None:
    handle = writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize("by", ["client", "server"])
async def test_a_reset_is_passed_on_as_a_reset(tmp_path: Path, by: str):
    async with upgraded(tmp_path) as (to_proxy, from_client, server_in, server_out, tap):
        reset(from_client if by == "client" else server_out)

        with pytest.raises(ConnectionResetError):
            await (server_in if by == "client" else to_proxy).read()
        await tap.idle(30)

    assert [(each["kind"], each.get("by"), each.get("code")) for each in records(tmp_path)] == [
        ("open", None, None),
        ("close", by, 1006),
    ]


async def test_what_was_said_before_a_reset_still_arrives(tmp_path: Path):
    last_words = frame(Opcode.TEXT, b'{"type":"error"}')
    async with upgraded(tmp_path) as (to_proxy, _, _, server_out, tap):
        server_out.write(last_words)
        assert await to_proxy.readexactly(len(last_words)) == last_words
        reset(server_out)
        with pytest.raises(ConnectionResetError):
            await to_proxy.read()
        await tap.idle(30)

    assert [each.get("type", each.get("kind")) for each in records(tmp_path)] == ["open", "error", "close"]


async def test_a_side_that_does_not_read_stops_the_other_and_memory_stays_bounded(tmp_path: Path):
    async with upgraded(tmp_path) as (to_proxy, _, _, server_out, tap):
        block, sent = frame(Opcode.BINARY, bytes(1 << 20)), 0
        (connection,) = tap._connections
        while server_out.transport.get_write_buffer_size() == 0:
            server_out.write(block)
            sent += len(block)
            # The client's StreamReader stops reading at its own limit; then the proxy is all that could buffer.
            for _ in range(50):
                await asyncio.sleep(0)
        waiting = connection.client.transport.get_write_buffer_size()

        assert waiting <= HIGH_WATER + (1 << 20)
        assert len(await to_proxy.readexactly(sent)) == sent


async def test_bytes_that_cannot_be_decoded_flow_on_and_leave_one_gap(tmp_path: Path):
    nonsense = b"\xff\xff" + bytes(100)
    async with upgraded(tmp_path) as (to_proxy, from_client, server_in, server_out, tap):
        server_out.write(nonsense)
        assert await to_proxy.readexactly(len(nonsense)) == nonsense
        server_out.write(nonsense)
        assert await to_proxy.readexactly(len(nonsense)) == nonsense
        question = frame(Opcode.TEXT, b'{"type":"response.create"}')
        from_client.write(question)
        assert await server_in.readexactly(len(question)) == question
        summary = tap.summary()

    assert [each.get("type", each.get("kind")) for each in records(tmp_path)] == ["open", "gap", "response.create"]
    assert summary.lossy


async def test_a_message_above_the_limit_is_forwarded_and_recorded_by_its_size(tmp_path: Path):
    large = frame(Opcode.TEXT, b'{"type":"%b"}' % (b"x" * 3000))
    async with upgraded(tmp_path, limit=1000) as (to_proxy, _, _, server_out, tap):
        server_out.write(large)
        assert await to_proxy.readexactly(len(large)) == large
        tap._backlog.drain()

    _, oversize, *_ = records(tmp_path)
    assert (oversize["kind"], oversize["dir"], oversize["n"]) == ("oversize", "server", 3011)
