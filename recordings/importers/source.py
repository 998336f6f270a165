"""The bytes of a file that is imported: unpacked where it is compressed, and UTF-8 where it is UTF-16."""

import zlib
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.gunzip import Gunzip
from rtlog.recordings.lines import reason_of
from rtlog.recordings.zstd import MAGIC, Unzstd

LARGEST: Final = 1024 * 1024 * 1024
"""Bytes: a file is held in memory whole."""
_GZIP: Final = b"\x1f\x8b"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, and where it could not be unpacked to its end, why."""

    data: bytes
    damage: str | None = None


def content(path: Path) -> Content:
    """Give what *path* holds (`-`: standard input), what can be read of it where it is a damaged packed file.

    Raises RecordingError where it cannot be read, holds more than `LARGEST` bytes or none.
    """
    try:
        source = 0 if path == Path("-") else path
        with open(source, "rb", closefd=source != 0) as file:
            read = _read(file, path)
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror or error}") from error
    if not read.data:
        raise RecordingError(path, f"cannot be read: {read.damage}" if read.damage else "is empty")
    if len(read.data) > LARGEST:
        raise RecordingError(path, f"holds more than {LARGEST // 1024**2} MiB: import a part of it")
    if read.data.startswith(_UTF16):
        return Content(read.data.decode("utf-16", "replace").encode(), read.damage)
    return read


def _read(file: BufferedReader, path: Path) -> Content:
    first = file.peek(len(MAGIC))
    if first.startswith(_GZIP):
        return _unpacked(Gunzip(file))
    if first.startswith(MAGIC):
        return _unpacked(Unzstd(file, path))
    return Content(file.read(LARGEST + 1))


def _unpacked(stream: RawIOBase) -> Content:
    data = bytearray()
    try:
        while len(data) <= LARGEST and (chunk := stream.read(_CHUNK)):
            data += chunk
    except (OSError, EOFError, zlib.error) as error:
        return Content(bytes(data), reason_of(error))
    return Content(bytes(data))
