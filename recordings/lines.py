"""The lines of a recording: from a path, standard input or an open file; plain or packed; finished or still growing."""

import io
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, cast

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.gunzip import Gunzip
from rtlog.recordings.zstd import MAGIC, Unzstd

BUFFER: Final = 256 * 1024
MAX_LINE: Final = 256 * 1024 * 1024
"""Bytes of the longest line that is read: four times the longest message that a recorder keeps."""

UNREADABLE: Final = (OSError, EOFError, zlib.error)
"""What reading on can raise: a failing disk, compressed data that is cut or damaged."""

_POLL_S: Final = 0.05
_HEAD: Final = 4096
_GZIP: Final = b"\x1f\x8b"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"


class Lines:
    """Gives the lines of *source* with their line breaks; `name` is what messages call it.

    With *follow* the end of the file is waited at until somebody closes the lines.
    Raises `RecordingError` for what is missing, a directory, empty, or no text.
    """

    def __init__(self, source: Path | str | BinaryIO, *, follow: bool = False) -> None:
        self.name = _name(source)
        self._borrowed = not isinstance(source, str | Path)
        self._follow = follow
        try:
            self._file = self._opened = _open(source)
            self._first = self._check()
        except OSError as error:
            raise RecordingError(self.name, f"cannot be read ({reason_of(error)})") from error

    def __iter__(self) -> Iterator[bytes]:
        """Give each line with its line break; may raise one of `UNREADABLE`."""
        if self._first.startswith(_BOM):
            self._file.read(len(_BOM))
        # No generator around the file's own iteration: it would be a tenth of the time of reading.
        return self._followed() if self._follow else iter(partial(self._file.readline, MAX_LINE), b"")

    @property
    def has_bom(self) -> bool:
        """Whether the text begins with a byte order mark."""
        return self._first.startswith(_BOM)

    def stop_following(self) -> None:
        """Take the end of the file, once it is reached, for the end."""
        self._follow = False

    def close(self) -> None:
        """Close what was opened here; a file that was handed in stays open."""
        self.stop_following()
        if self._file is not self._opened:
            self._file.close()
        if not self._borrowed:
            self._opened.close()
        else:
            # Raises where it is closed, or was detached by an earlier call.
            with suppress(ValueError):
                self._opened.detach()

    def _followed(self) -> Iterator[bytes]:
        held = b""
        while True:
            held += self._file.readline(MAX_LINE)
            if held.endswith(b"\n"):
                yield held
                held = b""
            elif self._follow:
                time.sleep(_POLL_S)
            else:
                break
        if held:
            yield held

    def _check(self) -> bytes:
        first = self._file.peek(len(_BOM))
        if first.startswith(_GZIP):
            self._file = io.BufferedReader(Gunzip(self._file), BUFFER)
            first = self._peek_unzipped("gzip")
        elif first.startswith(MAGIC):
            self._file = io.BufferedReader(Unzstd(self._file, self.name), BUFFER)
            first = self._peek_unzipped("zstd")
        if not first and not self._follow:
            raise self._refuse("is empty: nothing was recorded")
        if first.startswith(_UTF16):
            raise self._refuse("is UTF-16 text: save it as UTF-8")
        if b"\0" in first[:_HEAD] and b"{" not in first[:_HEAD]:
            raise self._refuse("is a binary file, not a recording")
        return first

    def _peek_unzipped(self, how: str) -> bytes:
        try:
            return self._file.peek(len(_BOM))
        except UNREADABLE as error:
            raise self._refuse(f"is no readable {how} file ({reason_of(error)})") from error

    def _refuse(self, problem: str) -> RecordingError:
        self.close()
        return RecordingError(self.name, problem)


def _name(source: Path | str | BinaryIO) -> str:
    if isinstance(source, str | Path):
        return "stdin" if str(source) == "-" else str(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "stream"


def _open(source: Path | str | BinaryIO) -> io.BufferedReader:
    if not isinstance(source, str | Path):
        return io.BufferedReader(cast("io.RawIOBase", source), BUFFER)
    standard_input = str(source) == "-"
    return io.BufferedReader(io.FileIO(0 if standard_input else source, closefd=not standard_input), BUFFER)


def unreadable_rest(source: Path, error: Exception) -> RecordingError:
    """Give what to raise where *source* cannot be copied to its end because of *error*, one of `UNREADABLE`."""
    told = f"cannot be read further ({reason_of(error)}): `rtlog doctor --repair` copies what can be read"
    return RecordingError(source, told)


def reason_of(error: Exception) -> str:
    """Say in a few words why reading failed."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
