"""What may stand between a client and its provider: rtlog, socat, mitmdump; how each is run, and what it costs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOAD_CORE: Final = 0
RELAY_CORE: Final = 1
PATIENCE: Final = 20.0
"""Seconds in which a relay must listen."""


@dataclass(frozen=True)
class Relay:
    """A running relay: where it listens and its process; port of the provider itself, and no process, for `direct`."""

    port: int
    process: int = 0

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its threads and children (Linux)."""
        return sum(map(_cpu_ns, _family(self.process))) / 1e9

    def memory(self) -> float:
        """MB of memory that it holds now."""
        return _status(self.process, "VmRSS") / 1e3

    def peak(self) -> float:
        """MB of memory that it held at most."""
        return _status(self.process, "VmHWM") / 1e3

    def files(self) -> int:
        """Open file handles."""
        return len(list(Path(f"/proc/{self.process}/fd").iterdir()))


Run = Callable[[int, str], AbstractContextManager[Relay]]
"""Runs a relay in front of a port, recording into a folder."""


def pin(core: int, process: int = 0) -> None:
    """Keep *process*, by default this one, on *core*, where there are two."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process, {core})


@contextmanager
def direct(upstream: int, _folder: str) -> Iterator[Relay]:
    """Let clients go straight to the provider."""
    yield Relay(upstream)


def rtlog(*options: str) -> Run:
    """Give how `rtlog record` runs with *options*."""

    @contextmanager
    def run(upstream: int, folder: str) -> Iterator[Relay]:
        command = [sys.executable, "-m", "rtlog.cli", "record", "--listen", "127.0.0.1:0", "-o", folder, *options]
        command += ["--upstream", f"ws://127.0.0.1:{upstream}"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            pin(RELAY_CORE, process.pid)
            try:
                line = process.stderr.readline() if process.stderr else ""
                port = line.partition("127.0.0.1:")[2].partition("/")[0]
                if not port:
                    raise SystemExit(f"rtlog record does not listen: {line}")
                yield Relay(int(port), process.pid)
                process.send_signal(signal.SIGINT)
                process.communicate()
            finally:
                process.kill()

    return run


@contextmanager
def socat(upstream: int, _folder: str) -> Iterator[Relay]:
    """Run socat, which records nothing: what any relay at all costs."""
    port = _free_port()
    relay = [f"TCP-LISTEN:{port},reuseaddr,fork,nodelay,bind=127.0.0.1", f"TCP:127.0.0.1:{upstream},nodelay"]
    with _listening(["socat", *relay], port) as running:
        yield running


def mitmdump(program: str) -> Run:
    """Give how the mitmdump at *program* runs, writing its flows to a file."""

    @contextmanager
    def run(upstream: int, folder: str) -> Iterator[Relay]:
        port = _free_port()
        command = [program, "-q", "--mode", f"reverse:http://127.0.0.1:{upstream}", "-p", str(port)]
        command += ["--listen-host", "127.0.0.1", "-w", str(Path(folder) / "flows"), "--set", f"confdir={folder}"]
        with _listening(command, port) as running:
            yield running

    return run


def installed() -> dict[str, Run]:
    """Give the competitors that this machine has."""
    found: dict[str, Run] = {"socat": socat} if shutil.which("socat") else {}
    program = os.environ.get("RTLOG_MITMDUMP") or shutil.which("mitmdump")
    return found | ({"mitmdump": mitmdump(program)} if program else {})


@contextmanager
def _listening(command: list[str], port: int) -> Iterator[Relay]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        pin(RELAY_CORE, process.pid)
        try:
            until = time.monotonic() + PATIENCE
            while not _is_open(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{command[0]} does not listen")
                time.sleep(0.05)
            yield Relay(port, process.pid)
        finally:
            process.terminate()


def _is_open(port: int) -> bool:
    """Look in the kernel's table: a connection, to see who answers, would be a session of the relay."""
    listening = (line.split()[1:4:2] for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return any(at.endswith(f":{port:04X}") and state == "0A" for at, state in listening)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _family(process: int) -> set[int]:
    """Give *process* and its children: socat has one for each connection."""
    found = {process} if process else set()
    for stat in Path("/proc").glob("[0-9]*/stat") if process else ():
        with suppress(OSError):
            number, _, fields = stat.read_text().partition(" (")
            if int(fields.rpartition(") ")[2].split()[1]) == process:
                found.add(int(number))
    return found


def _cpu_ns(process: int) -> int:
    total = 0
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total


def _status(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
