"""The copy of a recording as a file: packed as its name says, there whole or not at all, and never over another."""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import SUFFIX
from rtlog.recordings.sources import STDIN
from rtlog.recordings.zstd import ZSTD, packed

GZIP: Final = ".gz"
PACKINGS: Final = (GZIP, ZSTD)
ENDINGS: Final = (SUFFIX, ".jsonl")


@contextmanager
def copy_at(path: Path, source: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Give the stream of a new file at *path* (`-`: standard output), a copy of *source* that its owner alone can read.

    It appears when the block ends without an error. A name that ends in `.gz` or `.zst` is compressed, the
    same bytes for the same content. Raises RecordingError where it is *source*, exists and *force* is false, or cannot
    be written.
    """
    if path == STDIN:
        yield sys.stdout.buffer
        return
    if path.exists() and source.exists() and path.samefile(source):
        raise RecordingError(path, "is the recording itself, which stays as it is: choose another place with -o")
    refuse_existing(path, force=force)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        draft = Path(name)
        try:
            with os.fdopen(number, "wb") as file, _written(path, file) as stream:
                yield stream
            _publish(draft, path, force=force)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(path, f"cannot be written: {error.strerror}; choose another place with -o") from error


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise RecordingError where something is at *path* already and *force* is false, or what is no file."""
    if path.is_dir():
        raise RecordingError(path, "is a folder: name the file in it")
    if path.exists() and not path.is_file():
        raise RecordingError(path, "is a device or a pipe, which no file may replace: choose another place with -o")
    if not force and os.path.lexists(path):
        raise RecordingError(path, "already exists; use --force to overwrite it, or another -o")


def named_after(source: Path, what: str) -> Path:
    """Name the copy of *source* that is *what*: beside it, `call.rtlog.jsonl` becomes `call.scrubbed.rtlog.jsonl`."""
    packing = next((each for each in PACKINGS if source.name.endswith(each)), "")
    name = source.name.removesuffix(packing)
    ending = next((each for each in ENDINGS if name.endswith(each)), SUFFIX)
    return source.with_name(f"{name.removesuffix(ending)}.{what}{ending}{packing}")


@contextmanager
def _written(path: Path, draft: BinaryIO) -> Iterator[BinaryIO]:
    if path.name.endswith(ZSTD):
        with packed(draft, path) as stream:
            yield stream
        return
    if not path.name.endswith(GZIP):
        yield draft
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=draft, mtime=0) as stream:
        yield cast("BinaryIO", stream)


def _publish(draft: Path, path: Path, *, force: bool) -> None:
    """Give *draft* its name; a file that has appeared there meanwhile stays unless *force* says otherwise."""
    if not force:
        try:
            os.link(draft, path)
        except OSError:
            # It exists, or this is a file system without hard links, where one that appears right now is not noticed.
            refuse_existing(path, force=False)
        else:
            return
    draft.replace(path)
