"""What the recording proxy adds to a session: `python benchmarks/proxy.py`.

Two questions, each answered by paired measurements in one run, for figures of different moments do not compare: the
delay that recording adds to a 300-byte message against the delay that socat, a byte relay without a recording, adds;
and whether 100 sessions at realtime rates still pass in time. Goals: at most twice socat; every event arrives.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing import Process
from pathlib import Path
from typing import Final

from websockets.frames import Frame, Opcode

UPGRADE: Final = b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nUser-Agent: %d\r\n\r\n"
SWITCHED: Final = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
ROUNDS: Final = 9
MESSAGES: Final = 400
GOAL: Final = 2.0
TICK: Final = 0.01
"""Seconds between two server events of a session: 100 a second."""


def event(size: int, kind: str, field: str, *, mask: bool) -> bytes:
    """Give a text frame of an event of *size* bytes whose *field* is base64."""
    text = b'{"type":"%b","%b":"%%b"}' % (kind.encode(), field.encode())
    return Frame(Opcode.TEXT, text % (b"QUJD" * (size // 4))[: size - len(text) + 2]).serialize(mask=mask)


def echo(listening: socket.socket) -> None:
    """Serve one connection after the other, sending everything back after the handshake."""
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            connection.sendall(SWITCHED)
            while data := connection.recv(65536):
                connection.sendall(data)


@contextlib.contextmanager
def recording_proxy(upstream: int, folder: str) -> Iterator[tuple[int, int]]:
    """Run `rtlog record` in front of *upstream*; gives its port and process id."""
    command = [sys.executable, "-m", "rtlog.cli", "record", "--listen", "127.0.0.1:0", "-o", folder]
    command += ["--upstream", f"ws://127.0.0.1:{upstream}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline() if process.stderr else ""
        yield int(line.partition("127.0.0.1:")[2].partition("/")[0]), process.pid
        process.send_signal(signal.SIGINT)
        process.communicate()


Proxy = Callable[[int, str], contextlib.AbstractContextManager[tuple[int, int]]]
"""Runs a proxy in front of a port, recording into a folder; gives its port and process id."""


@contextlib.contextmanager
def byte_relay(upstream: int) -> Iterator[int | None]:
    """Run socat in front of *upstream*, where it is installed; gives its port."""
    if shutil.which("socat") is None:
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    relay = [f"TCP-LISTEN:{port},reuseaddr,fork,nodelay,bind=127.0.0.1", f"TCP:127.0.0.1:{upstream},nodelay"]
    with subprocess.Popen(["socat", *relay]) as process:
        yield port
        process.terminate()


def connected(port: int) -> socket.socket:
    """Open a session at *port*, waiting for whoever listens there to be up."""
    for _ in range(200):
        with contextlib.suppress(ConnectionRefusedError):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(UPGRADE % port)
            connection.recv(65536)
            return connection
        time.sleep(0.02)
    raise SystemExit(f"nobody listens on port {port}")


def round_trip(connection: socket.socket, message: bytes) -> float:
    """Give the median seconds that *message* needs to the server and back."""
    took = []
    for _ in range(MESSAGES):
        began, missing = time.perf_counter(), len(message)
        connection.sendall(message)
        while missing:
            missing -= len(connection.recv(missing))
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def added_delay(folder: str) -> float | None:
    """Print what socat and rtlog add to a 300-byte message's round trip; gives rtlog's share of socat's."""
    message = event(300, "response.output_text.delta", "delta", mask=True)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        upstream = listening.getsockname()[1]
        servers = [Process(target=echo, args=(listening,), daemon=True) for _ in range(3)]
        for server in servers:
            server.start()
        with recording_proxy(upstream, folder) as (port, _), byte_relay(upstream) as relay:
            ports = {"direct": upstream, "rtlog": port} | ({"socat": relay} if relay else {})
            connections = {name: connected(at) for name, at in ports.items()}
            rounds = [{name: round_trip(each, message) for name, each in connections.items()} for _ in range(ROUNDS)]
            for connection in connections.values():
                connection.close()
        for server in servers:
            server.terminate()
    added = {
        name: statistics.median(each[name] - each["direct"] for each in rounds)
        for name in connections
        if name != "direct"
    }
    print(f"300-byte round trip, median of {ROUNDS} paired rounds of {MESSAGES}:")
    print(f"  direct {statistics.median(each['direct'] for each in rounds) * 1e6:.0f} us")
    for name, seconds in added.items():
        print(f"  {name} adds {seconds * 1e6:.0f} us")
    return added["rtlog"] / added["socat"] if "socat" in added else None


class Load:
    """Sessions at realtime rates: a client sends 50 x 1.3 kB/s, its server 90 x 300 B + 10 x 6.5 kB/s."""

    def __init__(self, sessions: int, seconds: float) -> None:
        self.sessions = sessions
        self.ticks = int(seconds / TICK)
        self.small = event(300, "response.output_audio_transcript.delta", "delta", mask=False)
        self.large = event(6500, "response.output_audio.delta", "delta", mask=False)
        self.append = event(1300, "input_audio_buffer.append", "audio", mask=True)
        self.sent: dict[bytes, list[float]] = {}
        self.delays: list[float] = []
        self.ended: list[asyncio.Future[bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the server of one session."""
        head = await reader.readuntil(b"\r\n\r\n")
        sent = self.sent.setdefault(head.partition(b"User-Agent: ")[2].split()[0], [])
        writer.write(SWITCHED)
        heard = asyncio.ensure_future(reader.read())
        self.ended.append(heard)
        began = time.perf_counter()
        for tick in range(self.ticks):
            await asyncio.sleep(max(0.0, began + tick * TICK - time.perf_counter()))
            sent.append(time.perf_counter())
            writer.write(self.large if tick % 10 == 0 else self.small)
        await heard
        writer.close()

    async def talk(self, port: int, number: int) -> None:
        """Be the client of one session."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(UPGRADE % number)
        await reader.readuntil(b"\r\n\r\n")
        for tick in range(self.ticks):
            await reader.readexactly(len(self.large if tick % 10 == 0 else self.small))
            self.delays.append(time.perf_counter() - self.sent[b"%d" % number][tick])
            if tick % 2 == 0:
                writer.write(self.append)
        writer.close()

    async def run(self, folder: str | None, proxy: Proxy = recording_proxy) -> tuple[float, float, float]:
        """Give the delay's median and 99th percentile in ms, and the share of a core of the *proxy* in *folder*."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=512)
        port, cpu = server.sockets[0].getsockname()[1], 0.0
        with contextlib.ExitStack() as stack:
            if folder:
                port, process = stack.enter_context(proxy(port, folder))
                cpu = -cpu_seconds(process)
            began = time.perf_counter()
            await asyncio.gather(*(self.talk(port, number) for number in range(self.sessions)))
            await asyncio.gather(*self.ended)
            if folder:
                cpu = (cpu + cpu_seconds(process)) / (time.perf_counter() - began)
        server.close()
        cuts = statistics.quantiles(self.delays, n=100)
        return cuts[49] * 1e3, cuts[98] * 1e3, cpu


def cpu_seconds(process: int) -> float:
    """Give the processor time of *process* so far (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def realtime(folder: str, sessions: int, seconds: float) -> None:
    """Print the one-way delay of *sessions* at once, direct and recorded."""
    print(f"{sessions} sessions at realtime rates for {seconds:g} s, server to client:")
    for name, where in (("direct", None), ("rtlog", folder)):
        load = Load(sessions, seconds)
        median, late, cpu = asyncio.run(load.run(where))
        print(
            f"  {name}: p50 {median:.2f} ms, p99 {late:.2f} ms, {len(load.delays)} of {sessions * load.ticks} events",
            end="",
        )
        print(f", {cpu:.0%} of a core, {cpu / sessions:.2%} a session" if where else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ratio = added_delay(folder)
        print(f"  ratio to socat {ratio:.2f} (goal: at most {GOAL:g})" if ratio else "  no socat: no ratio")
        realtime(folder, arguments.sessions, arguments.seconds)
    sys.exit(1 if ratio and ratio > GOAL else 0)


if __name__ == "__main__":
    main()
