"""Recordings compressed with zstd: by Python's own library from 3.14 on, by the extra `zst` before."""

import io
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from rtlog.recordings.errors import RecordingError

ZSTD: Final = ".zst"
MAGIC: Final = b"\x28\xb5\x2f\xfd"
MISSING: Final = "is compressed with zstd, which this Python cannot: pip install 'rtlog[zst]', or compress with gzip"
EARLY: Final = "the compressed data ends early"
_CHUNK: Final = 8 * 1024
"""Bytes of compressed data read at a time: what a damaged byte costs at most."""
LARGEST_WINDOW: Final = 1 << 27
"""Bytes that a file may ask to be kept in memory while it is read: as `zstd` itself allows."""


class Unzstd(io.RawIOBase):
    """The bytes that are compressed in *file*, frame after frame; *name* is what messages call it.

    Reading raises `OSError` where the data is damaged, and where it can be told, `EOFError` where it ends early.
    Raises RecordingError where nothing is installed that reads zstd.
    """

    def __init__(self, file: BinaryIO, name: str | Path) -> None:
        super().__init__()
        self._source, self._error = _reader(file, name)
        self._read = False

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill *buffer* with bytes and give their number; 0 at the end."""
        try:
            size = self._source.readinto(buffer) or 0
        except self._error as error:
            raise OSError(f"damaged zstd data: {error}") from error
        except EOFError as error:
            raise EOFError(EARLY) from error
        if not size and not self._read:
            raise EOFError(EARLY)
        self._read = self._read or size > 0
        return size


def packed(file: BinaryIO, name: str | Path) -> BinaryIO:
    """Give the stream that compresses into *file*, which stays open when it is closed.

    Raises RecordingError where nothing is installed that writes zstd.
    """
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - only for such a file

        return cast("BinaryIO", zstd.ZstdFile(file, "w"))
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise RecordingError(name, MISSING) from error
    writer: Any = zstandard.ZstdCompressor().stream_writer(file, closefd=False)
    return cast("BinaryIO", io.BufferedWriter(writer))


def _reader(file: BinaryIO, name: str | Path) -> tuple[io.RawIOBase, type[Exception]]:
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - only for such a file

        options = {zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW.bit_length() - 1}
        return cast("io.RawIOBase", zstd.ZstdFile(file, options=options)), zstd.ZstdError
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise RecordingError(name, MISSING) from error
    reader: Any = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).stream_reader(
        file, read_size=_CHUNK, read_across_frames=True, closefd=False
    )
    return cast("io.RawIOBase", reader), zstandard.ZstdError
