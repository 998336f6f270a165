"""A client that does what no client should: the upstream gets its very bytes, memory stays bounded, others go on."""

import asyncio
import resource
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.frames import Opcode
from wires import UPGRADE, dial, framed, kinds, port_of, recording, recordings, reset, shake, tapped, upstream

MIB = 1 << 20
TURNS = 2000
"""Rounds of the event loop in which a sender gets no further before its receiver begins to read."""
QUESTION = framed(Opcode.TEXT, b'{"type":"response.create"}', mask=True)


@pytest.mark.parametrize("slow", ["client", "server"])
async def test_who_reads_nothing_stops_the_other_and_fills_no_memory(tmp_path: Path, slow: str):
    block = framed(Opcode.BINARY, bytes(range(256)) * 4096)
    async with upstream() as there, recording(there.url, "-o", tmp_path) as record:
        client, server = await shake(record.port, there)
        (reader, _), (_, writer) = (client, server) if slow == "client" else (server, client)
        before = record.peak()
        for _ in range(64):
            writer.write(block)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        waiting = writer.transport.get_write_buffer_size()
        for _ in range(64):
            assert await reader.readexactly(len(block)) == block
        grown = record.peak() - before
        client[1].close()
        assert await server[0].read() == b""
        server[1].close()
        await record.end()

    (lines,) = recordings(tmp_path)
    assert kinds(lines) == ["open", *["data"] * 64, "close"]
    assert waiting > 16 * MIB
    assert grown < 24 * MIB


async def test_a_client_that_vanishes_within_a_frame_loses_that_frame_alone(tmp_path: Path):
    wire = QUESTION + QUESTION[:9]
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, _):
        client, server = await shake(port_of(tap), there)
        client[1].write(wire)
        assert await server[0].readexactly(len(wire)) == wire
        reset(client[1])
        with pytest.raises(ConnectionResetError):
            await server[0].read()
        server[1].close()
        await tap.idle(30)

    (lines,) = recordings(tmp_path)
    assert kinds(lines) == ["open", "response.create", "close"]
    assert (lines[-2]["by"], lines[-2]["code"]) == ("client", 1006)


async def test_a_request_that_comes_byte_by_byte_or_never_ends_keeps_nobody_else_waiting(tmp_path: Path):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, _):
        endless = [await dial(port_of(tap)) for _ in range(100)]
        for _, writer in endless:
            writer.write(UPGRADE[:-2])
        client = await dial(port_of(tap))
        for byte in UPGRADE:
            client[1].write(bytes([byte]))
            await client[1].drain()
        server = await there.accepted.get()
        assert (await server[0].readuntil(b"\r\n\r\n")).startswith(b"GET /v1/realtime HTTP/1.1\r\n")
        for _, writer in (*endless, client, server):
            writer.close()
        await tap.idle(30)
        summary = tap.summary()

    assert (summary.sessions, summary.lossy, tap.silent) == (0, False, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets the limits of another process")
@pytest.mark.parametrize("loop", ["", "import sys; sys.modules['uvloop'] = None"], ids=["uvloop", "asyncio"])
async def test_more_clients_than_open_files_are_one_line_and_the_next_session_is_whole(tmp_path: Path, loop: str):
    async with upstream() as there, recording(there.url, "-o", tmp_path, before=loop) as record:
        resource.prlimit(record.process.pid, resource.RLIMIT_NOFILE, (40, 40))
        crowd = [await dial(record.port) for _ in range(80)]
        for reader, writer in crowd:
            with suppress(ConnectionError):
                writer.write_eof()
                await reader.read()
            writer.close()
        client, server = await shake(record.port, there)
        client[1].write(QUESTION)
        assert await server[0].readexactly(len(QUESTION)) == QUESTION
        client[1].close()
        assert await server[0].read() == b""
        server[1].close()
        status = await record.end()

    (lines,) = recordings(tmp_path)
    assert (kinds(lines), status) == (["open", "response.create", "close"], 0)
    assert sum("open files" in line for line in record.said) <= 1
    assert "Traceback" not in "".join(record.said)
