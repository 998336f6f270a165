"""The bytes of a file that grows: its end is waited at, not reported."""

import io
import os
import select
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from rtlog.recordings.framing import framing_of

POLL_S: Final = 0.05
"""How often a quiet pipe is looked at again."""
LAST_LINE: Final = 4096
"""Bytes at the end of a file that a footer is looked for in."""

Fate = Literal["", "truncated", "replaced", "gone"]
"""What happened to the file under the reader's hands."""


class Tail(io.RawIOBase):
    """What stands in the file at *path* and what is appended to it, to be read by one `read(Tail(…))`.

    Wherever there is nothing more, *wait* is called, to come back after a moment and say whether to go on; `stop` ends
    it too. It ends as well where the file is cut, replaced or removed: `fate` says so. A path of `-` is standard input,
    which ends where it ends. Raises OSError where the file cannot be opened.
    """

    def __init__(self, path: Path, wait: Callable[[], bool]) -> None:
        super().__init__()
        self.name: Final = str(path)
        self.fate: Fate = ""
        self._path = path
        self._wait = wait
        self._pipe = str(path) == "-"
        self._file = io.FileIO(0 if self._pipe else path, closefd=not self._pipe)
        self._read = 0
        self._ended = False

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill *buffer* with what there is and give the number of bytes; 0 at the end."""
        while True:
            if self._pipe:
                self._until_ready()
            number = 0 if self._pipe and self._ended else self._file.readinto(buffer) or 0
            self._read += number
            if number or self._ended or self._pipe:
                return number
            self.fate = self._fate()
            # What was written before the file was replaced is still read.
            self._ended = bool(self.fate) or not self._wait()

    def stop(self) -> None:
        """Take what is there for all there is."""
        self._ended = True

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()

    def _until_ready(self) -> None:
        while not self._ended and not select.select([self._file], [], [], POLL_S)[0]:
            self._ended = not self._wait()

    def _fate(self) -> Fate:
        opened = os.fstat(self._file.fileno())
        if opened.st_size < self._read:
            return "truncated"
        try:
            named = self._path.stat()
        except OSError:
            return "gone"
        return "" if os.path.samestat(opened, named) else "replaced"


def is_complete(path: Path) -> bool:
    """Say whether the recording at *path* ends with its footer."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - LAST_LINE, 0))
            *_, last = file.read().splitlines() or [b""]
    except OSError:
        return False
    try:
        return framing_of(last) == "footer"
    except ValueError:
        return False
