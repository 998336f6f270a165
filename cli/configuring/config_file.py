"""Which file configures a run: found without parsing anything, so that a run without one pays nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RtlogError

OWN: Final = "rtlog.toml"
PYPROJECT: Final = "pyproject.toml"
SECTION: Final = re.compile(
    rb"""^[ \t]*\[[ \t"']*tool[ \t"']*\] | ^[ \t"']*tool[ \t"']*= | \btool[ \t"']*\.[ \t"']*rtlog\b""",
    re.MULTILINE | re.VERBOSE,
)
"""What a pyproject.toml with a `[tool.rtlog]` must hold, however it is spelled; most hold no such thing."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file's place and bytes."""

    path: Path
    content: bytes

    @property
    def is_pyproject(self) -> bool:
        """Whether the settings stand below `[tool.rtlog]` rather than at the top."""
        return self.path.name == PYPROJECT


def candidates(start: Path) -> list[Path]:
    """Give where a configuration may stand, nearest first; `rtlog.toml` before `pyproject.toml` in each folder."""
    return [folder / name for folder in (start, *start.parents) for name in (OWN, PYPROJECT)]


def named(path: Path) -> ConfigFile:
    """Read the configuration file that a person named; raises RtlogError where it cannot be read."""
    try:
        return ConfigFile(path, path.read_bytes())
    except OSError as error:
        raise RtlogError(f"{path}: cannot be read as a configuration: {error.strerror}") from error


def possible(start: Path) -> Iterator[ConfigFile]:
    """Give the files from *start* upwards that may hold settings, nearest first, each read when it is asked for.

    Raises RtlogError for one that is there and cannot be read.
    """
    for path in candidates(start):
        file = _read(path)
        if file is not None and (not file.is_pyproject or SECTION.search(file.content)):
            yield file


def working_folder() -> Path | None:
    """Give the current folder, `None` where it has been deleted."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return None


def shown(path: Path) -> str:
    """Give *path* as a person in the current folder would write it."""
    folder = working_folder()
    return str(path.relative_to(folder) if folder and path.is_relative_to(folder) else path)


def _read(path: Path) -> ConfigFile | None:
    try:
        return ConfigFile(path, path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        problem = f"cannot be read as a configuration: {error.strerror}; --isolated does without it"
        raise RtlogError(f"{shown(path)}: {problem}") from error
