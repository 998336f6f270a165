"""The line that `rtlog record` keeps up to date on a terminal while it waits."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rtlog.cli.saying import say, sayable
from rtlog.recordings.taps.proxy import Summary

if TYPE_CHECKING:
    from rich.console import Console

REFRESH_SECONDS = 0.5
MOST_ERRORS = 20
PCM16_BYTES_PER_SECOND = 48_000
"""24 kHz, 16 bit: what sessions use unless they ask for a telephone's format."""


class Notices:
    """Tells a person single lines on stderr, above the live line where there is one."""

    def __init__(self) -> None:
        self.tell: Callable[[str], None] = say
        """Prints a line; where there is a live line, above that."""

    def __call__(self, line: str) -> None:
        """Print *line*; control characters in it are shown, not obeyed."""
        self.tell(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def above(self, console: "Console") -> Iterator[None]:
        """Print lines above what *console* keeps up to date."""
        from rich.text import Text

        self.tell = lambda line: console.print(Text(f"rtlog: {sayable(line)}"))
        try:
            yield
        finally:
            self.tell = say

    def show(self, paths: Iterable[Path]) -> None:
        """Take the recordings at *paths* as begun, for whoever draws them."""

    async def watch(self, summary: Callable[[], Summary], *, alone: bool) -> None:
        """Show until cancelled how the recording goes; beside a program, which is not *alone*, show nothing."""
        if alone:
            await keep_current(self, summary)

    def close(self) -> None:
        """End what is shown beside the lines."""


def tell_errors(loop: asyncio.AbstractEventLoop, notices: Notices) -> None:
    """Tell what goes wrong in *loop* and nobody waits for, such as a lack of open files: each once, in one line."""
    told: set[str] = set()

    def tell(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        line = f"{context.get('message')}: {context.get('exception')}"
        if line not in told and len(told) < MOST_ERRORS:
            told.add(line)
            notices(line)

    loop.set_exception_handler(tell)


def interruption() -> asyncio.Event:
    """Give what Ctrl-C and SIGTERM set from now on."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    return ended


async def keep_current(notices: Notices, summary: Callable[[], Summary]) -> None:
    """Redraw the line until cancelled; without a terminal do nothing."""
    if not sys.stderr.isatty():
        return
    # Not before the recorder listens, which is what programs wait for.
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    before, then = summary().events, time.monotonic()
    with Live(console=console, auto_refresh=False, transient=True) as live, notices.above(console):
        while True:
            now, current = time.monotonic(), summary()
            rate = (current.events - before) / (now - then) if now > then else 0.0
            before, then = current.events, now
            live.update(Text(f"● {spoken(current)}, {rate:.0f} events/s"), refresh=True)
            await asyncio.sleep(REFRESH_SECONDS)


def spoken(summary: Summary) -> str:
    """Say what was recorded: sessions, events, audio, size."""
    parts = [_counted(summary.sessions, "session"), _counted(summary.events, "event")]
    if summary.connections > summary.sessions:
        parts.insert(1, _counted(summary.connections, "connection"))
    if summary.audio_bytes:
        parts.append(f"about {summary.audio_bytes / PCM16_BYTES_PER_SECOND:.1f} s of audio")
    return ", ".join([*parts, _sized(summary.size)])


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _sized(size: int) -> str:
    for unit, bytes_of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= bytes_of:
            return f"{size / bytes_of:.1f} {unit}"
    return f"{size} bytes"
