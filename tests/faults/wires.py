"""Raw sockets around a tap, the real `rtlog record`, and what they left on the disk.

`RTLOG_FAULTS=full` asks for the long form of every test: 200 kills, 10,000 streams.
"""

import asyncio
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode

from rtlog.recordings.taps.proxy import Options, ProxyTap

FULL = os.environ.get("RTLOG_FAULTS") == "full"

UPGRADE = b"GET /v1/realtime HTTP/1.1\r\nHost: client\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

PATIENT = "from rtlog.recordings import writing_thread; writing_thread.PATIENCE = 60"
"""Goes before a recorder that has recorded what arrived before it reads on, even where its thread gets its turn late.

By itself it waits 50 ms for its thread, and takes a busy machine for a slow disk.
"""

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection without a word."""
    handle = writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class Upstream:
    """A server that does nothing by itself: each connection is handed out as a pair of streams."""

    port: int
    accepted: "asyncio.Queue[Stream]"

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"


@dataclass
class Recording:
    """A running `rtlog record`: its process, the port it listens on, and what it says."""

    process: asyncio.subprocess.Process
    port: int
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1/realtime?model=m"

    async def end(self) -> int:
        """Press Ctrl-C; give the exit status."""
        assert self.process.stderr is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        self.said += (await self.process.stderr.read()).decode().splitlines()
        return await self.process.wait()

    def peak(self) -> int:
        """Give the most bytes of memory that the process has held so far."""
        if sys.platform != "linux":
            pytest.skip("only Linux tells the peak of another process")
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@asynccontextmanager
async def upstream() -> AsyncIterator[Upstream]:
    accepted: asyncio.Queue[Stream] = asyncio.Queue()
    server = await asyncio.start_server(lambda *pair: accepted.put_nowait(pair), "127.0.0.1", 0, limit=1 << 20)
    try:
        yield Upstream(server.sockets[0].getsockname()[1], accepted)
    finally:
        server.close()


@asynccontextmanager
async def tapped(url: str, folder: Path, **options: object) -> AsyncIterator[tuple[ProxyTap, list[str]]]:
    notes: list[str] = []
    settings = {name: options.pop(name) for name in ("split", "rotation") if name in options}
    async with ProxyTap(url, options=Options(output=folder, **settings), notice=notes.append, **options) as tap:
        yield tap, notes


@asynccontextmanager
async def recording(url: str, *arguments: str | Path, before: str = "") -> AsyncIterator[Recording]:
    program = f"{before}\nfrom rtlog.cli.app import main\nmain()"
    command = [sys.executable, "-c", program, "record", "--listen", "127.0.0.1:0", "--upstream", url]
    clean = {name: value for name, value in os.environ.items() if "OPENAI" not in name and name != "RTLOG_HOME"}
    process = await asyncio.create_subprocess_exec(
        *command, *map(str, arguments), stderr=asyncio.subprocess.PIPE, env=clean
    )
    assert process.stderr is not None
    try:
        first = (await process.stderr.readline()).decode()
        assert "listening" in first, first + (await process.stderr.read()).decode()
        yield Recording(process, int(first.partition("OPENAI_BASE_URL=http://127.0.0.1:")[2].partition("/")[0]))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()


async def dial(port: int) -> Stream:
    return await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)


async def shake(port: int, there: Upstream, extensions: bytes = b"", agent: str = "") -> tuple[Stream, Stream]:
    """Give client and server with the tap between them, after the handshake."""
    client = await dial(port)
    client[1].write(UPGRADE.replace(b"Host: client\r\n", b"Host: client\r\nUser-Agent: %b\r\n" % agent.encode()))
    server = await there.accepted.get()
    await server[0].readuntil(b"\r\n\r\n")
    answer = SWITCHED.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: %b\r\n\r\n" % extensions)
    server[1].write(answer)
    assert await client[0].readexactly(len(answer)) == answer
    return client, server


def framed(opcode: Opcode, data: bytes, *, fin: bool = True, mask: bool = False) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=mask)


def port_of(tap: ProxyTap) -> int:
    return int(tap.origin.rpartition(":")[2])


def told(path: Path) -> list[dict[str, object]]:
    """Give the lines of a recording, of which each must be complete."""
    text = path.read_bytes()
    assert text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]


def recordings(folder: Path) -> list[list[dict[str, object]]]:
    """Give the lines of each recording in *folder*, in the order of their names."""
    return [told(path) for path in sorted(folder.glob("*.jsonl"))]


def kinds(lines: list[dict[str, object]]) -> list[object]:
    """Give the type or kind of each record between header and footer."""
    assert lines[-1]["end"] is True
    return [line.get("type", line.get("kind")) for line in lines[1:-1]]
