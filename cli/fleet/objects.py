"""Recordings in object stores: what fsspec reaches by a URL; the extra `s3` for Amazon's and those that speak like it.

Addresses and credentials are the store's own settings (`AWS_ENDPOINT_URL`, `AWS_PROFILE` …), never ours.
"""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from glob import has_magic
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeGuard

from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.sources import SUFFIXES, resolve

SCHEME: Final = "://"
WEB: Final = ("http://", "https://")
ADDRESS: Final = re.compile(r"https?://[^\s'\"<>]+")
BLOCK: Final = 4 << 20
"""Bytes that are asked for at once: most recordings come in one request, and a long one takes no more memory."""


def is_url(name: object) -> TypeGuard[str]:
    """Say whether *name* is a URL, and no file."""
    return isinstance(name, str) and SCHEME in name


def resolve_all(names: Iterable[str]) -> list[Path | str]:
    """Give the recordings that *names* mean, files and objects, in that order, each once.

    Raises RecordingError for a name that means none, RtlogError where what reads objects is not installed.
    """
    found = [source for name in names for source in (_objects(name) if is_url(name) else resolve([name]))]
    return list(dict.fromkeys(found))


def shown(url: str) -> str:
    """Give *url* as it may be printed: an HTTP address without a user's password, or a signature in its query."""
    if not url.startswith(WEB):
        return url
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@contextmanager
def opened(url: str) -> Iterator["ObjectFile"]:
    """Open the object at *url*; raises RecordingError where it cannot be read, or could not be read to its end."""
    name = shown(url)
    try:
        store, path = _store(url)
        file = store.open(path, "rb", block_size=BLOCK, cache_type="readahead")
    except RtlogError:
        raise
    except Exception as error:  # every store raises its own
        raise RecordingError(name, f"cannot be read ({_first_line(error)})") from error
    reading = ObjectFile(file, name)
    try:
        yield reading
    finally:
        with suppress(Exception):  # what was read is what counts
            file.close()
        if reading.failure is not None:
            raise RecordingError(name, f"cannot be read to its end ({_first_line(reading.failure)})")


class ObjectFile(io.RawIOBase):
    """The bytes of an object; a store's error is an OSError to whoever reads, and is kept in `failure`."""

    def __init__(self, file: Any, name: str) -> None:  # noqa: ANN401 - fsspec has no types
        super().__init__()
        self.name = name
        self.failure: Exception | None = None
        self._file = file

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill *buffer* and give the number of bytes; 0 at the end."""
        try:
            data = self._file.read(len(buffer))
        except Exception as error:
            self.failure = error
            raise OSError(_first_line(error)) from error
        buffer[: len(data)] = data
        return len(data)


def _objects(url: str) -> list[str]:
    """Give the recordings that *url* means: an object, a folder's own, or what a pattern matches."""
    try:
        store, path = _store(url)
        if url.startswith(WEB):
            return [url]
        if has_magic(path):
            found = store.glob(path)
        elif store.isdir(path):
            found = [each for each in store.ls(path, detail=False) if str(each).endswith(SUFFIXES)]
        else:
            found = [path]
        urls = sorted(str(store.unstrip_protocol(each)) for each in found if not str(each).endswith("/"))
    except RtlogError:
        raise
    except Exception as error:  # every store raises its own
        raise RecordingError(shown(url), f"cannot be listed ({_first_line(error)})") from error
    if not urls:
        raise RecordingError(shown(url), "matches no recording")
    return urls


def _store(url: str) -> tuple[Any, str]:
    try:
        core = import_module("fsspec.core")
    except ImportError as error:
        raise RtlogError(f"{shown(url)}: objects are read through fsspec: pip install 'rtlog[s3]'") from error
    try:
        store, path = core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise RtlogError(f"{shown(url)}: no such store can be read: {_first_line(error)}") from error
    return store, path


def _first_line(error: BaseException) -> str:
    line = (str(error).splitlines() or [""])[0] or type(error).__name__
    return ADDRESS.sub(lambda found: shown(found[0]), line)
