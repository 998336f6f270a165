"""A writer that holds nobody up: lines wait in a bounded queue, and one thread writes them in order."""

import atexit
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from rtlog.recordings.format import Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.writer import Gap, Line, Writer

DEFAULT_QUEUE: Final = 8192
"""Records that may wait; at realtime rates more than two minutes of a disk that takes nothing."""
PATIENCE_AT_EXIT: Final = 10.0
"""Seconds that a program which ends without closing its recording waits for the disk."""
OVERFLOW: Final = "the queue was full"


class QueuedWriter(Writer):
    """A Writer whose `write` never waits for the disk: of more than *queue* waiting records the newest are lost.

    A run of lost records is one `gap` that counts them, where they would have stood. Times are those of the calls.
    `close` waits until all is written; so does the end of a program that forgot it. In a forked child it does nothing:
    the recording is its parent's. The other parameters are those of Writer.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        *,
        queue: int = DEFAULT_QUEUE,
        force: bool = False,
        clock: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], int] = time.time_ns,
        syncer: Syncer | None = None,
        on_failure: Callable[[OSError], None] | None = None,
    ) -> None:
        super().__init__(path, header, force=force, clock=clock, wall=wall, syncer=syncer, on_failure=on_failure)
        self._limit = queue
        self._waiting: deque[tuple[Line, int]] = deque()
        self._changed = threading.Condition()
        self._missed = 0
        self._ending_asked = False
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._run, name="rtlog-writer", daemon=True)
        self._thread.start()
        atexit.register(self._at_exit)

    @property
    def lossy(self) -> bool:
        """Whether any record was lost."""
        return super().lossy or self._missed > 0

    @property
    def closed(self) -> bool:
        """Whether no more records are taken."""
        return self._ending_asked or super().closed

    def write(self, line: Line, at: int | None = None) -> None:
        """Let *line*, seen at *at* (ns of the clock; now, when not given), be written. Never waits, never raises."""
        if os.getpid() != self._pid:
            # Before the lock: it may have been held when the child was forked.
            return
        with self._changed:
            if self._ending_asked:
                return
            seen = self.clock() if at is None else at
            if len(self._waiting) >= self._limit:
                self._missed += 1
                return
            self._tell_missed(seen)
            self._waiting.append((line, seen))
            self._changed.notify()

    def write_all(self, lines: Sequence[Line], at: int | None = None) -> None:
        """Let *lines*, all seen at *at*, be written."""
        for line in lines:
            self.write(line, at)

    def finish(self) -> None:
        """Take no more records; what waits, and the footer, are written without anybody waiting for it."""
        self._end(0)

    def close(self) -> None:
        """Wait until all is written, then write the footer and close the file; closing twice is closing once."""
        self._end(None)

    def _at_exit(self) -> None:
        self._end(PATIENCE_AT_EXIT)

    def _end(self, patience: float | None) -> None:
        if os.getpid() != self._pid:
            return
        with self._changed:
            self._tell_missed(self.clock())
            self._ending_asked = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(patience)

    def _tell_missed(self, at: int) -> None:
        if self._missed:
            self._waiting.append((Gap(self._missed, reason=OVERFLOW), at))
            self._missed = 0

    def _run(self) -> None:
        while waiting := self._next():
            try:
                super().write(*waiting)
            except Exception:  # noqa: BLE001 - a line that cannot say itself is lost, and the thread lives on
                with self._changed:
                    self._missed += 1
        with suppress(OSError):
            super().close()
        atexit.unregister(self._at_exit)

    def _next(self) -> tuple[Line, int] | None:
        """Give the next line to write; `None` at the end."""
        with self._changed:
            while not self._waiting and not self._ending_asked:
                self._changed.wait()
            if not self._waiting:
                self._tell_missed(self.clock())
            return self._waiting.popleft() if self._waiting else None
