"""An upstream that does what no upstream should: the client gets its very bytes, and the recorder goes on."""

from pathlib import Path

import pytest
from websockets.frames import Opcode
from wires import (
    FULL,
    SWITCHED,
    UPGRADE,
    dial,
    framed,
    kinds,
    port_of,
    recording,
    recordings,
    reset,
    shake,
    tapped,
    upstream,
)

MIB = 1 << 20
EVENT = framed(Opcode.TEXT, b'{"type":"response.done"}')


def compressed(data: bytes) -> bytes:
    frame = bytearray(framed(Opcode.TEXT, data))
    frame[0] |= 0x40
    return bytes(frame)


@pytest.mark.parametrize(
    ("wire", "recorded"),
    [
        (EVENT + EVENT[:9], ["open", "response.done", "close"]),
        (EVENT + b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff" + EVENT, ["open", "response.done", "oversize", "close"]),
        (framed(Opcode.TEXT, b"\xff\xfe") + EVENT, ["open", "data", "response.done", "close"]),
        (framed(Opcode.TEXT, b"hello") + EVENT, ["open", "data", "response.done", "close"]),
        (EVENT + b"\xb1\x00" + EVENT, ["open", "response.done", "gap", "close"]),
        (EVENT + b"\x83\x00" + EVENT, ["open", "response.done", "gap", "close"]),
        (EVENT + b"\x80\x01x" + EVENT, ["open", "response.done", "gap", "close"]),
        (EVENT + compressed(b"not agreed on"), ["open", "response.done", "gap", "close"]),
        (framed(Opcode.CLOSE, b"\x03") + EVENT, ["open", "close", "response.done"]),
        (framed(Opcode.CLOSE, b"\x03\xe8\xff\xff"), ["open", "close"]),
        (b"HTTP/1.1 500 Oops\r\n\r\n" + EVENT, ["open", "gap", "close"]),
    ],
    ids=["closes mid-frame", "a length of 2^63", "invalid UTF-8", "no JSON", "reserved bits", "unknown opcode",
         "a fragment of nothing", "compressed unasked", "half a close code", "a reason that is no text",
         "HTTP instead of frames"],
)  # fmt: skip
async def test_broken_frames_arrive_as_they_are_and_are_recorded_as_far_as_they_go(
    tmp_path: Path, wire: bytes, recorded: list[str]
):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, _):
        client, server = await shake(port_of(tap), there)
        server[1].write(wire)
        server[1].write_eof()
        assert await client[0].read() == wire
        client[1].close()
        server[1].close()
        await tap.idle(30)

    (lines,) = recordings(tmp_path)
    assert kinds(lines) == recorded


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\nwhat?",
        b"HTTP/1.1 101 Switching Protocols\r\nno colon here\r\n\r\n" + EVENT,
        b"\x00\x01\x02" * 40_000,
        b"HTTP/1.1 101 Switching Proto",
        b"",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000,
    ],
    ids=["another protocol", "a bad header", "garbage", "half a head", "nothing", "interim heads alone"],
)
async def test_an_answer_that_is_no_handshake_arrives_as_it_is_and_is_no_session(tmp_path: Path, answer: bytes):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, _):
        client = await dial(port_of(tap))
        client[1].write(UPGRADE)
        server = await there.accepted.get()
        await server[0].readuntil(b"\r\n\r\n")
        server[1].write(answer)
        server[1].close()
        assert await client[0].read() == answer
        client[1].close()
        await tap.idle(30)
        summary = tap.summary()

    assert (summary.sessions, recordings(tmp_path)) == (0, [])


async def test_an_upstream_that_never_answers_is_let_go_with_the_client_and_holds_up_no_other(tmp_path: Path):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, _):
        waiting = await dial(port_of(tap))
        waiting[1].write(UPGRADE)
        silent = await there.accepted.get()
        await silent[0].readuntil(b"\r\n\r\n")

        client, server = await shake(port_of(tap), there)
        server[1].write(EVENT)
        assert await client[0].readexactly(len(EVENT)) == EVENT
        waiting[1].close()
        assert await silent[0].read() == b""
        for writer in (silent[1], client[1], server[1]):
            writer.close()
        await tap.idle(30)

    (lines,) = recordings(tmp_path)
    assert kinds(lines) == ["open", "response.done", "close"]


async def test_what_a_client_floods_before_the_answer_is_forwarded_and_not_kept(tmp_path: Path):
    flood, question = framed(Opcode.BINARY, bytes(MIB), mask=True), framed(Opcode.TEXT, b'{"type":"response.create"}')
    async with upstream() as there, recording(there.url, "-o", tmp_path) as record:
        client = await dial(record.port)
        client[1].write(UPGRADE)
        server = await there.accepted.get()
        await server[0].readuntil(b"\r\n\r\n")
        before = record.peak()
        for _ in range(32):
            client[1].write(flood)
            assert await server[0].readexactly(len(flood)) == flood
        grown = record.peak() - before
        server[1].write(SWITCHED + EVENT)
        assert await client[0].readexactly(len(SWITCHED + EVENT)) == SWITCHED + EVENT
        client[1].write(question)
        assert await server[0].readexactly(len(question)) == question
        client[1].close()
        assert await server[0].read() == b""
        server[1].close()
        status = await record.end()

    (lines,) = recordings(tmp_path)
    assert (kinds(lines), status) == (["open", "gap", "response.done", "close"], 3)
    assert grown < 16 * MIB


async def test_a_huge_message_passes_through_and_is_kept_as_its_size(tmp_path: Path):
    block, blocks = bytes(range(256)) * 4096, 200 if FULL else 70
    head = b"\x82\x7f" + (blocks * len(block)).to_bytes(8)
    async with upstream() as there, recording(there.url, "-o", tmp_path) as record:
        client, server = await shake(record.port, there)
        before = record.peak()
        server[1].write(head)
        assert await client[0].readexactly(len(head)) == head
        for _ in range(blocks):
            server[1].write(block)
            assert await client[0].readexactly(len(block)) == block
        server[1].write(EVENT)
        assert await client[0].readexactly(len(EVENT)) == EVENT
        grown = record.peak() - before
        client[1].close()
        assert await server[0].read() == b""
        server[1].close()
        status = await record.end()

    (lines,) = recordings(tmp_path)
    assert (kinds(lines), lines[2]["n"], status) == (["open", "oversize", "response.done", "close"], blocks * MIB, 0)
    assert grown < 16 * MIB


async def test_connections_that_are_reset_before_the_answer_leave_the_next_session_whole(tmp_path: Path):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, notes):
        for _ in range(20):
            client = await dial(port_of(tap))
            client[1].write(UPGRADE)
            server = await there.accepted.get()
            await server[0].readuntil(b"\r\n\r\n")
            reset(server[1])
            with pytest.raises(ConnectionResetError):
                await client[0].read()
            client[1].close()
        client, server = await shake(port_of(tap), there)
        server[1].write(EVENT)
        assert await client[0].readexactly(len(EVENT)) == EVENT
        client[1].close()
        server[1].close()
        await tap.idle(30)

    (lines,) = recordings(tmp_path)
    assert (kinds(lines), notes) == (["open", "response.done", "close"], [])
