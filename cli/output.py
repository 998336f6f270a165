"""Where a command's data goes: standard output, or a file that appears whole or not at all."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rtlog.recordings.errors import RecordingError


@contextmanager
def opened(output: Path | None) -> Iterator[TextIO]:
    """Give the stream to write to; raises RecordingError where *output* cannot be written."""
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # What the terminal's encoding lacks is shown escaped; a name in a recording must not end the program.
            sys.stdout.reconfigure(errors="backslashreplace")
        yield sys.stdout
        return
    draft = output.with_name(f".{output.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            yield stream
        draft.replace(output)
    except OSError as error:
        raise RecordingError(output, f"cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
