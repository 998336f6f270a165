"""Lines of a recording as they stand in the file, for whoever wants to see the record itself."""

from collections.abc import Collection
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from rtlog.recordings.lines import UNREADABLE, Lines
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.sources import STDIN
from rtlog.timelines.telling import ELLIPSIS

LONGEST: Final = 4_000
"""Characters kept of one line."""
MOST: Final = 2_000_000
"""Characters kept of all of them."""


def raw_lines(path: Path, wanted: Collection[int], *, most: int | None = MOST) -> dict[int, str]:
    """Give the *wanted* lines of the recording at *path* by number, without secrets; of standard input none.

    Raises RecordingError for what cannot be read. What is more than *most* characters in all is left out, the later
    lines first.
    """
    if path == STDIN or not wanted:
        return {}
    redactor, found, told = Redactor(), dict[int, str](), 0
    # What a damaged end leaves unread, the reader has told already.
    with closing(Lines(path)) as lines, suppress(*UNREADABLE):
        for number, line in enumerate(islice(lines, max(wanted)), 1):
            if number in wanted:
                text = _shown(line, redactor)
                told += len(text)
                if most is not None and told > most:
                    break
                found[number] = text
    return found


def _shown(line: bytes, redactor: Redactor) -> str:
    # A recording that rtlog made holds no secrets; one that was made elsewhere may.
    if redactor.suspects(line):
        line = _redacted(line, redactor)
    text = redactor.text(line.decode("utf-8", "replace")).strip()
    return text if len(text) <= LONGEST else text[:LONGEST] + ELLIPSIS


def _redacted(line: bytes, redactor: Redactor) -> bytes:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    if isinstance(record, dict):
        redactor.event(record)
        return orjson.dumps(record)
    return line
