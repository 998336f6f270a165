"""What a person names where a command wants recordings: files, folders, globs, ids, `-` and `latest`."""

from collections.abc import Iterable
from glob import has_magic
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.identity import by_id
from rtlog.recordings.naming import recordings_folder

LATEST: Final = "latest"
STDIN: Final = Path("-")
SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".jsonl.zst")
"""Endings of the files that a folder is searched for; a file that is named outright may end as it likes."""


def resolve(names: Iterable[str]) -> list[Path]:
    """Give the recordings that *names* mean, in that order, each once; `Path("-")` stands for standard input.

    Raises `RecordingError` for a name that means none.
    """
    found = [path for name in names for path in _meant(name)]
    return list(dict.fromkeys(found))


def only(name: str) -> Path:
    """Give the one recording that *name* means; raises `RecordingError` where it means none or several."""
    found = resolve([name])
    if len(found) > 1:
        raise RecordingError(name, f"means {len(found)} recordings: name one")
    return found[0]


def latest() -> Path:
    """Give the newest recording of the default folder; raises `RecordingError` when there is none."""
    return max(at_hand(), key=_age)


def at_hand() -> list[Path]:
    """Give the recordings of the default folder; raises `RecordingError` when there is none."""
    folder = recordings_folder()
    recordings = _inside(folder)
    if not recordings:
        raise RecordingError(folder, "holds no recording yet: make one with `rtlog record`, or name a file")
    return recordings


def of_id(name: str) -> Path | None:
    """Give the recording of the default folder whose id begins with *name*; None where there is none.

    Raises `RecordingError` where there are several.
    """
    return by_id(name, _inside(recordings_folder()))


def newest_first(recordings: Iterable[Path]) -> list[Path]:
    """Give *recordings* in the order in which they were last written; the first is `latest`."""
    return sorted(recordings, key=_age, reverse=True)


def _meant(name: str) -> list[Path]:
    path = Path(name)
    if path == STDIN:
        return [STDIN]
    if path.is_dir():
        return _of_folder(path)
    if path.exists():
        return [path]
    if name == LATEST:
        return [latest()]
    if has_magic(name):
        return _matching(name)
    found = of_id(name)
    if found is None:
        raise RecordingError(name, "no such file or folder")
    return [found]


def _of_folder(folder: Path) -> list[Path]:
    recordings = _inside(folder)
    if not recordings:
        raise RecordingError(folder, f"holds no recording (no file that ends in {' or '.join(SUFFIXES)})")
    return recordings


def _matching(pattern: str) -> list[Path]:
    path = Path(pattern)
    anchor = Path(path.anchor)
    matches = sorted(anchor.glob(str(path.relative_to(anchor))))
    recordings = [each for match in matches for each in (_inside(match) if match.is_dir() else [match])]
    if not recordings:
        raise RecordingError(pattern, "matches no recording")
    return recordings


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIXES) and path.is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RecordingError(folder, f"cannot be searched ({error.strerror})") from error


def _age(path: Path) -> tuple[int, str]:
    """Order by when the file was last written; the name, which begins with the start, decides between equals."""
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name
