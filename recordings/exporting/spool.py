"""What is read in one order and written in another: on the disk meanwhile, so that memory does not grow with it."""

from bisect import bisect_right
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

IN_MEMORY: Final = 4 * 1024 * 1024
PIECE: Final = 256 * 1024


class Spool:
    """A temporary file to which strips are added, and from which they are read."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile[bytes](IN_MEMORY)
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, data: bytes, *strips: "Strip") -> None:
        """Append *data*, and say to each of *strips* that it goes on with it."""
        self._file.seek(self._size)
        self._file.write(data)
        for strip in strips:
            strip.extend(self._size, len(data))
        self._size += len(data)

    def read(self, strip: "Strip") -> Iterator[bytes]:
        """Give the bytes of *strip* in pieces."""
        for begin, size in strip.pieces():
            for offset in range(0, size, PIECE):
                self._file.seek(begin + offset)
                yield self._file.read(min(PIECE, size - offset))


class Strip:
    """Bytes of a spool that belong together, wherever they lie."""

    __slots__ = ("_begins", "_places", "size")

    def __init__(self) -> None:
        self.size = 0
        self._begins: list[int] = []
        """Where each piece begins within the strip."""
        self._places: list[int] = []
        """Where it begins in the spool."""

    def extend(self, place: int, size: int) -> None:
        """Go on with *size* bytes at *place* of the spool."""
        if not self._places or self._places[-1] + self.size - self._begins[-1] != place:
            self._begins.append(self.size)
            self._places.append(place)
        self.size += size

    def pieces(self) -> Iterator[tuple[int, int]]:
        """Give place and size of each piece."""
        ends = [*self._begins[1:], self.size]
        for begin, end, place in zip(self._begins, ends, self._places, strict=True):
            yield place, end - begin

    def part(self, begin: int, end: int) -> "Strip":
        """Give the bytes from *begin* to before *end*, as far as the strip has them."""
        found, begin, end = Strip(), max(begin, 0), min(end, self.size)
        index = max(bisect_right(self._begins, begin) - 1, 0)
        while begin < end:
            behind = self._begins[index + 1] if index + 1 < len(self._begins) else self.size
            stop = min(behind, end)
            found.extend(self._places[index] + begin - self._begins[index], stop - begin)
            begin, index = stop, index + 1
        return found
