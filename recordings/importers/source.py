"""The bytes of a file that is imported, inflated where it is gzip."""

import sys
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.gunzip import Gunzip

LARGEST: Final = 1024 * 1024 * 1024
"""Bytes: a file is held in memory whole."""
_GZIP: Final = b"\x1f\x8b"
_CHUNK: Final = 1024 * 1024


def content(path: Path) -> bytes:
    """Give what *path* holds (`-`: standard input), what can be read of it where it is a damaged gzip file.

    Raises RecordingError where it cannot be read, holds more than `LARGEST` bytes or none.
    """
    try:
        if path == Path("-"):
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with path.open("rb") as file:
                gzipped = file.read(len(_GZIP)) == _GZIP
                file.seek(0)
                data = _inflated(file) if gzipped else file.read(LARGEST + 1)
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise RecordingError(path, f"holds more than {LARGEST // 1024**2} MiB: import a part of it")
    return data


def _inflated(file: BinaryIO) -> bytes:
    data, stream = bytearray(), Gunzip(file)
    try:
        while len(data) <= LARGEST and (chunk := stream.read(_CHUNK)):
            data += chunk
    except (EOFError, zlib.error):
        pass
    return bytes(data)
