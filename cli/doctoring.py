"""From a file to what is wrong with it, and to its repaired copy."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rtlog.recordings.copying import copy_at
from rtlog.recordings.doctoring import Diagnosis, Examiner, Repairer
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.lines import UNREADABLE, Lines
from rtlog.recordings.reader import Reading, read
from rtlog.recordings.sources import STDIN


def diagnose(path: Path) -> Diagnosis:
    """Examine a recording; one that cannot be read is diagnosed as such. Raises RecordingError for standard input."""
    if path == STDIN:
        raise RecordingError("-", "the doctor needs a file: it is read more than once")
    try:
        return _examined(path)
    except RecordingError as error:
        return Diagnosis(path=str(path), healthy=False, unreadable=error.problem)


def _examined(path: Path) -> Diagnosis:
    examiner, lines = Examiner(), Lines(path)
    try:
        with suppress(*UNREADABLE):
            for number, line in enumerate(lines, 1):
                examiner.line(number, line)
    finally:
        lines.close()
    with read(path, strict=True) as reading:
        for record in reading:
            examiner.record(record, ended=reading.complete)
    return examiner.diagnosis(reading, has_bom=lines.has_bom)


def repair(path: Path, output: Path, *, force: bool = False) -> Repairer:
    """Write a copy of *path* to *output* that holds every record which can be read, and says what is missing.

    Raises RecordingError where the one cannot be read, or has no header, or the other cannot be written.
    """
    with read(path) as reading:
        if not reading.has_header:
            raise RecordingError(path, "has no header, and cannot be repaired as a recording")
        repairer, lines = Repairer(reading), Lines(path)
        try:
            with copy_at(output, path, force=force) as stream:
                stream.writelines(_repaired(reading, lines, repairer))
        finally:
            lines.close()
    return repairer


def _repaired(reading: Reading, lines: Lines, repairer: Repairer) -> Iterator[bytes]:
    text = enumerate(lines, 1)
    # The header is the first line that holds an object; what stands before it is not of the recording.
    yield repairer.header(_line(text, reading.lines))
    for record in reading:
        yield from repairer.record(record, _line(text, record.line))
    yield from repairer.footer()


def _line(text: Iterator[tuple[int, bytes]], wanted: int) -> bytes:
    return next(line for number, line in text if number == wanted)
