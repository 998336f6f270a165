"""The recorder's end of the live view: starts it, tells it what there is to see, and never waits for it meanwhile."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from rtlog.cli.following.targets import PATH, SAY
from rtlog.cli.live import Notices
from rtlog.recordings.taps.proxy import Summary

LOOK_S: Final = 0.1
"""Between two looks for new recordings."""
LAST_WORDS_S: Final = 30.0
"""How long the view gets to tell its verdict once the recording has ended."""
VIEW: Final = (sys.executable, "-P", "-m", "rtlog.cli.following.beside")


class Companion(Notices):
    """A live view in a process of its own; as notices it tells lines above what is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[Path] = set()
        # Ctrl-C reaches the whole foreground: the view outlives it, to tell how the recording ended.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._view = subprocess.Popen(  # noqa: S603 - our own interpreter
                VIEW, stdin=subprocess.PIPE, stdout=sys.stderr, bufsize=0
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        assert self._view.stdin is not None  # noqa: S101 - opened as a pipe
        self._pipe = self._view.stdin
        os.set_blocking(self._pipe.fileno(), False)

    def __call__(self, line: str) -> None:
        """Tell *line* through the view, or by ourselves where it has ended."""
        if self._pipe.closed or not self._send(SAY + " ".join(line.splitlines()).encode("utf-8", "replace")):
            super().__call__(line)

    def show(self, paths: Iterable[Path]) -> None:
        """Tell the view of the recordings at *paths*."""
        for path in paths:
            if path not in self._told and self._send(PATH + os.fsencode(path)):
                self._told.add(path)

    async def watch(self, summary: Callable[[], Summary], *, alone: bool) -> None:  # noqa: ARG002 - beside a program too
        """Tell the view of the recordings as they appear, until cancelled."""
        try:
            while True:
                self.show(summary().paths)
                await asyncio.sleep(LOOK_S)
        finally:
            self.show(summary().paths)

    def close(self) -> None:
        """End the view once it has drawn all there is."""
        if self._pipe.closed:
            return
        self._pipe.close()
        try:
            self._view.wait(LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            # It may hang in a write to a terminal that is held, which no request to end would interrupt.
            self._view.kill()
            self._view.wait()

    def _send(self, line: bytes) -> bool:
        """Write *line* to the view, or drop it: a terminal that is held with Ctrl-S must not hold the session."""
        with suppress(OSError):
            return self._pipe.write(line + b"\n") == len(line) + 1
        return False
