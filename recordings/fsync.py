"""Durability by interval: one thread makes every open recording durable, so a power cut costs a bounded time."""

import threading
from typing import Final, Protocol

DEFAULT_INTERVAL: Final = 1.0
"""Seconds between two syncs."""


class Syncable(Protocol):
    """A file that can be made durable."""

    def sync(self) -> None:
        """Make durable what is written so far."""


class Syncer:
    """Calls `sync()` of every file in it each *interval* seconds; its thread lives while there is a file."""

    def __init__(self, interval: float = DEFAULT_INTERVAL) -> None:
        self._interval = interval
        self._files: set[Syncable] = set()
        self._lock = threading.Lock()
        self._emptied = threading.Event()

    def add(self, file: Syncable) -> None:
        """Make *file* durable from now on."""
        with self._lock:
            self._files.add(file)
            if len(self._files) == 1:
                self._emptied = threading.Event()
                arguments = (self._emptied,)
                threading.Thread(target=self._run, args=arguments, name="rtlog-fsync", daemon=True).start()

    def remove(self, file: Syncable) -> None:
        """Let *file* go."""
        with self._lock:
            self._files.discard(file)
            if not self._files:
                self._emptied.set()

    def _run(self, emptied: threading.Event) -> None:
        while not emptied.wait(self._interval):
            with self._lock:
                files = tuple(self._files)
            for file in files:
                file.sync()
