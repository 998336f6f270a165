"""What the analysis would find were the recording over now: asked of a copy of this process, so that it goes on here.

A fork shares all memory until it is written to: it costs milliseconds, and the end that it comes to is its own.
"""

import os
import select
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from msgspec import DecodeError, msgpack

from rtlog.analyzers.analysis import Analysis, Facts
from rtlog.analyzers.finding import Finding

PACE_S: Final = 0.5
"""Between two looks at least."""
SHARE: Final = 20
"""A look that takes long is followed by a pause this many times as long."""
CHUNK: Final = 65_536


class Foresight:
    """Looks ahead every now and then; one look at a time."""

    def __init__(self) -> None:
        self._process = 0
        self._pipe = -1
        self._held = b""
        self._began = 0.0
        self._next = 0.0
        self._now = 0

    @property
    def due(self) -> bool:
        """Whether it is time for the next look."""
        return hasattr(os, "fork") and not self._process and time.monotonic() >= self._next

    def look(self, analysis: Analysis, now: int) -> None:
        """Begin a look at the state that *analysis* has at *now*, ns on the recording's clock."""
        reading, writing = os.pipe()
        self._began, self._now, self._held = time.monotonic(), now, b""
        self._process = os.fork()
        if self._process == 0:
            _tell(analysis, writing)
        os.close(writing)
        self._pipe = reading

    def seen(self) -> tuple[Sequence[Finding], int] | None:
        """Give the findings of a look that has come to its end, and the time of it."""
        if not self._process or not self._is_over():
            return None
        self.close()
        self._next = time.monotonic() + max(PACE_S, SHARE * (time.monotonic() - self._began))
        try:
            return msgpack.decode(self._held, type=list[Finding]), self._now
        except DecodeError:
            return None

    def close(self) -> None:
        """End a look, whether it has come to its end or not."""
        if self._process:
            os.close(self._pipe)
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
            self._process = 0

    def _is_over(self) -> bool:
        while select.select([self._pipe], [], [], 0)[0]:
            data = os.read(self._pipe, CHUNK)
            if not data:
                return True
            self._held += data
        return False


def _tell(analysis: Analysis, writing: int) -> None:
    """Finish and tell: the copy's whole life. Nothing of it may come back, flush our streams or run our handlers."""
    status = 1
    try:
        analysis.finish(Facts())
        found = [replace(each, before=None, after=None, caused_by=None, leads_to=[]) for each in analysis.findings]
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(msgpack.encode(found))
        status = 0
    finally:
        os._exit(status)
