"""Whether a growing timeline keeps up, and what it costs the session: `python benchmarks/follow.py`.

A writer records 200 events a second, every tenth of which is a row of its own, while `rtlog timeline -f` draws them, in
a pipe and on a terminal: how long after it was written a row appears, and how much of a core that takes. Then one
session at realtime rates goes through `rtlog record` with `--live` and without it, in turns: its delay must stay.
Goals: every row appears, half of them within 200 ms; the live view adds at most half a millisecond to the median.
"""

import argparse
import contextlib
import os
import pty
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from load import at_once, late, median
from relays import Relay, rtlog

from rtlog.recordings.format import Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer

RATE: Final = 200
ROW_EVERY: Final = 10
LAG_GOAL_MS: Final = 200.0
ADDED_GOAL_MS: Final = 0.5
ROUNDS: Final = 3
NUMBER: Final = re.compile(rb"response\.created .*?R(\d+)")
CONTROL: Final = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")
PORT: Final = re.compile(rb"127\.0\.0\.1:(\d+)")


class Seen:
    """Reads what a command writes to *source*, and notes when each numbered row first appears."""

    def __init__(self, source: int) -> None:
        self.at: dict[int, float] = {}
        self.size = 0
        self.text = b""
        self._source = source
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end of what is written."""
        self._thread.join()

    def _read(self) -> None:
        held = b""
        with contextlib.suppress(OSError):  # a terminal whose last program has gone
            while data := os.read(self._source, 65536):
                now = time.perf_counter()
                self.size += len(data)
                self.text = (self.text + data)[-4096:]
                *lines, held = (held + data).split(b"\n")
                for line in lines:
                    for number in NUMBER.findall(CONTROL.sub(b"", line)):
                        self.at.setdefault(int(number), now)


def cpu_seconds(process: int) -> float:
    """Give the processor time of *process* and of its ended children, which look ahead for it (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def written(path: Path, seconds: float) -> dict[int, float]:
    """Record for *seconds*; gives when each numbered row was written."""
    rows: dict[int, float] = {}
    recorder = Recorder(Writer(path, Header(id="01JD")), src="wire")
    delta = {"type": "response.output_audio.delta", "item_id": "item_1", "delta": "QUJD" * 1600}
    began = time.perf_counter()
    for event in range(int(RATE * seconds)):
        time.sleep(max(0.0, began + event / RATE - time.perf_counter()))
        if event % ROW_EVERY:
            recorder.server(delta)
        else:
            number = event // ROW_EVERY + 1
            recorder.server({"type": "response.created", "response": {"id": f"resp_{number}"}})
            rows[number] = time.perf_counter()
    recorder.close()
    return rows


def drawn(folder: str, seconds: float, *, terminal: bool) -> bool:
    """Print lag and cost of `rtlog timeline -f`; says whether the goal is met."""
    path = Path(folder) / f"{'terminal' if terminal else 'pipe'}.rtlog.jsonl"
    ours, theirs = pty.openpty() if terminal else os.pipe()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    command = [sys.executable, "-m", "rtlog.cli", "timeline", "-f", str(path)]
    with subprocess.Popen(command, stdout=theirs, env=environment) as process:
        os.close(theirs)
        seen = Seen(ours)
        while not seen.size:  # it waits for the file
            time.sleep(0.01)
        before, began = cpu_seconds(process.pid), time.perf_counter()
        rows = written(path, seconds)
        share = (cpu_seconds(process.pid) - before) / (time.perf_counter() - began)
        seen.join()
    lags = [(seen.at[number] - at) * 1e3 for number, at in rows.items() if number in seen.at]
    cuts = statistics.quantiles(lags, n=100) if len(lags) > 1 else [float("inf")] * 99
    print(
        f"  {'terminal' if terminal else 'pipe'}: {len(lags)} of {len(rows)} rows, p50 {cuts[49]:.0f} ms, "
        f"p99 {cuts[98]:.0f} ms after they were written; {share:.0%} of a core, {seen.size / seconds / 1000:.1f} kB/s"
    )
    return len(lags) == len(rows) and cuts[49] <= LAG_GOAL_MS


@contextlib.contextmanager
def live_proxy(upstream: int, folder: str) -> Iterator[Relay]:
    """Run `rtlog record --live` on a terminal in front of *upstream*."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "rtlog.cli", "record", "--live", "--listen", "127.0.0.1:0", "-o", folder]
    command += ["--upstream", f"ws://127.0.0.1:{upstream}"]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "200"}
    with subprocess.Popen(command, stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = Seen(ours)
        while (found := PORT.search(seen.text)) is None:
            time.sleep(0.01)
        yield Relay(int(found[1]), process.pid)
        process.send_signal(signal.SIGINT)
        process.wait()
        seen.join()


def delays(seconds: float) -> bool:
    """Print the one-way delay of a session with and without a live view; says whether the goal is met."""
    medians: dict[str, list[float]] = {"record": [], "record --live": []}
    for _ in range(ROUNDS):
        for name, run in (("record", rtlog()), ("record --live", live_proxy)):
            heard = at_once(run, 1, seconds)
            medians[name].append(median(heard.delays))
            delay = f"p50 {median(heard.delays):.2f} ms, p99 {late(heard.delays):.2f} ms"
            print(f"  {name}: {delay}, {heard.share:.0%} of a core for the recorder")
    added = statistics.median(medians["record --live"]) - statistics.median(medians["record"])
    print(f"  --live adds {added:.2f} ms to the median (goal: at most {ADDED_GOAL_MS:g})")
    return added <= ADDED_GOAL_MS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        print(f"{RATE} events a second for {seconds:g} s:")
        kept_up = [drawn(folder, seconds, terminal=terminal) for terminal in (False, True)]
        print(f"one session at realtime rates for {seconds:g} s, {ROUNDS} rounds, server to client:")
        undisturbed = delays(seconds)
    sys.exit(0 if all(kept_up) and undisturbed else 1)


if __name__ == "__main__":
    main()
