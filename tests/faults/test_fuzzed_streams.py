"""Streams of bytes that are nearly, or not at all, WebSocket: into the passive decoder, and across real sockets.

A seed gives its stream again.
"""

import asyncio
import tracemalloc
import zlib
from pathlib import Path
from random import Random

from websockets.frames import Opcode
from wires import FULL, framed, kinds, port_of, recordings, shake, tapped, upstream

from rtlog.recordings.taps.proxy.deflate import Deflate, InflateError
from rtlog.recordings.taps.proxy.frames import FrameError
from rtlog.recordings.taps.proxy.messages import MessageReader

COUNT = 10_000 if FULL else 300
LIMIT = 1 << 16
EVENTS = (
    b'{"type":"session.created","session":{"id":"sess_1"}}',
    b'{"type":"response.output_audio.delta","item_id":"item_1","delta":"%b"}' % (b"QUJD" * 400),
    b'{"type":"response.output_audio_transcript.delta","delta":"\\ud83d"}',
    b'{"type":"x","a":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}',
    b"[1,2]",
    b"\xff\xfe not UTF-8",
    b"",
    b"x" * 70_000,
)
OPCODES = [*[Opcode.TEXT] * 8, Opcode.BINARY, Opcode.PING, Opcode.CLOSE, Opcode.CONT]


def stream(chance: Random, *, compressed: bool) -> bytes:
    """Give frames of which some are broken, one way or another."""
    context = zlib.compressobj(wbits=-15)
    pieces = []
    for _ in range(chance.randint(1, 9)):
        data = chance.choice(EVENTS)
        if compressed and chance.random() < 0.7:
            data = (context.compress(data) + context.flush(zlib.Z_SYNC_FLUSH))[:-4]
            frame = bytearray(framed(Opcode.TEXT, data, mask=chance.random() < 0.5))
            frame[0] |= 0x40
            pieces.append(bytes(frame))
        else:
            opcode = chance.choice(OPCODES)
            control = opcode in {Opcode.PING, Opcode.CLOSE}
            fin = control or chance.random() < 0.9
            pieces.append(framed(opcode, data[:125] if control else data, fin=fin, mask=chance.random() < 0.5))
    wire = bytearray(b"".join(pieces))
    for _ in range(chance.choice([0, 0, 1, 1, 3, 30])):
        at = chance.randrange(len(wire) + 1)
        match chance.randrange(4):
            case 0 if at < len(wire):
                wire[at] ^= 1 << chance.randrange(8)
            case 1:
                wire[at:at] = chance.randbytes(chance.randint(1, 12))
            case 2:
                del wire[at : at + chance.randint(1, 40)]
            case _:
                wire[at : at + 10] = bytes([0x81, 0x7F]) + chance.randbytes(8)
    return bytes(wire) if chance.random() < 0.9 else chance.randbytes(chance.randint(1, 3000))


def chunks(chance: Random, wire: bytes):
    while wire:
        size = chance.choice([1, 2, 7, 100, 1500, 65536])
        yield wire[:size]
        wire = wire[size:]


def test_the_decoder_reads_on_or_says_that_it_cannot_and_keeps_little():
    read = refused = 0
    tracemalloc.start()
    try:
        for seed in range(COUNT):
            chance = Random(seed)  # noqa: S311 - a seed must give its stream again
            compressed = chance.random() < 0.5
            reader = MessageReader(LIMIT, Deflate() if compressed else None)
            try:
                for chunk in chunks(chance, stream(chance, compressed=compressed)):
                    read += len(list(reader.feed(chunk)))
            except (FrameError, InflateError):
                refused += 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert read > COUNT
    assert COUNT // 10 < refused < COUNT
    assert peak < 40 * LIMIT


async def test_whatever_the_decoder_thinks_of_them_the_bytes_arrive_and_the_next_session_is_recorded(tmp_path: Path):
    greeting = framed(Opcode.TEXT, b'{"type":"session.created"}')
    async with upstream() as there, tapped(there.url, tmp_path, split="connection", max_message=LIMIT) as up:
        tap, _ = up
        for seed in range(COUNT // 3):
            chance = Random(seed)  # noqa: S311 - a seed must give its stream again
            extensions = chance.choice([b"", b"permessage-deflate"])
            client, server = await shake(port_of(tap), there, extensions)
            sent = [stream(chance, compressed=bool(extensions)) for _ in ("up", "down")]
            for (_, writer), wire in zip((client, server), sent, strict=True):
                writer.writelines(chunks(chance, wire))
                writer.write_eof()
            arrived = await asyncio.gather(server[0].read(), client[0].read())
            client[1].close()
            server[1].close()
            assert arrived == sent, seed
        client, server = await shake(port_of(tap), there, agent="the next")
        server[1].write(greeting)
        assert await client[0].readexactly(len(greeting)) == greeting
        client[1].close()
        server[1].close()
        await tap.idle(30)

    left = recordings(tmp_path)
    assert len(left) == COUNT // 3 + 1
    assert sum("gap" in kinds(each) for each in left) > COUNT // 20
    # Names of one millisecond have no order.
    (following,) = [lines for lines in left if lines[0].get("client") == "the next"]
    assert kinds(following) == ["open", "session.created", "close"]
