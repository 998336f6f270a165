"""What a program prints while a live view has the terminal: kept in a file, told of at the end."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import SUFFIX
from rtlog.recordings.naming import file_name, new_id, recordings_folder
from rtlog.recordings.writer import PRIVATE

LAST_LINES: Final = 20
"""How much of a program that failed is shown."""
LAST_BYTES: Final = 16_384


class ProgramLog:
    """A file beside the recordings at *output*: made where a stream of ours is a terminal, kept if it is written to.

    Raises RecordingError where it cannot be made.
    """

    def __init__(self, output: Path | None) -> None:
        self.file: BinaryIO | None = None
        self.path = _place(output)
        if not (sys.stdout.isatty() or sys.stderr.isatty()):
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE)
        except OSError as error:
            problem = f"cannot be written: {error.strerror}; choose another place with -o"
            raise RecordingError(self.path, problem) from error
        self.file = os.fdopen(opened, "wb", buffering=0)

    def told(self, *, failed: bool) -> Iterator[str]:
        """Close it; give what a person is told of it, with its end where the program *failed*."""
        if self.file is None:
            return
        self.file.close()
        if not self.path.stat().st_size:
            self.path.unlink()
            return
        yield f"what the program printed: {self.path}"
        if failed:
            yield from last_lines(self.path)


def last_lines(path: Path) -> list[str]:
    """Give the end of the file at *path*."""
    with path.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - LAST_BYTES, 0))
        return file.read().decode("utf-8", "replace").splitlines()[-LAST_LINES:]


def _place(output: Path | None) -> Path:
    now = time.time_ns()
    folder = recordings_folder() if output is None else output if output.is_dir() else output.parent
    return folder / file_name(now, new_id(now)).replace(SUFFIX, ".log")
