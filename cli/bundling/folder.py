"""A folder that appears whole or not at all, and never takes the place of what it did not make."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RecordingError

OWN: Final = ("report.md", "timeline.html")
RECORDING: Final = ".jsonl.gz"


def is_of_report(path: Path) -> bool:
    """Say whether *path* is a file that a report consists of, by its name."""
    return path.is_file() and (path.name in OWN or path.name.endswith(RECORDING))


@contextmanager
def folder_at(
    path: Path, *, force: bool, is_own: Callable[[Path], bool] = is_of_report, what: str = "report"
) -> Iterator[Path]:
    """Give an empty folder that becomes *path* when the block ends without an error; its owner alone can read it.

    Raises RecordingError where *path* exists and *force* is false, or is anything but an earlier *what*, all of whose
    files *is_own* knows, or cannot be made.
    """
    refuse(path, force=force, is_own=is_own, what=what)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield draft
        refuse(path, force=force, is_own=is_own, what=what)
        _publish(draft, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def refuse(path: Path, *, force: bool, is_own: Callable[[Path], bool] = is_of_report, what: str = "report") -> None:
    """Raise RecordingError where a new *what* may not be put at *path*."""
    if not os.path.lexists(path):
        return
    if not force:
        raise RecordingError(path, "already exists; use --force to overwrite it, or another -o")
    if path.is_symlink() or not path.is_dir() or not all(map(is_own, path.iterdir())):
        raise RecordingError(path, f"is no earlier {what}, or holds other files too: choose another place with -o")


def _publish(draft: Path, path: Path) -> None:
    if not path.exists():
        draft.rename(path)
        return
    before = draft.with_name(f"{draft.name}.before")
    path.rename(before)
    try:
        draft.rename(path)
    except OSError:
        before.rename(path)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _unwritable(path: Path, error: OSError) -> RecordingError:
    return RecordingError(path, f"cannot be written: {error.strerror}; choose another place with -o")
