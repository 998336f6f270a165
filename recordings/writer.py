"""The recording file: a header, one `write()` a record or for those that came at once, and a footer after a clean end.

A record reaches the file whole or not at all: what a full disk cut short is cut off again, so every complete line
parses and `kill -9` costs nothing that was handed over. A failing disk never raises into the session: losses are
counted, told once, and written as a `gap` as soon as the disk takes one again.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import orjson
from msgspec.structs import replace

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import Footer, Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.naming import check_plain, rfc3339

PRIVATE: Final = 0o600
REMOVED: Final = "was removed while it was written"
UNSYNCABLE: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
"""How file systems refuse to make any file durable, which says nothing of this one."""


UNSAYABLE: Final = "an event that JSON cannot say"
OVERHEAD: Final = 512
"""Bytes that a line takes beside its text, while it waits."""


class Line(Protocol):
    """Anything that can say itself as one line of a recording, once it knows its place."""

    @property
    def weight(self) -> int:
        """About how many bytes it takes while it waits for the disk."""

    def encode(self, seq: int, t: int | None) -> bytes:
        """Give the line, with its line feed, for the *seq*-th record at *t* ns, `None` where nobody knows when."""


class Gap:
    """*lost* records are missing here; *reason* where it is not the disk's doing."""

    def __init__(self, lost: int, conn: int = 1, reason: str | None = None) -> None:
        self.lost = lost
        self.conn = conn
        self.reason = reason

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return OVERHEAD

    def encode(self, seq: int, t: int | None) -> bytes:
        """Give the line, without a time where *t* is `None`."""
        time = {} if t is None else {"t": t}
        fields = {"kind": "gap", "seq": seq, **time, "conn": self.conn, "lost": self.lost}
        return orjson.dumps(fields | ({"reason": self.reason} if self.reason else {})) + b"\n"


class Writer:
    """One recording file, open for appending; safe to use from several threads.

    It begins at *begun*, ns of *clock*, or now: *header* gets that moment by *wall* as its `started`, and `t` counts
    from it and never decreases. *on_failure* is told once when the disk refuses a record. With a *syncer* the file is
    made durable at its interval. An existing file is refused unless *force* (then it is replaced).
    Raises RecordingError when the file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        *,
        force: bool = False,
        clock: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], int] = time.time_ns,
        syncer: Syncer | None = None,
        on_failure: Callable[[OSError], None] | None = None,
        begun: int | None = None,
    ) -> None:
        self.path = path
        self.clock = clock
        self.records = 0
        self.size = 0
        self.dropped = 0
        self._seq = 0
        self._t = 0
        self._lost = 0
        self._torn = False
        self._told = False
        self._unsafe = False
        self._closing: threading.Thread | None = None
        self._on_failure = on_failure
        self._lock = threading.RLock()
        now = clock()
        self._base = now if begun is None else begun
        self.header = replace(header, started=header.started or rfc3339(wall() - (now - self._base)))
        self._fd: int | None = self._open(force=force)
        self._syncer = syncer
        if syncer:
            syncer.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def lossy(self) -> bool:
        """Whether any record was lost, or may be: its file was removed, or could not be made durable."""
        return self._unsafe or self.dropped + self._lost > 0

    @property
    def paths(self) -> list[Path]:
        """The recording's files, the one at hand last."""
        return [self.path]

    @property
    def written(self) -> int:
        """Bytes of all its files."""
        return self.size

    @property
    def closed(self) -> bool:
        """Whether the footer was written and no more records are taken."""
        return self._fd is None

    def write(self, line: Line, at: int | None = None) -> None:
        """Append *line*, seen at *at* (ns of the clock; now, when not given). Never raises for the disk's sake."""
        with self._lock:
            if self._fd is None:
                return
            t = self._moment(at)
            self._seq += 1
            gap = Gap(self._lost).encode(self._seq, t) if self._lost else b""
            line, data = _said(line, self._seq + 1 if gap else self._seq, t)
            try:
                self._append(gap + data)
            except OSError as error:
                self._lose(error)
                return
            if self._lost:
                self._seq += 1
            self._count(line, 2 if self._lost else 1)

    def write_all(self, lines: Sequence[Line], at: int | None = None) -> None:
        """Append *lines*, all seen at *at*, in one write; where the disk refuses that, each for itself."""
        with self._lock:
            if self._fd is not None and not self._lost and len(lines) > 1:
                t = self._moment(at)
                # What fails here is found out line by line.
                with suppress(Exception):
                    self._append(b"".join([line.encode(seq, t) for seq, line in enumerate(lines, self._seq + 1)]))
                    self._seq += len(lines)
                    for line in lines:
                        self._count(line, 1)
                    return
            for line in lines:
                self.write(line, at)

    def close(self, patience: float | None = None) -> bool:
        """Write the footer and close the file, durable where that is wished; closing twice is closing once.

        What `finish` began is waited for at most *patience* seconds. Say whether the file is closed.
        """
        fd = self._ended()
        if fd is not None:
            self._release(fd)
        elif self._closing is not None:
            self._closing.join(patience)
            return not self._closing.is_alive()
        return True

    def finish(self) -> None:
        """Write the footer; nobody waits for the disk to make the file durable, unless by `close`."""
        fd = self._ended()
        if fd is not None:
            self._closing = self._released_aside(fd)

    def _ended(self) -> int | None:
        """Write the footer and give the file, which takes no more records; `None` where it was ended before."""
        with self._lock:
            if self._fd is None:
                return None
            try:
                self._append(self._ending())
            except OSError as error:
                self._tell(error)
            fd, self._fd = self._fd, None
            if self._syncer:
                self._syncer.remove(self)
            return fd

    def sync(self) -> None:
        """Make what is written durable (fdatasync); called from the syncer's thread, holding nothing up."""
        with self._lock:
            if self._fd is None:
                return
            try:
                # A copy, which stays this file's where the descriptor is closed and given to another meanwhile.
                fd = os.dup(self._fd)
            except OSError:
                return
        self._release(fd)

    def _released_aside(self, fd: int) -> threading.Thread | None:
        """Let a thread release *fd*; where none can be had, as at the end of a program, it is done here."""
        aside = threading.Thread(target=self._release, args=(fd,), name="rtlog-closing", daemon=True)
        try:
            aside.start()
        except RuntimeError:
            self._release(fd)
            return None
        return aside

    def _release(self, fd: int) -> None:
        """Close *fd*, durable where that is wished, and tell where its records are not safe."""
        try:
            if self._syncer:
                os.fdatasync(fd)
            if not os.fstat(fd).st_nlink:
                raise FileNotFoundError(errno.ENOENT, REMOVED)
        except OSError as error:
            if error.errno not in UNSYNCABLE:
                self._unsafe = True
                self._tell(error)
        finally:
            os.close(fd)

    def _moment(self, at: int | None) -> int:
        self._t = max(self._t, (self.clock() if at is None else at) - self._base)
        return self._t

    def _open(self, *, force: bool) -> int:
        """Make the file, with its header; raises RecordingError."""
        told = orjson.dumps(self.header.told())
        self._fd = _create(self.path, force=force)
        try:
            self._append(told + b"\n")
        except OSError as error:
            os.close(self._fd)
            self.path.unlink(missing_ok=True)
            raise _cannot_write(self.path, error) from error
        return self._fd

    def _ending(self) -> bytes:
        gap = b""
        if self._lost:
            gap = Gap(self._lost).encode(self._seq + 1, max(self._t, self.clock() - self._base))
            self._count(None, 1)
        footer = Footer(records=self.records, dropped=self.dropped)
        return gap + orjson.dumps(footer.told()) + b"\n"

    def _count(self, line: Line | None, written: int) -> None:
        self.records += written
        if self._lost or isinstance(line, Gap):
            self.dropped += self._lost + (line.lost if isinstance(line, Gap) else 0)
            self._lost = 0

    def _append(self, data: bytes) -> None:
        """Append whole lines or nothing; raises OSError when the disk takes nothing."""
        if self._fd is None:
            return
        if self._torn:
            data = b"\n" + data
        written, size = os.write(self._fd, data), len(data)
        if written < size:
            self._complete(self._fd, data, written)
        self._torn = False
        self.size += size

    def _complete(self, fd: int, data: bytes, written: int) -> None:
        try:
            while written < len(data):
                written += os.write(fd, data[written:])
        except OSError:
            self._cut(written)
            raise

    def _cut(self, written: int) -> None:
        """Take back the *written* bytes of a line that did not fit; a line feed ends it where that fails too."""
        if self._fd is None:
            return
        try:
            os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
        except OSError:
            self._torn = True

    def _lose(self, error: OSError) -> None:
        self._lost += 1
        self._tell(error)

    def _tell(self, error: OSError) -> None:
        if self._told:
            return
        self._told = True
        if self._on_failure:
            self._on_failure(error)


def _said(line: Line, seq: int, t: int | None) -> tuple[Line, bytes]:
    """Encode *line*, or the gap that stands for one that no JSON can say."""
    try:
        return line, line.encode(seq, t)
    except Exception:  # noqa: BLE001 - whatever a program tells, its session goes on
        gap = Gap(1, reason=UNSAYABLE)
        return gap, gap.encode(seq, t)


def _create(path: Path, *, force: bool) -> int:
    check_plain(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        if force:
            # Replaced, not truncated: whoever reads the old file keeps it whole.
            path.unlink(missing_ok=True)
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
    except FileExistsError as error:
        raise RecordingError(path, "already exists; use --force to overwrite it, or another -o") from error
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> RecordingError:
    return RecordingError(path, f"cannot be written: {error.strerror}; choose another place with -o")
