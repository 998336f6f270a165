"""The passive decoder against `websockets` as the oracle."""

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, Frame, Opcode

from rtlog.recordings.taps.proxy.deflate import (
    LARGEST_PASSED,
    Deflate,
    InflateError,
    Inflater,
    TooLargeError,
    negotiated,
)
from rtlog.recordings.taps.proxy.frames import FrameError, FrameReader
from rtlog.recordings.taps.proxy.messages import MessageReader, Received

LIMIT = 1 << 20


def messages(wire: bytes, limit: int = LIMIT, deflate: Deflate | None = None) -> list[Received]:
    return list(MessageReader(limit, deflate).feed(wire))


def frame(opcode: Opcode, data: bytes, *, fin: bool = True, mask: bool = False) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=mask)


payloads = st.binary(max_size=200) | st.integers(120, 70_000).map(bytes)
control = st.tuples(st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125))
fragments = st.lists(st.tuples(payloads, st.lists(control, max_size=2)), min_size=1, max_size=4)
sent_messages = st.lists(st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), fragments), max_size=4)
NAMES = {Opcode.TEXT: "text", Opcode.BINARY: "binary", Opcode.PING: "ping", Opcode.PONG: "pong"}


@given(
    sent=sent_messages,
    mask=st.booleans(),
    cuts=st.lists(st.integers(1, 5000), min_size=1, max_size=20),
    agreed=st.none() | st.builds(Deflate, st.booleans(), st.integers(9, 15)),
)
def test_whatever_websockets_writes_is_read_back(
    *,
    sent: list[tuple[Opcode, list[tuple[bytes, list[tuple[Opcode, bytes]]]]]],
    mask: bool,
    cuts: list[int],
    agreed: Deflate | None,
):
    extensions = []
    if agreed:
        alone = not agreed.context_takeover
        extensions = [PerMessageDeflate(alone, alone, agreed.window_bits, agreed.window_bits)]
    wire, expected = b"", []
    for opcode, parts in sent:
        for index, (data, between) in enumerate(parts):
            last = index == len(parts) - 1
            piece = Frame(opcode if index == 0 else Opcode.CONT, data, last)
            wire += piece.serialize(mask=mask, extensions=extensions)
            for kind, content in between if not last else []:
                wire += Frame(kind, content).serialize(mask=mask, extensions=extensions)
                expected.append((NAMES[kind], content))
        expected.append((NAMES[opcode], b"".join(data for data, _ in parts)))

    reader, got, position = MessageReader(LIMIT, agreed), [], 0
    while position < len(wire):
        size = cuts[len(got) % len(cuts)]
        got += reader.feed(wire[position : position + size])
        position += size

    assert [(each.kind, each.payload) for each in got] == expected
    assert all(each.size == len(each.payload) for each in got)


def test_a_length_of_64_bits_is_read():
    payload = b"x" * 70_000

    (frame_,) = FrameReader(LIMIT).feed(frame(Opcode.TEXT, payload))

    assert (frame_.size, frame_.payload) == (70_000, payload)


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"", 1005, b""),
        (Close(1001, "going away").serialize(), 1001, b"going away"),
        (Close(4000, "").serialize(), 4000, b""),
    ],
)
def test_a_close_gives_its_code_and_reason(data: bytes, code: int, reason: bytes):
    (close,) = messages(frame(Opcode.CLOSE, data))

    assert (close.kind, close.code, close.payload) == ("close", code, reason)


def test_a_message_above_the_limit_is_passed_over_and_the_next_one_is_read():
    wire = frame(Opcode.TEXT, b"x" * 101) + frame(Opcode.TEXT, b"x" * 100)

    assert [(each.kind, each.size) for each in messages(wire, limit=100)] == [("oversize", 101), ("text", 100)]


def test_fragments_that_grow_above_the_limit_are_passed_over_together():
    wire = frame(Opcode.TEXT, b"x" * 60, fin=False) + frame(Opcode.CONT, b"x" * 60) + frame(Opcode.TEXT, b"after")

    assert [(each.kind, each.size) for each in messages(wire, limit=100)] == [("oversize", 120), ("text", 5)]


def test_a_huge_frame_takes_no_memory_while_it_passes():
    reader = FrameReader(100)
    head = frame(Opcode.BINARY, bytes(70_000))[:10]
    (passed,) = reader.feed(head)
    for _ in range(7):
        assert list(reader.feed(bytes(10_000))) == []

    (after,) = reader.feed(frame(Opcode.TEXT, b"after"))

    assert (passed.size, passed.payload, after.payload) == (70_000, None, b"after")


@pytest.mark.parametrize("size", [0, 1, 2])
def test_fragments_without_end_take_no_more_memory_than_their_bytes(size: int):
    reader, wire = MessageReader(LIMIT), frame(Opcode.CONT, b"x" * size, fin=False) * 2_000
    assert list(reader.feed(frame(Opcode.TEXT, b"", fin=False))) == []

    tracemalloc.start()
    try:
        for _ in range(10):
            assert list(reader.feed(wire)) == []
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 10 * len(wire)


def deflated(*texts: bytes) -> list[bytes]:
    context = zlib.compressobj(wbits=-15)
    return [(context.compress(text) + context.flush(zlib.Z_SYNC_FLUSH))[:-4] for text in texts]


def test_a_small_message_that_inflates_above_the_limit_keeps_the_context_of_the_next():
    bomb, after = deflated(b"x" * 3_000_000, b"x" * 50)
    inflater = Inflater(Deflate(), 100)

    with pytest.raises(TooLargeError) as error:
        inflater.inflate(bomb)

    assert error.value.size == 3_000_000
    assert inflater.inflate(after) == b"x" * 50


def test_a_message_that_inflates_without_measure_is_given_up():
    context = zlib.compressobj(wbits=-15)
    megabyte = context.compress(bytes(1 << 20)) + context.flush(zlib.Z_FULL_FLUSH)
    inflater = Inflater(Deflate(), LIMIT)

    with pytest.raises(TooLargeError):
        inflater.inflate((megabyte * (LARGEST_PASSED >> 20))[:-4])
    with pytest.raises(InflateError, match="inflates to more than"):
        inflater.inflate(megabyte * 20_000)


def test_a_message_of_exactly_the_limit_is_kept():
    (message,) = deflated(b"x" * 100)

    assert Inflater(Deflate(), 100).inflate(message) == b"x" * 100


def test_what_does_not_inflate_is_an_error():
    with pytest.raises(InflateError):
        Inflater(Deflate(), 100).inflate(b"\xff\xff\xff")


@pytest.mark.parametrize(
    "wire",
    [
        b"\xb1\x00",  # reserved bits
        b"\x83\x00",  # reserved opcode
        b"\x09\x00",  # fragmented ping
        b"\x89\x7e\x00\x80",  # long ping
        b"\x80\x00",  # continuation of nothing
        b"\x01\x00\x81\x00",  # a new message inside another
        b"\xc1\x01x",  # compressed where nothing was agreed on
    ],
)
def test_what_is_no_websocket_is_an_error(wire: bytes):
    with pytest.raises(FrameError):
        messages(wire)


@pytest.mark.parametrize(
    ("extensions", "client", "server"),
    [
        (None, None, None),
        ("x-other; a=1", None, None),
        ("permessage-deflate", Deflate(), Deflate()),
        ("permessage-deflate; client_no_context_takeover", Deflate(context_takeover=False), Deflate()),
        (
            'x, permessage-deflate; server_no_context_takeover; server_max_window_bits="10"; client_max_window_bits=9',
            Deflate(window_bits=9),
            Deflate(context_takeover=False, window_bits=10),
        ),
    ],
)
def test_the_101_says_how_each_side_compresses(extensions: str | None, client: Deflate | None, server: Deflate | None):
    assert negotiated(extensions, "client") == client
    assert negotiated(extensions, "server") == server
