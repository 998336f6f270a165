"""What a WebSocket library thinks of its peer is the same through the tap as without it: frames good and bad.

`RTLOG_WSTEST` names the `wstest` of Autobahn|Testsuite, which `tests/faults/install_wstest` installs; its
cases then judge a server and a client of `websockets`, each directly and through the tap.
"""

import asyncio
import base64
import json
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.frames import Close, Frame, Opcode
from websockets.utils import accept_key
from wires import dial, port_of, tapped

KEY = base64.b64encode(b"sixteen bytes ok").decode()
ASKED = (
    "GET /v1/realtime HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()
LARGEST = 1 << 16
LAST = b"this was the last message"
TEXT, BINARY, CONT, PING, PONG, CLOSE = (
    Opcode.TEXT, Opcode.BINARY, Opcode.CONT, Opcode.PING, Opcode.PONG, Opcode.CLOSE,
)  # fmt: skip

Piece = tuple[int, bytes]
"""The first byte of a frame, and its payload."""


def piece(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> Piece:
    return (0x80 if fin else 0) | opcode, data


def goodbye(code: int, reason: str = "") -> Piece:
    return piece(CLOSE, code.to_bytes(2) + reason.encode())


WRONG_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
CASES: dict[str, list[Piece]] = {
    "text": [piece(TEXT, "κόσμε".encode())],
    "empty": [piece(TEXT), piece(BINARY)],
    "every length": [piece(BINARY, bytes(size)) for size in (0, 1, 125, 126, 127, 65535, 65536)],
    "above the limit": [piece(TEXT, bytes(LARGEST + 1))],
    "fragments": [piece(TEXT, b"a", fin=False), piece(CONT, b"b", fin=False), piece(CONT, b"c")],
    "empty fragments": [piece(TEXT, b"", fin=False), piece(CONT, b"", fin=False), piece(CONT, b"x")],
    "a ping between fragments": [piece(TEXT, b"a", fin=False), piece(PING, b"here?"), piece(CONT, b"b")],
    "a character in two fragments": [piece(TEXT, b"\xce", fin=False), piece(CONT, b"\xba")],
    "pings": [piece(PING, b"x" * 125), piece(PING), piece(PONG, b"unasked")],
    "a ping of 126": [piece(PING, b"x" * 126)],
    "a ping in fragments": [piece(PING, b"x", fin=False), piece(CONT, b"y")],
    "a close in fragments": [piece(CLOSE, b"\x03", fin=False), piece(CONT, b"\xe8")],
    "a fragment of nothing": [piece(CONT, b"x")],
    "a message within a message": [piece(TEXT, b"a", fin=False), piece(TEXT, b"b")],
    "invalid UTF-8": [piece(TEXT, b"\xce\xba\xed\xa0\x80edited")],
    "half a character": [piece(TEXT, b"\xce")],
    **{f"reserved bit {bit}": [(0x81 | bit << 4, b"x")] for bit in (1, 2, 4, 7)},
    **{f"opcode {opcode}": [(0x80 | opcode, b"x")] for opcode in (3, 4, 7, 11, 15)},
    "close": [goodbye(1000, "bye"), piece(TEXT, b"after it")],
    "close without a code": [piece(CLOSE)],
    "close with half a code": [piece(CLOSE, b"\x03")],
    "close with a reason that is no text": [piece(CLOSE, b"\x03\xe8\xff\xff")],
    "close above 125": [piece(CLOSE, b"\x03\xe8" + b"x" * 124)],
    **{f"close with {code}": [goodbye(code)] for code in (1001, 1003, 1007, 1011, 3000, 4999, *WRONG_CODES)},
}


def wire(pieces: list[Piece], *, mask: bool) -> bytes:
    """Give the bytes of frames that no library would write."""
    sent = b""
    for first, data in pieces:
        whole = Frame(BINARY, data).serialize(mask=mask)
        sent += bytes([first]) + whole[1:]
    return sent


async def echo(connection: ServerConnection) -> None:
    with suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message)


async def answer_of_a_server(port: int, sent: bytes, *, mask: bool) -> bytes:
    """Give all that the server at *port* says to a client that sends *sent*, waits for the last answer, and ends."""
    reader, writer = await dial(port)
    writer.write(ASKED)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    writer.write(sent + wire([piece(TEXT, LAST)], mask=mask))
    said = await heard(reader)
    if said.endswith(LAST):
        # Only now: what is not yet answered when a close arrives may never be, however it came.
        writer.write(wire([goodbye(1000)], mask=mask))
        said += await heard(reader)
    writer.write_eof()
    said += await reader.read()
    writer.close()
    return said


async def heard(reader: asyncio.StreamReader) -> bytes:
    """Read up to the end of a close frame, or of the last message's echo."""
    said, at = b"", 0
    while True:
        while (end := frame_end(said, at)) is not None:
            first, at = said[at], end
            if first & 0x0F == CLOSE or said[:end].endswith(LAST):
                return said
        data = await reader.read(1 << 16)
        if not data:
            return said
        said += data


def frame_end(data: bytes, at: int) -> int | None:
    """Give where the frame that begins at *at* ends, once it is there."""
    if len(data) < at + 10 and (len(data) < at + 2 or data[at + 1] & 0x7F > 125):
        return None
    size, start = data[at + 1] & 0x7F, at + 2 + (4 if data[at + 1] & 0x80 else 0)
    if size > 125:
        width = 2 if size == 126 else 8
        size, start = int.from_bytes(data[at + 2 : at + 2 + width]), start + width
    return start + size if len(data) >= start + size else None


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("mask", [True, False], ids=["masked", "unmasked"])
async def test_a_server_judges_its_client_as_without_the_tap(tmp_path: Path, case: str, mask: bool):  # noqa: FBT001
    sent = wire(CASES[case], mask=mask)
    async with (
        serve(echo, "127.0.0.1", 0, ping_interval=None, max_size=LARGEST) as server,
        tapped(f"ws://127.0.0.1:{port_at(server)}", tmp_path) as (tap, _),
    ):
        direct = await answer_of_a_server(port_at(server), sent, mask=mask)
        through = await answer_of_a_server(port_of(tap), sent, mask=mask)

    assert through == direct != b""


def port_at(server: object) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


async def verdict_of_a_client(port: int) -> list[object]:
    """Give what a client that connects to *port* makes of it: the messages, and how it ended."""
    heard: list[object] = []
    try:
        async with connect(
            f"ws://127.0.0.1:{port}/v1/realtime", ping_interval=None, max_size=LARGEST, compression=None
        ) as client:
            async for message in client:
                heard.append(message)  # noqa: PERF401 - what comes before an error counts
            heard.append(client.protocol.close_code)
    except ConnectionClosed as error:
        heard += [error.rcvd, error.sent]
    except WebSocketException as error:
        heard.append(str(error))
    return heard


@pytest.mark.parametrize("case", CASES)
async def test_a_client_judges_its_server_as_without_the_tap(tmp_path: Path, case: str):
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = head.partition("Sec-WebSocket-Key: ")[2].split()[0]
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        writer.write(f"Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n".encode())
        writer.write(wire([*CASES[case], goodbye(1000)], mask=False))
        await heard(reader)
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        port = port_at(server)
        async with tapped(f"ws://127.0.0.1:{port}", tmp_path) as (tap, _):
            direct = await verdict_of_a_client(port)
            through = await verdict_of_a_client(port_of(tap))

    assert through == direct != []


def test_the_frames_of_a_library_are_written_as_it_would_write_them():
    pieces = [piece(TEXT, b"x" * 200), goodbye(1000, "bye")]
    frames = [Frame(TEXT, b"x" * 200), Frame(CLOSE, Close(1000, "bye").serialize())]

    assert wire(pieces, mask=False) == b"".join(frame.serialize(mask=False) for frame in frames)


SKIPPED = ["9.*", "12.*", "13.*"]
"""Limits and speed, of which other tests tell, and compression, a thousand messages a case: they take hours."""


@pytest.fixture
def wstest(tmp_path: Path) -> Callable[..., Awaitable[asyncio.subprocess.Process]]:
    """Start Autobahn's tool in a mode, with a specification."""
    program = os.environ.get("RTLOG_WSTEST")
    if not program:
        pytest.skip("RTLOG_WSTEST names no wstest: tests/faults/install_wstest installs one")

    async def start(mode: str, specification: dict[str, object]) -> asyncio.subprocess.Process:
        path = tmp_path / "specification.json"
        path.write_text(
            json.dumps({"outdir": str(tmp_path / "verdicts"), "cases": ["*"], "exclude-cases": SKIPPED} | specification)
        )
        command = [program, "-m", mode, "-s", str(path), "-u", "0"]
        return await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.STDOUT
        )

    return start


def verdicts(folder: Path) -> dict[str, dict[str, str]]:
    """Give Autobahn's verdict on each case, for each agent.

    A pass that is not strict is a pass: whether a message that stands before an error is still answered depends on
    whether both arrive at once, and that is TCP's business.
    """
    index = json.loads((folder / "verdicts" / "index.json").read_text())
    return {
        agent: {
            case: f"{found['behavior'].replace('NON-STRICT', 'OK')}, close {found['behaviorClose']}"
            for case, found in cases.items()
        }
        for agent, cases in index.items()
    }


@pytest.mark.timeout(3600)
async def test_autobahn_judges_a_server_as_without_the_tap(
    tmp_path: Path, wstest: Callable[..., Awaitable[asyncio.subprocess.Process]]
):
    folder = tmp_path / "recordings"
    folder.mkdir()
    async with (
        serve(echo, "127.0.0.1", 0, ping_interval=None, max_size=None) as server,
        tapped(f"ws://127.0.0.1:{port_at(server)}", folder) as (tap, notes),
    ):
        ports = {"direct": port_at(server), "through": port_of(tap)}
        servers = [{"agent": agent, "url": f"ws://127.0.0.1:{port}"} for agent, port in ports.items()]
        await (await wstest("fuzzingclient", {"servers": servers})).wait()

    found = verdicts(tmp_path)
    assert len(found["direct"]) > 200
    assert found["through"] == found["direct"]
    assert notes == []


@pytest.mark.timeout(3600)
async def test_autobahn_judges_a_client_as_without_the_tap(
    tmp_path: Path, wstest: Callable[..., Awaitable[asyncio.subprocess.Process]]
):
    folder = tmp_path / "recordings"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await wstest("fuzzingserver", {"url": f"ws://127.0.0.1:{port}"})
    try:
        async with tapped(f"ws://127.0.0.1:{port}", folder) as (tap, _):
            await listening(port)
            for agent, at in (("direct", port), ("through", port_of(tap))):
                cases = int(await told(at, "/getCaseCount"))
                for case in range(1, cases + 1):
                    await told(at, f"/runCase?case={case}&agent={agent}")
                await told(at, f"/updateReports?agent={agent}")
    finally:
        process.terminate()
        await process.wait()

    found = verdicts(tmp_path)
    assert len(found["direct"]) > 200
    assert found["through"] == found["direct"]


async def listening(port: int) -> None:
    """Wait for a program that has just been started."""
    while True:
        with suppress(ConnectionRefusedError):
            _, writer = await dial(port)
            writer.close()
            return
        await asyncio.sleep(0)


async def told(port: int, target: str) -> str:
    """Echo all that comes from *target*; give the last message."""
    last = ""
    with suppress(WebSocketException):
        async with connected(port, target) as client:
            async for message in client:
                last = str(message)
                await client.send(message)
    return last


def connected(port: int, target: str) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{port}{target}", ping_interval=None, max_size=None)
