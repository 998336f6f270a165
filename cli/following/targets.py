"""Which recording is followed: the one that is named, the newest of a folder, or the one that `record` tells of."""

import os
import sys
from collections.abc import Callable
from glob import has_magic
from pathlib import Path
from typing import Final, Protocol

from rtlog.recordings.naming import recordings_folder
from rtlog.recordings.sources import LATEST, STDIN, SUFFIXES, of_id, only
from rtlog.recordings.tailing import is_complete

PATH: Final = b"path "
SAY: Final = b"say "
"""What a recorder tells the view beside it, a line each."""
CHUNK: Final = 65536


class Target(Protocol):
    """What to follow; asked again and again, for the answer may change."""

    lasting: bool
    """Whether another recording is waited for when one has ended."""
    earlier: int
    """Recordings that appeared before the newest one, and were followed or passed over."""

    @property
    def waiting(self) -> str:
        """What a person is told while there is nothing to follow."""

    def newest(self) -> Path | None:
        """Give the recording to follow now; `None` where there is none yet."""

    def over(self) -> bool:
        """Say whether whoever records has ended."""


class Named:
    """The recording at *path*, which need not be there yet."""

    lasting = False
    earlier = 0

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def waiting(self) -> str:
        """Say what is missing."""
        return f"{self._path}: waiting for it to be written"

    def newest(self) -> Path | None:
        """Give the path once something stands there."""
        if self._path == STDIN:
            return self._path
        try:
            return self._path if self._path.stat().st_size else None
        except OSError:
            return None

    def over(self) -> bool:
        """Say no: nobody tells."""
        return False


class Newest:
    """The newest recording of *folder*: the last one that is not complete, then each that appears."""

    lasting = False

    def __init__(self, folder: Path) -> None:
        self.earlier = 0
        self._folder = folder
        self._known = set(self._inside())
        last = max(self._known, key=_written, default=None)
        self._complete = last if last is not None and is_complete(last) else None
        self._current = None if self._complete else last

    @property
    def waiting(self) -> str:
        """Say where, and what is passed over."""
        passed = f" ({self._complete.name} is complete)" if self._complete else ""
        return f"{self._folder}: waiting for the next recording{passed}"

    def newest(self) -> Path | None:
        """Give the recording that appeared last."""
        appeared = [path for path in self._inside() if path not in self._known and _written(path)]
        if appeared:
            self._known.update(appeared)
            self.earlier += len(appeared) - (self._current is None)
            # Names begin with the moment at which the recording did.
            self._current = max(appeared)
        return self._current

    def over(self) -> bool:
        """Say no: nobody tells."""
        return False

    def _inside(self) -> list[Path]:
        try:
            return [path for path in self._folder.iterdir() if path.name.endswith(SUFFIXES)]
        except OSError:
            return []


class Told:
    """What a recorder says on standard input: paths as they appear, and lines for the person, given to *say*."""

    lasting = True
    waiting = "no session yet"

    def __init__(self, say: Callable[[str], None]) -> None:
        self.earlier = 0
        self._say = say
        self._held = b""
        self._over = False
        self._current: Path | None = None
        os.set_blocking(sys.stdin.fileno(), False)

    def newest(self) -> Path | None:
        """Give the path that was told last."""
        self._hear()
        return self._current

    def over(self) -> bool:
        """Say whether the recorder has closed its end."""
        self._hear()
        return self._over

    def _hear(self) -> None:
        while not self._over:
            try:
                data = os.read(sys.stdin.fileno(), CHUNK)
            except BlockingIOError:
                return
            self._over = not data
            *lines, self._held = (self._held + data).split(b"\n")
            for line in lines:
                self._take(line)

    def _take(self, line: bytes) -> None:
        if line.startswith(PATH):
            self.earlier += self._current is not None
            self._current = Path(os.fsdecode(line.removeprefix(PATH)))
        elif line.startswith(SAY):
            self._say(line.removeprefix(SAY).decode("utf-8", "replace"))


def target_of(name: str) -> Target:
    """Give what *name* means: a file that may not be there yet, a folder, `latest`, an id, `-`, or a glob of one."""
    path = Path(name)
    if path.is_dir():
        return Newest(path)
    if name == LATEST and not path.exists():
        return Newest(recordings_folder())
    if not path.exists():
        path = only(name) if has_magic(name) else of_id(name) or path
    return Named(path)


def _written(path: Path) -> int:
    """Give when *path* was last written, 0 where it holds nothing."""
    try:
        told = path.stat()
    except OSError:
        return 0
    return told.st_mtime_ns if told.st_size else 0
