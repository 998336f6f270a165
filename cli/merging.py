"""From two files of one session to the one that has both: read twice, once to find out how they fit."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from rtlog.cli.formats.wording import counted
from rtlog.recordings.copying import copy_at
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.lines import UNREADABLE, Lines
from rtlog.recordings.merging import Clocks, Merger, Side
from rtlog.recordings.naming import new_id
from rtlog.recordings.reader import read
from rtlog.recordings.recorder import tool_name
from rtlog.recordings.secrets import SecretFinder
from rtlog.recordings.sources import STDIN

NS_PER_MS = 1_000_000


def merge_files(wire: Path, told: Path, output: Path, *, force: bool = False, keep_id: bool = False) -> Merger:
    """Write to *output* what the recordings of the *wire* and of what a program *told* hold together.

    It gets an id of its own, or with *keep_id* that of the wire's, in whose place it is to stand.
    Raises RecordingError where one cannot be read or *output* not be written, or where they are not of one session.
    """
    if output.exists() and any(output.samefile(each) for each in (wire, told) if each.exists()):
        raise RecordingError(output, "is one of the recordings, which stay as they are: choose another place with -o")
    side = _side(wire)
    merger = Merger(side, _side(told), (side.header.id if keep_id else "") or new_id(), tool_name())
    with copy_at(output, wire, force=force) as stream, _lines(wire) as shown, _lines(told) as heard:
        stream.writelines(merger.lines(shown, heard))
    return merger


def _side(path: Path) -> Side:
    if path == STDIN:
        raise RecordingError("-", "a merge needs files: they are read more than once")
    side = Side(str(path))
    with read(path) as reading, _lines(path) as lines:
        if not reading.has_header:
            raise RecordingError(path, "has no header: it does not say when it began")
        at = 0
        for record in reading:
            [line] = islice(lines, record.line - at - 1, record.line - at)
            at = record.line
            side.feed(record, line)
        if not reading.timed:
            raise RecordingError(path, "has no times: it cannot be put on the clock of another recording")
        side.finish(reading)
    return side


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[bytes]]:
    """Give the lines of *path* up to where it is damaged: the reader has told of it, and knows no record behind."""
    lines = Lines(path)
    try:
        yield map(SecretFinder().without, _readable(lines))
    finally:
        lines.close()


def _readable(lines: Lines) -> Iterator[bytes]:
    with suppress(*UNREADABLE):
        yield from lines


def told(merger: Merger) -> str:
    """Say in a line what was merged, and how well the clocks are known."""
    heard = merger.told.sightings
    local = sum(sighting.dir == "local" for sighting in heard)
    copies = sum(sighting.key is not None for sighting in heard)
    parts = [
        f"{len(merger.wire.sightings):,} records of the wire",
        f"{counted(local, 'local event')}",
        f"{counted(copies, 'event')} told by the SDK ({len(merger.pairs):,} of them seen on the wire)",
    ]
    return f"{', '.join(parts)}; {_clocks(merger.clocks)}"


def _clocks(clocks: Clocks) -> str:
    uncertainty = clocks.uncertainty
    known = "bounded from one side alone" if uncertainty is None else f"±{uncertainty / NS_PER_MS:.3f} ms"
    by = "the headers, and the events agree" if clocks.by_headers else "the events that both have"
    against = f"; {counted(clocks.against, 'event')} against it" if clocks.against else ""
    return f"clocks {clocks.offset / NS_PER_MS:+.3f} ms apart by {by} ({known}{against})"
