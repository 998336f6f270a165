"""A recording of a long run in several files, each complete in itself: a header, records from number 1, a footer."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import orjson
from msgspec.structs import replace

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.naming import new_id, rfc3339
from rtlog.recordings.writer import Line, Writer

if TYPE_CHECKING:
    import threading

BYTES_PER_MB: Final = 10**6
NS_PER_MINUTE: Final = 60 * 10**9
CONTINUES: Final = "continues"
"""In a header: the id of the recording whose next records these are."""
CONTINUED: Final = "continued"
"""In a footer: the id of the recording that has the next records."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a file is full: at `size` bytes or after `age` ns, whichever comes first; `None` is never."""

    size: int | None = None
    age: int | None = None

    @classmethod
    def after(cls, megabytes: float | None, minutes: float | None) -> Self | None:
        """Give the rotation at that size or age; None where neither is given."""
        if megabytes is None and minutes is None:
            return None
        return cls(
            None if megabytes is None else round(megabytes * BYTES_PER_MB),
            None if minutes is None else round(minutes * NS_PER_MINUTE),
        )


class RotatingWriter(Writer):
    """A Writer that goes on in a new file where *rotation* says so, before the record that comes then.

    *next_path* names the file of a header that began at so many ns since 1970. Where that cannot be made, the file at
    hand goes on. The other parameters are those of Writer.
    """

    def __init__(  # noqa: PLR0913 - those of Writer, and two
        self,
        path: Path,
        header: Header,
        rotation: Rotation,
        next_path: Callable[[Header, int], Path],
        *,
        force: bool = False,
        clock: Callable[[], int] = time.monotonic_ns,
        wall: Callable[[], int] = time.time_ns,
        syncer: Syncer | None = None,
        on_failure: Callable[[OSError], None] | None = None,
        begun: int | None = None,
    ) -> None:
        super().__init__(
            path, header, force=force, clock=clock, wall=wall, syncer=syncer, on_failure=on_failure, begun=begun
        )
        self._paths = [path]
        self._rotation = rotation
        self._next_path = next_path
        self._force = force
        self._wall = wall
        self._before = 0
        self._lost_before = False
        self._continued = ""
        self._releasing: list[threading.Thread] = []
        """They make the files before durable, and close them."""

    @property
    def paths(self) -> list[Path]:
        """The files so far, the one at hand last."""
        return self._paths

    @property
    def written(self) -> int:
        """Bytes of all files."""
        return self._before + self.size

    @property
    def lossy(self) -> bool:
        """Whether any record was lost, in any of the files."""
        return self._lost_before or super().lossy

    def write(self, line: Line, at: int | None = None) -> None:
        """Append *line*, seen at *at* (ns of the clock; now, when not given), to the file at hand or to a new one."""
        with self._lock:
            seen = self.clock() if at is None else at
            if self._is_full(seen):
                self._turn(seen)
            super().write(line, seen)

    def write_all(self, lines: Sequence[Line], at: int | None = None) -> None:
        """Append *lines* one by one: any of them may be the first of a new file."""
        for line in lines:
            self.write(line, at)

    def close(self, patience: float | None = None) -> bool:
        """Close the file at hand as Writer does, and wait as long for those before."""
        closed = super().close(patience)
        for each in self._releasing:
            each.join(patience)
        return closed and not any(each.is_alive() for each in self._releasing)

    def _is_full(self, seen: int) -> bool:
        size, age = self._rotation.size, self._rotation.age
        if self.closed or not self.records:
            return False
        return (size is not None and self.size >= size) or (age is not None and seen - self._base >= age)

    def _turn(self, seen: int) -> None:
        wall_ns = self._wall() - (self.clock() - seen)
        more = self.header.more | {CONTINUES: self.header.id}
        header = replace(self.header, id=new_id(wall_ns), started=rfc3339(wall_ns), more=more)
        try:
            path = self._next_path(header, wall_ns)
            following = Writer(path, header, force=self._force, clock=self.clock, begun=seen)
        except RecordingError as error:
            self._rotation = Rotation()
            cause = error.__cause__
            self._tell(cause if isinstance(cause, OSError) else OSError(str(error)))
            return
        ended = self._end(header.id)
        self._take_over(following)
        self._paths.append(path)
        aside = None if ended is None else self._released_aside(ended)
        self._releasing = [each for each in (*self._releasing, aside) if each is not None and each.is_alive()]

    def _end(self, following: str) -> int | None:
        """End the file at hand with a footer that names the *following* one; give it, to be released."""
        self._continued = following
        try:
            self._append(self._ending())
        except OSError as error:
            self._tell(error)
        self._continued = ""
        self._before += self.size
        self._lost_before = self.lossy
        return self._fd

    def _take_over(self, following: Writer) -> None:
        """Go on where *following*, which is nobody else's, has begun."""
        self.path, self.header, self.size = following.path, following.header, following.size
        self.records = self.dropped = self._seq = self._t = self._lost = 0
        self._torn = False
        self._base, self._fd = following._base, following._fd  # noqa: SLF001 - it was made to be taken over
        following._fd = None  # noqa: SLF001

    def _ending(self) -> bytes:
        *gap, footer = super()._ending().splitlines(keepends=True)
        if self._continued:
            footer = orjson.dumps(orjson.loads(footer) | {CONTINUED: self._continued}) + b"\n"
        return b"".join([*gap, footer])
