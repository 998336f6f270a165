"""Going on with a recording that has ended, or whose recorder was killed: the next records of the same file."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.headerless import iso_ns
from rtlog.recordings.message import KindLine
from rtlog.recordings.reader import Reading, read
from rtlog.recordings.writer import Writer

CONTINUED: Final = "another run of the recorder continues here"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a recording stands: what a writer must know to go on.

    `t` is ns, `size` bytes without the footer and a `torn` last line; `unended` says that a line feed is missing there.
    """

    header: Header
    records: int
    dropped: int
    seq: int
    t: int
    conn: int
    size: int
    torn: bool = False
    unended: bool = False


class ResumedWriter(Writer):
    """A Writer that goes on in the recording at *path*, from its last whole record; a footer gives way to it.

    A torn last line is cut off and counted as a lost record; a `mark` says where the new records begin. Times go on by
    *wall*, ns since 1970. `connections` is the number of the last connection. Raises RecordingError where there is no
    recording, one without header or times, or a damaged or compressed one.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], int] = time.time_ns,
        syncer: Syncer | None = None,
        on_failure: Callable[[OSError], None] | None = None,
    ) -> None:
        found = self._found = standing(path)
        super().__init__(path, found.header, clock=clock, wall=wall, syncer=syncer, on_failure=on_failure)
        self.connections = found.conn
        self.records, self.dropped, self.size = found.records, found.dropped, found.size
        self._seq, self._t, self._lost = found.seq, found.t, int(found.torn)
        self._base = clock() - max(wall() - (iso_ns(found.header.started or "") or 0), found.t)
        self.write(KindLine("mark", found.conn + 1, {"text": CONTINUED}))

    def _open(self, *, force: bool) -> int:  # noqa: ARG002 - what is gone on with is not overwritten
        try:
            fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            os.ftruncate(fd, self._found.size)
        except OSError as error:
            raise RecordingError(self.path, f"cannot be written: {error.strerror}") from error
        self._torn = self._found.unended
        return fd


def standing(path: Path) -> Standing:
    """Find out where the recording at *path* stands. Raises RecordingError where it cannot be gone on with."""
    records = dropped = seq = t = conn = 0
    with read(path) as reading:
        for record in reading:
            records += 1
            seq, t, conn = record.seq, record.t or 0, max(conn, record.conn)
            dropped += (record.lost or 1) if record.kind == "gap" else 0
    problem = _problem(reading)
    if problem:
        raise RecordingError(path, f"{problem}; rtlog doctor --repair makes a copy that can be continued")
    start, last = _last_line(path)
    if reading.torn or reading.complete:
        return Standing(reading.header, records, dropped, seq, t, conn, start, torn=reading.torn)
    whole = last.endswith(b"\n")
    return Standing(reading.header, records, dropped, seq, t, conn, start + len(last), unended=not whole)


def _problem(reading: Reading) -> str | None:
    if not reading.has_header or iso_ns(reading.header.started or "") is None:
        return "has no header that says when it began"
    if reading.damage.total:
        return "is damaged"
    return None if reading.timed else "has records without times"


def _last_line(path: Path) -> tuple[int, bytes]:
    """Give where in the file the last line begins, and the line. Raises RecordingError where lines are not our own."""
    size, line = 0, b""
    with path.open("rb") as file:
        for line in file:
            if not size and not line.startswith(b"{"):
                raise RecordingError(path, "is compressed, or not as rtlog writes it; unpack it first")
            size += len(line)
    return size - len(line), line
