"""Where a command's data goes: standard output, or a file that appears whole or not at all."""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from rtlog.recordings.errors import RecordingError


@contextmanager
def opened(output: Path | None, recordings: Iterable[Path] = ()) -> Iterator[TextIO]:
    """Give the stream to write to; folders that *output* needs are made.

    Raises RecordingError where *output* cannot be written, or is of *recordings*.
    """
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # What the terminal's encoding lacks is shown escaped; a name in a recording must not end the program.
            sys.stdout.reconfigure(errors="backslashreplace")
        yield sys.stdout
        return
    _refuse_recordings(output, recordings)
    if output.exists() and not output.is_file():
        with _straight(output) as stream:
            yield stream
        return
    output = output.resolve()  # through a link: what it names is replaced, the link stays
    draft = output.with_name(f".{output.name}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as stream:
            yield stream
        draft.replace(output)
    except OSError as error:
        raise RecordingError(output, f"cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # its folder may be a file
            draft.unlink(missing_ok=True)


@contextmanager
def _straight(output: Path) -> Iterator[TextIO]:
    """Write to a device or a pipe, which no file may replace: root's `-o /dev/null` would take it from everybody."""
    try:
        with output.open("w", encoding="utf-8") as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise RecordingError(output, f"cannot be written: {error.strerror}") from error


def _refuse_recordings(output: Path, recordings: Iterable[Path]) -> None:
    """Raise RecordingError where *output* is one of *recordings*: what was read is evidence."""
    if output.exists() and any(path.exists() and path.samefile(output) for path in recordings):
        raise RecordingError(output, "is the recording itself, which stays as it is: choose another place with -o")
