"""Inflating a gzip file that may be cut or damaged: all that can be read is given before the error is raised."""

import io
import zlib
from typing import BinaryIO, Final

_CHUNK: Final = 8 * 1024
"""Bytes inflated at a time: what a damaged byte costs at most."""

_GZIP_WINDOW: Final = 31
"""zlib's word for "a gzip header, and the largest window"."""


class Gunzip(io.RawIOBase):
    """The inflated bytes of *file*, member after member.

    Reading raises `EOFError` where the data ends before its end, and `zlib.error` where it is damaged.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._held = b""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill *buffer* with inflated bytes and give their number; 0 at the end."""
        while True:
            if not self._held:
                self._held = self._file.read(_CHUNK)
            if self._member.eof and not self._held.strip(b"\0"):
                return 0
            if not self._held:
                raise EOFError("the compressed data ends early")
            data = self._inflated(len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)

    def _inflated(self, size: int) -> bytes:
        if self._member.eof:
            self._member = zlib.decompressobj(_GZIP_WINDOW)
        data = self._member.decompress(self._held, size)
        self._held = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return data
