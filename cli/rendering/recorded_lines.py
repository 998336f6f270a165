"""The lines of a recording that an issue quotes, without secrets and, unless asked for, without what was said."""

import json
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, cast

import orjson

from rtlog.cli.scrubbing import scrubber_for
from rtlog.recordings.lines import UNREADABLE, Lines
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.scrubbing import Category

SAID: Final = frozenset({Category.SPOKEN, Category.ARGUMENTS, Category.OUTPUTS})
LONGEST_TEXT: Final = 160
"""Characters kept of one text of a record."""
LISTED: Final = 20
"""Members kept of one list or object of a record."""
SESSION: Final = (b'"session.created"', b'"session.updated"')
LOOKED_AT: Final = 200
"""Bytes of a line in which its type stands."""
BEGINNING: Final = 100
"""Lines in which a session is opened."""
DEEPEST: Final = 8
CUT: Final = "…"


Json = dict[str, object]


@dataclass(slots=True)
class RecordedLines:
    """`lines` by number, fit for everybody; the model that the session told of; and who knows the secrets by now."""

    lines: dict[int, str] = field(default_factory=dict)
    model: str | None = None
    redactor: Redactor = field(default_factory=Redactor)


def recorded_lines(path: Path, wanted: Collection[int], *, said: bool) -> RecordedLines:
    """Read the *wanted* lines of the recording at *path*; with *said*, words and arguments stay.

    Raises RecordingError for what cannot be read.
    """
    found = RecordedLines()
    kept = SAID if said else frozenset[Category]()
    scrubber = scrubber_for(kept)
    last = max([BEGINNING, *wanted])
    # What a damaged end leaves unread, the reader has told already.
    with closing(Lines(path)) as lines, suppress(*UNREADABLE):
        for number, line in enumerate(islice(lines, last), 1):
            if number == 1:
                scrubber = scrubber_for(kept | _scrubbed_before(_parsed(line)))
            opens = any(kind in line[:LOOKED_AT] for kind in SESSION)
            record = _parsed(line) if number in wanted or opens or found.redactor.suspects(line) else None
            if record is None:
                continue
            found.redactor.event(record)
            if opens:
                found.model = found.model or _model(record)
            if number in wanted:
                found.lines[number] = _shown(scrubber.line(_dumped(record)))
    return found


def _scrubbed_before(header: Json | None) -> frozenset[Category]:
    """Give what a scrubbed copy holds pseudonyms for: others for them would not be found in it."""
    taken_out = header.get("redaction") if header is not None and "rtlog" in header else None
    return frozenset(each for each in Category if isinstance(taken_out, list) and each.value in taken_out)


def _model(record: Json) -> str | None:
    event = record.get("event", record)
    session = event.get("session") if isinstance(event, dict) else None
    model = session.get("model") if isinstance(session, dict) else None
    return model if isinstance(model, str) else None


def _shown(line: bytes) -> str:
    # Not orjson: half of a pair, which it refuses, stands in a record that was cut in mid-character.
    return _dumped(_shortened(json.loads(line))).decode()


def _shortened(value: object, depth: int = 0) -> object:
    """Cut what is long, so that the rest of a record can still be read as JSON."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}{CUT} ({len(value):,} characters)"
    if not isinstance(value, dict | list):
        return value
    if depth >= DEEPEST:
        return CUT
    more = len(value) - LISTED
    if isinstance(value, list):
        cut = [_shortened(each, depth + 1) for each in value[:LISTED]]
        return [*cut, f"{CUT} ({more:,} more)"] if more > 0 else cut
    named = {name[:LONGEST_TEXT]: _shortened(each, depth + 1) for name, each in islice(value.items(), LISTED)}
    return named | {CUT: f"{more:,} more"} if more > 0 else named


def _parsed(line: bytes) -> Json | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _leniently_parsed(line)
    return cast("Json", value) if isinstance(value, dict) else None


def _leniently_parsed(line: bytes) -> object:
    """Parse what the reader takes too: invalid UTF-8, half of a pair, `NaN`."""
    try:
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _dumped(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        return json.dumps(value).encode()
