"""A writer that holds nobody up: lines wait, and a thread writes them in order."""

import atexit
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import Header
from rtlog.recordings.writer import Gap, Line, Writer
from rtlog.recordings.writing_thread import WritingThread

DEFAULT_QUEUE: Final = 8192
"""Records that may wait; at realtime rates more than two minutes of a disk that takes nothing."""
PATIENCE_AT_EXIT: Final = 10.0
"""Seconds that a program which ends without closing its recording waits for the disk."""
OVERFLOW: Final = "the queue was full"
SLOW: Final = "the disk is slower than what is to be written; the session goes on, what is lost is counted"


class QueuedWriter:
    """A Writer whose `write` never waits for the disk: lines wait in *thread*, by default one of its own.

    *make* opens the recording, in the thread; where it cannot, nothing is recorded. Of more than *queue* waiting
    records, or more bytes than the thread takes, the newest are lost; a run of those is one `gap` that counts them,
    where they would have stood. *on_failure* is told once of either. Times are those of the calls, in ns of *clock*.
    `close` waits until all is written; so does the end of a program that forgot it. In a forked child it does nothing:
    the recording is its parent's.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        make: Callable[[], Writer],
        *,
        queue: int | None = None,
        clock: Callable[[], int] = time.monotonic_ns,
        thread: WritingThread | None = None,
        on_failure: Callable[[RecordingError], None] | None = None,
    ) -> None:
        self.header = header
        self.failed = False
        """Whether the recording could not be made."""
        self._first_path = path
        self._clock = clock
        self._limit = queue
        self._on_failure = on_failure
        self._writer: Writer | None = None
        # Counted up by those who write, under the lock, and by the thread.
        self._given = self._taken = 0
        self._missed = 0
        # Again by the same thread where a signal's handler or a destructor tells something too.
        self._lock = threading.RLock()
        self._ending = False
        self._ended = threading.Event()
        self._pid = os.getpid()
        self._owned = thread is None
        self._thread = thread or WritingThread()
        self._thread.give(0, self._open, make)
        if self._owned:
            atexit.register(self.close, PATIENCE_AT_EXIT)

    @classmethod
    def over(
        cls,
        writer: Writer,
        *,
        queue: int | None = None,
        thread: WritingThread | None = None,
        on_failure: Callable[[RecordingError], None] | None = None,
    ) -> Self:
        """Give a queue before *writer*, which is open."""
        clock = writer.clock
        return cls(
            writer.path, writer.header, lambda: writer, queue=queue, clock=clock, thread=thread, on_failure=on_failure
        )

    @property
    def path(self) -> Path:
        """The recording's file, or the one at hand."""
        return self._first_path if self._writer is None else self._writer.path

    @property
    def paths(self) -> list[Path]:
        """Its files so far."""
        return [] if self._writer is None else self._writer.paths

    @property
    def written(self) -> int:
        """Bytes of all its files."""
        return 0 if self._writer is None else self._writer.written

    @property
    def lossy(self) -> bool:
        """Whether any record was lost."""
        return self.failed or self._missed > 0 or (self._writer is not None and self._writer.lossy)

    @property
    def closed(self) -> bool:
        """Whether no more records are taken."""
        return self._ending

    def write(self, line: Line, at: int | None = None) -> None:
        """Let *line*, seen at *at* (ns of the clock; now, when not given), be written. Never waits, never raises."""
        if os.getpid() != self._pid:
            # Before the lock: it may have been held when the child was forked.
            return
        with self._lock:
            if self._ending:
                return
            seen = self._clock() if at is None else at
            self._thread.make_room()
            if not self._full:
                self._tell_missed(seen)
                self._given += 1
                self._thread.give(line.weight, self._write, line, seen)
                return
            self._missed += 1
        self._tell(RecordingError(self.path, SLOW))

    def write_all(self, lines: Sequence[Line], at: int | None = None) -> None:
        """Let *lines*, all seen at *at*, be written."""
        self._thread.make_room()
        if self._limit is not None or self._thread.full or os.getpid() != self._pid:
            for line in lines:
                self.write(line, at)
            return
        with self._lock:
            if self._ending or not lines:
                return
            seen = self._clock() if at is None else at
            self._tell_missed(seen)
            self._given += len(lines)
            self._thread.give(sum([line.weight for line in lines]), self._write_all, lines, seen)

    @property
    def _full(self) -> bool:
        return self._thread.full or (self._limit is not None and self._given - self._taken >= self._limit)

    def finish(self) -> None:
        """Take no more records; what waits, and the footer, are written without anybody waiting for it."""
        if os.getpid() != self._pid:
            return
        with self._lock:
            if self._ending:
                return
            self._tell_missed(self._clock())
            self._ending = True
        self._thread.give(0, self._end)
        if self._owned:
            self._thread.end()

    def close(self, patience: float | None = None) -> bool:
        """Wait until all is written and the file is closed, at most *patience* seconds; say whether it is."""
        self.finish()
        if os.getpid() != self._pid or self._thread.here:
            return False
        if self._owned:
            atexit.unregister(self.close)
        return self._ended.wait(patience) and (self._writer is None or self._writer.close(patience))

    def _tell_missed(self, at: int) -> None:
        if self._missed:
            self._given += 1
            self._thread.give(0, self._write, Gap(self._missed, reason=OVERFLOW), at)
            self._missed = 0

    def _open(self, make: Callable[[], Writer]) -> None:
        try:
            self._writer = make()
        except Exception as error:  # noqa: BLE001 - in this thread nobody else would learn of it
            self.failed = True
            self._tell(error if isinstance(error, RecordingError) else RecordingError(self._first_path, str(error)))

    def _tell(self, error: RecordingError) -> None:
        told, self._on_failure = self._on_failure, None
        if told is not None:
            told(error)

    def _write(self, line: Line, seen: int) -> None:
        self._write_all((line,), seen)

    def _write_all(self, lines: Sequence[Line], seen: int) -> None:
        self._taken += len(lines)
        if self._writer is None:
            return
        try:
            self._writer.write_all(lines, seen)
        except Exception:  # noqa: BLE001 - whatever it is, the thread lives on, and the loss is counted
            with self._lock:
                self._missed += len(lines)

    def _end(self) -> None:
        try:
            if self._writer is not None:
                self._writer.finish()
        finally:
            self._ended.set()
