"""What the recording proxy costs a session, beside socat and mitmdump: `python benchmarks/proxy.py`.

Every figure is the ratio of two measurements of the same round, for figures of different moments do not compare; they
are printed as least / median / greatest of the rounds. The load has one core, each relay the other.
`--quick` needs two minutes and exits with 1 where a figure is below half of its goal.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import Process
from typing import Final

from load import at_once, late, median
from relays import LOAD_CORE, Relay, Run, direct, installed, pin, rtlog
from wire import AUDIO, VARIANTS, Client, Server, frames, ping_pong

SIZES: Final = (300, 16_000)
STREAMED: Final = 8_000
MEGABYTE: Final = 1_000_000
LONG: Final = 2_600
"""Bytes of a message of the long connection."""
WARM: Final = 250 * VARIANTS
"""Messages of a connection before it, after which buffers have their size."""
GROWTH_MB: Final = 5.0
WAITING_MB: Final = 70.0
"""What may wait for a disk that is slower than a stream that is kept whole."""
LATE_MS: Final = 50.0
"""What recording may add to the 99th percentile of up to JUDGED_BY_DELAY sessions."""
JUDGED_BY_DELAY: Final = 200
ATTEMPTS: Final = 3
"""The machine is seldom alone; what was possible once is possible."""

META: Final = "rtlog"
KEEP: Final = "rtlog --audio keep"
Rounds = dict[str, list[float]]
"""What was measured of each relay, round by round."""


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int
    exchanges: int
    streamed: int
    seconds: float
    megabytes: int
    loads: tuple[tuple[str, int], ...]


FULL: Final = Effort(15, 400, 4_000, 10.0, 200, ((KEEP, 100), (KEEP, 200), (KEEP, 300), (META, 200), (META, 300)))
QUICK: Final = Effort(5, 200, 1_000, 4.0, 50, ((KEEP, 150), (META, 100)))


@dataclass
class Verdicts:
    """Goals and what was measured; `missed` are those not met even by half."""

    missed: list[str] = field(default_factory=list)

    def at_most(self, name: str, ratios: list[float], goal: float) -> None:
        """Print *ratios* and judge their median, which should be no more than *goal*."""
        median = statistics.median(ratios)
        verdict = "met" if median <= goal else "not met"
        print(f"  {name}: {spread(ratios)}  goal: at most {goal:g}, {verdict}")
        if median > 2 * goal:
            self.missed.append(name)

    def must(self, name: str, *, met: bool) -> None:
        """Take what has no half."""
        if not met:
            self.missed.append(name)


def spread(figures: list[float]) -> str:
    """Say least, median and greatest."""
    return f"{min(figures):.2f} / {statistics.median(figures):.2f} / {max(figures):.2f}"


@contextlib.contextmanager
def running(runs: dict[str, Run], upstream: int) -> Iterator[dict[str, Relay]]:
    """Run all of *runs* at once, each recording into a folder of its own."""
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(run(upstream, stack.enter_context(tempfile.TemporaryDirectory())))
            for name, run in runs.items()
        }


@contextlib.contextmanager
def provider() -> Iterator[int]:
    """Run the blocking server; gives its port."""
    server = Server()
    process = Process(target=server.run, daemon=True)
    process.start()
    yield server.port
    process.terminate()


def exchanges(client: Client, size: int, count: int) -> float:
    """Give the median of the seconds from a message to its answer."""
    asked, answers = ping_pong(size)
    length, took = len(answers[0]), []
    for number in range(count):
        began = time.perf_counter()
        client.exchange(asked[number % VARIANTS], length)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def small_and_large(relays: dict[str, Relay], effort: Effort, verdicts: Verdicts) -> None:
    """Ping-pong: the delay that is added, and processor time a message."""
    for size in SIZES:
        clients = {name: Client(relay.port, f"pong-{size}") for name, relay in relays.items()}
        added: Rounds = {name: [] for name in relays}
        cpu: Rounds = {name: [] for name in relays}
        for _ in range(effort.rounds):
            alone = exchanges(clients["direct"], size, effort.exchanges)
            for name, relay in relays.items():
                if name != "direct":
                    before = relay.cpu()
                    added[name].append((exchanges(clients[name], size, effort.exchanges) - alone) * 1e6)
                    cpu[name].append((relay.cpu() - before) / effort.exchanges / 2 * 1e6)
        for client in clients.values():
            client.close()
        print(f"ping-pong, {size} B: us added to a round trip, us of CPU a message")
        for name in list(relays)[1:]:
            print(f"  {name:20} adds {spread(added[name])}, CPU {spread(cpu[name])}")
        compare(verdicts, f"added delay, {size} B", added, {"socat": 1.25, "mitmdump": 0.2})
        compare(verdicts, f"CPU a message, ping-pong {size} B", cpu, {"mitmdump": 0.2})


def streaming(relays: dict[str, Relay], effort: Effort, verdicts: Verdicts) -> None:
    """A provider that sends as fast as it can: processor time a message."""
    role, size = f"stream-{STREAMED}-{effort.streamed}", len(frames(AUDIO, STREAMED, masked=False)[0])
    ask = ping_pong(300)[0][0]
    cpu: Rounds = {name: [] for name in relays}
    speed: Rounds = {name: [] for name in relays}
    for _ in range(max(3, effort.rounds // 3)):
        for name, relay in relays.items():
            client = Client(relay.port, role)
            before, began = relay.cpu(), time.perf_counter()
            client.exchange(ask, size * (effort.streamed // VARIANTS * VARIANTS))
            speed[name].append(size * effort.streamed / (time.perf_counter() - began) / MEGABYTE)
            # Recording may lag behind by a moment.
            time.sleep(0.05)
            cpu[name].append((relay.cpu() - before) / effort.streamed * 1e6)
            client.close()
    print(f"streaming, {STREAMED} B: us of CPU a message, MB/s")
    for name in list(relays)[1:]:
        print(f"  {name:20} CPU {spread(cpu[name])}, MB/s {spread(speed[name])}")
    compare(verdicts, "CPU a message, streaming", cpu, {"mitmdump": 0.1})


def compare(verdicts: Verdicts, name: str, figures: Rounds, goals: dict[str, float]) -> None:
    """Judge rtlog's share of what the competitors need, round by round."""
    for other, goal in goals.items():
        for ours in (META, KEEP):
            if other in figures:
                pairs = zip(figures[ours], figures[other], strict=True)
                verdicts.at_most(f"{name}, {ours} : {other}", [mine / theirs for mine, theirs in pairs], goal)


def realtime(runs: dict[str, Run], effort: Effort, verdicts: Verdicts) -> None:
    """Sessions at realtime rates: does everything arrive, and when. Of up to three runs the best counts."""
    print(f"sessions at realtime rates for {effort.seconds:g} s, provider to client")
    for name, sessions in effort.loads:
        alone = at_once(direct, sessions, effort.seconds)
        print(f"  {sessions} direct: p50 {median(alone.delays):.2f} ms, p99 {late(alone.delays):.2f} ms")
        met = False
        for _ in range(ATTEMPTS):
            heard = at_once(runs[name], sessions, effort.seconds)
            added = late(heard.delays) - late(alone.delays)
            print(
                f"  {sessions} {name}: p50 {median(heard.delays):.2f} ms, p99 {late(heard.delays):.2f} ms, "
                f"{heard.arrived} of {heard.expected} events, {heard.share:.0%} of a core, "
                f"{heard.share / sessions:.2%} a session"
            )
            met = heard.whole and (added < LATE_MS or sessions > JUDGED_BY_DELAY)
            if met:
                break
        verdicts.must(f"{sessions} sessions, {name}", met=met)


def long_connection(runs: dict[str, Run], upstream: int, effort: Effort, verdicts: Verdicts) -> None:
    """One connection, many megabytes: memory before and after. While the disk is slow, lines wait in memory."""
    print(f"{effort.megabytes} MB in one connection, {LONG} B a message")
    for name, run in runs.items():
        if name in {META, KEEP}:
            most = 2 * GROWTH_MB if name == META else WAITING_MB
            met = any(growth(name, run, upstream, effort) < most for _ in range(ATTEMPTS))
            verdicts.must(f"flat memory, {name}", met=met)
        elif name not in {"direct", "socat"}:
            growth(name, run, upstream, effort)


def growth(name: str, run: Run, upstream: int, effort: Effort) -> float:
    """Run one relay for one long connection; print its memory, and give by how many MB it grew at most."""
    count, ask = effort.megabytes * MEGABYTE // LONG, ping_pong(300)[0][0]
    size = len(frames(AUDIO, LONG, masked=False)[0])
    with running({name: run}, upstream) as relays:
        relay = relays[name]
        warm = Client(relay.port, f"stream-{LONG}-{WARM}")
        warm.exchange(ask, size * WARM)
        warm.close()
        before, began = relay.memory(), time.perf_counter()
        client = Client(relay.port, f"stream-{LONG}-{count}")
        client.exchange(ask, size * (count // VARIANTS * VARIANTS))
        took = time.perf_counter() - began
        memory = f"{before:.0f} MB, then {relay.memory():.0f} MB, at most {relay.peak():.0f} MB"
        print(f"  {name:20} {memory}; {took:.1f} s")
        client.close()
        return relay.peak() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes; exits with 1 below half of a goal")
    parser.add_argument("--only", choices=["pong", "stream", "sessions", "memory"], help="one part alone")
    arguments = parser.parse_args()
    effort, verdicts = QUICK if arguments.quick else FULL, Verdicts()
    only = arguments.only
    pin(LOAD_CORE)
    runs: dict[str, Run] = {"direct": direct, META: rtlog(), KEEP: rtlog("--audio", "keep")} | installed()
    with provider() as upstream:
        with running(runs, upstream) as relays:
            if only in {None, "pong"}:
                small_and_large(relays, effort, verdicts)
            if only in {None, "stream"}:
                streaming(relays, effort, verdicts)
        if only in {None, "memory"}:
            long_connection(runs, upstream, effort, verdicts)
    if only in {None, "sessions"}:
        realtime(runs, effort, verdicts)
    for name in verdicts.missed:
        print(f"below half of the goal: {name}")
    sys.exit(1 if verdicts.missed else 0)


if __name__ == "__main__":
    main()
