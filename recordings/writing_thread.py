"""The thread that waits for the disk, so that nobody else does: what recordings give it is done in order."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Final

LARGEST_BACKLOG: Final = 64 * 1024 * 1024
"""Bytes that may wait for the disk."""
AT_ONCE: Final = 1024 * 1024
"""Bytes that are held back at most, to be given at once."""
PATIENCE: Final = 0.05
"""Seconds within a second that a disk is waited for, before it counts as slow."""
NOTICEABLE: Final = 0.005
"""Seconds; a shorter wait uses up no patience."""
MISTRUST: Final = 10.0
"""Seconds for which nobody waits for a disk that was slow."""

Work = tuple[Callable[..., object], tuple[object, ...], int]
"""What is to be done, with what, and how many bytes wait with it."""


class WritingThread:
    """Does what it is given, in order, for one recording or for several; at most *limit* bytes should wait for it.

    It begins with its first work and ends with `end`, or with the program.
    """

    def __init__(self, limit: int = LARGEST_BACKLOG) -> None:
        self._limit = limit
        self._work: SimpleQueue[list[Work] | None] = SimpleQueue()
        # Again by the same thread where a signal's handler or a destructor tells something too.
        self._lock = threading.RLock()
        self._held: deque[Work] = deque()
        self._holder: int | None = None
        """The thread that holds back what is given until it settles."""
        self._unsettled = False
        # One is the givers', under the lock, and one the thread's.
        self._given_bytes = self._done_bytes = 0
        self._thread: threading.Thread | None = None
        self._held_bytes = 0
        self._trusted_from = 0.0
        self._patience = PATIENCE
        self._last_wait = 0.0

    @property
    def full(self) -> bool:
        """Whether as much waits as may."""
        return self._given_bytes - self._done_bytes >= self._limit

    @property
    def here(self) -> bool:
        """Whether the caller is the thread itself."""
        return threading.current_thread() is self._thread

    def give(self, size: int, work: Callable[..., object], *arguments: object) -> None:
        """Let *work*, with which *size* bytes wait, be done with *arguments*; it raises nothing."""
        with self._lock:
            self._given_bytes += size
            self._unsettled = True
            self._held_bytes += size
            self._held.append((work, arguments, size))
            if self._holder is None or self._held_bytes > AT_ONCE:
                self._pass_on()

    def hold(self) -> None:
        """Wake the thread no more until `settle`: once for a burst is cheaper than for each of it."""
        self._holder = threading.get_ident()

    def make_room(self) -> None:
        """Where a round has filled the thread up, wait for it as `settle` does; who does not hold waits for nothing."""
        if self.full and self._holder == threading.get_ident():
            self.settle()
            self.hold()

    def settle(self) -> None:
        """Let all be done that was given, and wait for it, so that a kill costs little.

        A disk is given PATIENCE for that; one that used it up is not waited for while it is mistrusted.
        """
        began, settled = time.monotonic(), threading.Lock()
        trusted = began >= self._trusted_from
        with self._lock:
            self._holder = None
            if not self._unsettled:
                return
            self._unsettled = False
            if trusted:
                settled.acquire()
                self._held.append((settled.release, (), 0))
            if self._held:
                self._pass_on()
        if trusted:
            self._wait(settled, began)

    def _wait(self, settled: threading.Lock, began: float) -> None:
        """Wait for *settled*. Waits that a session could notice use PATIENCE up, which a second of none gives back."""
        self._patience = min(PATIENCE, self._patience + (began - self._last_wait) * PATIENCE)
        self._last_wait = began
        done = settled.acquire(timeout=max(self._patience, 0))
        waited = time.monotonic() - began
        if waited > NOTICEABLE:
            self._patience -= waited
        if not done:
            self._trusted_from = began + MISTRUST

    def end(self) -> None:
        """Let the thread end once all is done that was given."""
        self._work.put(None)

    def _pass_on(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="rtlog-writer", daemon=True)
            self._thread.start()
        # One by one: a signal's handler may come in between, and give something itself.
        passed: list[Work] = []
        with suppress(IndexError):
            while True:
                passed.append(self._held.popleft())
        self._held_bytes = 0
        self._work.put(passed)

    def _run(self) -> None:
        while (given := self._work.get()) is not None:
            for work, arguments, size in given:
                with suppress(Exception):
                    work(*arguments)
                self._done_bytes += size
