"""Many voice sessions at once at realtime rates, clients and provider in one event loop.

A session's client sends 50 appends of 1.3 kB a second, its provider 90 events of 300 B and 10 of 6.5 kB. The sessions
do not speak in step: each has its own millisecond.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Final, cast

from relays import Relay, Run
from wire import APPEND, AUDIO, CLOSE, SWITCHED, TEXT, UPGRADE, frames

TICK: Final = 0.01
"""Seconds between two events of a provider."""
LARGE_EVERY: Final = 10
PHASES: Final = 10
SETTLING: Final = 10.0
"""Seconds that what is still on the way gets at the end."""
GOING: Final = 0.2
"""Seconds in which connections close."""


@dataclass
class Heard:
    """What came through: events, how many there should have been, their delays in ms, provider to client."""

    expected: int
    arrived: int = 0
    delays: list[float] = field(default_factory=list)
    share: float = 0.0
    """Processor time of the relay while the sessions spoke, in cores; their beginning is not counted."""

    @property
    def whole(self) -> bool:
        """Whether every event came."""
        return self.arrived == self.expected


def median(delays: list[float]) -> float:
    """Give the delay that half of the events stay below."""
    return statistics.median(delays) if delays else float("inf")


def late(delays: list[float]) -> float:
    """Give the delay that 99 of 100 events stay below."""
    return statistics.quantiles(delays, n=100)[98] if len(delays) > 1 else float("inf")


class Provider(asyncio.Protocol):
    """The provider of one session."""

    def __init__(self, at: "Load") -> None:
        self._load = at
        self.transport: asyncio.Transport | None = None
        self.session = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer the handshake; what is said later is as if it were heard."""
        if self.session < 0 and self.transport:
            self.session = int(data.partition(b"User-Agent: ")[2].split()[0])
            self.transport.write(SWITCHED)
            self._load.providers[self.session] = self


class Listener(asyncio.Protocol):
    """The client of one session."""

    def __init__(self, at: "Load", session: int) -> None:
        self._load = at
        self._session = session
        self._missing = at.length(0)
        self.transport: asyncio.Transport | None = None
        self.heard = 0
        self.opened = asyncio.Event()
        self.done = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the session."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(UPGRADE % (self._load.port, b"%d" % self._session))

    def data_received(self, data: bytes) -> None:
        """Note the delay of each event that is whole."""
        if not self.heard and not self.opened.is_set():
            self.opened.set()
            return
        self._missing -= len(data)
        if self._missing <= 0:
            load = self._load
            now, sent = time.perf_counter(), load.sent[self._session]
            while self._missing <= 0:
                load.delays.append((now - sent[self.heard % load.kept]) * 1e3)
                self.heard += 1
                self._missing += load.length(self.heard)
            if self.heard == load.ticks:
                self.done.set()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Wait for nothing more."""
        self.opened.set()
        self.done.set()


Watch = Callable[[float, Relay, list[float]], None]
"""Is told, each second, the seconds that passed, the relay, and the delays since it was last told."""


class Load:
    """So many *sessions*, for so many *seconds*; with *watch* nothing is remembered beyond a second."""

    def __init__(self, sessions: int, seconds: float, watch: Watch | None = None) -> None:
        self.sessions = sessions
        self.seconds = seconds
        self.ticks = int(seconds / TICK)
        self.kept = min(self.ticks, 3000)
        """Ticks whose times are remembered; a delay of half a minute cannot be told."""
        self.port = 0
        self.delays: list[float] = []
        self.providers: dict[int, Provider] = {}
        self.sent = [[0.0] * self.kept for _ in range(sessions)]
        self._small = frames(TEXT, 300, masked=False)
        self._large = frames(AUDIO, 6500, masked=False)
        self._append = frames(APPEND, 1300, masked=True)
        self._lengths = (len(self._large[0]), len(self._small[0]))
        self._watch = watch

    def length(self, tick: int) -> int:
        """Give the bytes of the event of *tick*."""
        return self._lengths[tick % LARGE_EVERY != 0]

    async def run(self, run: Run) -> Heard:
        """Drive the sessions through what *run* runs."""
        loop, heard = asyncio.get_running_loop(), Heard(self.sessions * self.ticks)
        server = await loop.create_server(lambda: Provider(self), "127.0.0.1", 0, backlog=1024)
        with tempfile.TemporaryDirectory() as folder, run(server.sockets[0].getsockname()[1], folder) as relay:
            self.port = relay.port
            listeners = [Listener(self, number) for number in range(self.sessions)]
            for listener in listeners:
                await loop.create_connection(partial(_itself, listener), "127.0.0.1", self.port)
                await listener.opened.wait()
            before, began = relay.cpu(), time.perf_counter()
            await self._speak(listeners, relay)
            heard.share = (relay.cpu() - before) / min(time.perf_counter() - began, self.seconds)
            heard.arrived, heard.delays = sum(each.heard for each in listeners), self.delays
            for listener in listeners:
                if listener.transport:
                    listener.transport.write(CLOSE)
                    listener.transport.close()
            await asyncio.sleep(GOING)
        server.close()
        return heard

    async def _speak(self, listeners: list[Listener], relay: Relay) -> None:
        began, told = time.perf_counter(), 0
        for tick in range(self.ticks):
            for phase in range(PHASES):
                moment = began + (tick + phase / PHASES) * TICK
                await asyncio.sleep(max(0.0, moment - time.perf_counter()))
                self._say(tick, range(phase, self.sessions, PHASES), listeners)
            if self._watch and (passed := time.perf_counter() - began) > told + 1:
                told = int(passed)
                self._watch(passed, relay, self.delays)
                self.delays.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLING):
                for listener in listeners:
                    await listener.done.wait()

    def _say(self, tick: int, sessions: range, listeners: list[Listener]) -> None:
        event = (self._large if tick % LARGE_EVERY == 0 else self._small)[tick % len(self._small)]
        append = self._append[tick % len(self._append)] if tick % 2 == 0 else b""
        for number in sessions:
            provider, client = self.providers[number].transport, listeners[number].transport
            if provider and client:
                self.sent[number][tick % self.kept] = time.perf_counter()
                provider.write(event)
                if append:
                    client.write(append)


def _itself(listener: Listener) -> Listener:
    return listener


def at_once(run: Run, sessions: int, seconds: float, watch: Watch | None = None) -> Heard:
    """Give what came of so many *sessions* through *run*."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(Load(sessions, seconds, watch).run(run))


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give uvloop's, where it is installed: the load has one core, too."""
    try:
        return import_module("uvloop").new_event_loop  # type: ignore[no-any-return]
    except ImportError:
        return None
