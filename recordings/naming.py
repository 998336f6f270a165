"""Where recordings lie and what they are called: `recordings/2026-11-21T03-08-15Z-<id>.rtlog.jsonl`."""

import os
import secrets
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import SUFFIX

HOME_VARIABLE: Final = "RTLOG_HOME"
DEFAULT_FOLDER: Final = "recordings"

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH: Final = 26
_RANDOM_BITS: Final = 80
_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000


def new_id(wall_ns: int | None = None) -> str:
    """Give a ULID: 26 characters that sort by *wall_ns*, ns since 1970 (now, when not given)."""
    wall_ms = (time.time_ns() if wall_ns is None else wall_ns) // _NS_PER_MS
    number = wall_ms << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_ID_LENGTH)))


def rfc3339(wall_ns: int) -> str:
    """Write *wall_ns*, ns since 1970, as RFC 3339 UTC with nanoseconds."""
    seconds, nanoseconds = divmod(wall_ns, _NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def recordings_folder() -> Path:
    """Give the folder of recordings: `$RTLOG_HOME`, else `recordings/` under the current folder."""
    return Path(os.environ.get(HOME_VARIABLE) or DEFAULT_FOLDER)


def file_name(wall_ns: int, recording_id: str) -> str:
    """Name the recording that started at *wall_ns*, ns since 1970."""
    started = datetime.fromtimestamp(wall_ns // _NS_PER_S, UTC)
    return f"{started:%Y-%m-%dT%H-%M-%SZ}-{recording_id}{SUFFIX}"


def numbered(path: Path, number: int) -> Path:
    """Give the path of the *number*-th recording of a run that was told to write to *path*; the first is *path*."""
    if number == 1:
        return path
    suffix = SUFFIX if path.name.endswith(SUFFIX) else path.suffix
    return path.with_name(f"{path.name.removesuffix(suffix)}-{number}{suffix}")


def check_plain(path: Path) -> None:
    """Raise RecordingError where *path* asks for what cannot be recorded to: standard output, a compressed file."""
    if path == Path("-"):
        raise RecordingError(path, "a recording is made in a file: name one with -o")
    if path.name.endswith((".gz", ".zst")):
        raise RecordingError(path, "cannot be compressed while it is recorded: choose another name with -o")


def check_writable(path: Path, *, force: bool = False) -> None:
    """Say before anything is started whether a recording can be made at *path*, a file or a folder.

    Raises RecordingError when the file exists and *force* is false, or cannot be made; makes nothing itself.
    """
    check_plain(path)
    folder = path if path.is_dir() else path.absolute().parent
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        # Tried, not asked: permission bits know nothing of read-only and special file systems.
        tempfile.TemporaryFile(dir=existing).close()
    except OSError as error:
        raise RecordingError(path, f"cannot be written: {error.strerror}; choose another place with -o") from error
    if path.exists() and not path.is_dir() and not force:
        raise RecordingError(path, "already exists; use --force to overwrite it, or another -o")
