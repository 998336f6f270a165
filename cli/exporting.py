"""From a recording to what other programs open: which exporter, and where its files go."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

from rtlog.cli.bundling.folder import folder_at
from rtlog.cli.formats.wording import counted, printable
from rtlog.recordings.copying import ENDINGS, PACKINGS, copy_at
from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.exporting import (
    COPY,
    NOT_STRICT,
    Entry,
    LeftOut,
    Material,
    Voices,
    Written,
    is_wav,
    paired,
    write_events,
    write_har,
    write_wavs,
)
from rtlog.recordings.lines import UNREADABLE, Lines, unreadable_rest
from rtlog.recordings.reader import read
from rtlog.recordings.secrets import SecretFinder
from rtlog.recordings.sources import STDIN

Name = Literal["har", "events", "wav"]
Write = Callable[[Material, Iterable[Entry], LeftOut], Iterator[bytes]]

WRITERS: Final[dict[str, Write]] = {"har": write_har, "events": write_events}
BY_SUFFIX: Final = {".har": "har", ".jsonl": "events", ".ndjson": "events"}
PLURALS: Final = {
    COPY: "sdk copies of wire events",
    NOT_STRICT: "events in no strict JSON",
    "event of an unknown sender": "events of unknown senders",
}
DEFAULT_NAMES: Final = {"har": ".har", "events": ".events.jsonl", "wav": "-audio"}


def format_of(output: Path | None) -> str:
    """Give the format that the name of *output* tells; raises RtlogError where it tells none."""
    name = _unpacked(output.name) if output else ""
    found = next((each for suffix, each in BY_SUFFIX.items() if name.endswith(suffix)), None)
    if found is None:
        raise RtlogError("what to export? say --format har, events or wav, or end the name of -o in .har or .jsonl")
    return found


def export_file(source: Path, output: Path | None, name: str, *, force: bool = False) -> Iterator[str]:
    """Write the recording at *source* in the format *name*, by default beside it; give what a person should know.

    Raises RecordingError where the one cannot be read, holds nothing of what is asked for, or the other not be written.
    """
    if source == STDIN:
        raise RecordingError("-", "an export needs a file: it is read more than once")
    path = output or _beside(source, name)
    material = _surveyed(source)
    yield from _wavs(material, source, path, force) if name == "wav" else _text(material, source, path, name, force)


def _text(material: Material, source: Path, path: Path, name: str, force: bool) -> Iterator[str]:  # noqa: FBT001 - handed on
    left_out = LeftOut()
    with copy_at(path, source, force=force) as stream:
        stream.writelines(WRITERS[name](material, _entries(source), left_out))
    yield f"wrote {path}"
    if left_out:
        told = (counted(count, what, PLURALS.get(what)) for what, count in left_out.most_common())
        yield f"left out: {', '.join(map(printable, told))}"


def _wavs(material: Material, source: Path, path: Path, force: bool) -> Iterator[str]:  # noqa: FBT001 - handed on
    if path == STDIN:
        raise RecordingError("-", "wav is a file for each item: name a folder with -o")
    with Voices(material) as voices:
        for entry in _entries(source):
            voices.feed(entry)
        if next(iter(voices), None) is None:
            raise RecordingError(source, _silence(emptied=voices.emptied))
        with folder_at(path, force=force, is_own=is_wav, what="export") as folder:
            done = write_wavs(voices, folder)
            if not done.items:
                raise RecordingError(source, f"holds no audio that can be decoded: {_formats(done)}")
        yield f"wrote {path}: {counted(done.items, 'item')}, {done.seconds:.1f} s"
        if done.unknown:
            yield f"left out: {_formats(done)}"
        if voices.left_out:
            yield f"left out: audio of more than {done.items:,} items"


def _silence(*, emptied: bool) -> str:
    if emptied:
        return "holds no audio: its length alone was kept; record with --audio keep to have it"
    return "holds no audio that belongs to an item"


def _formats(done: Written) -> str:
    return ", ".join(f"{counted(count, 'item')} in {printable(name)}" for name, count in done.unknown.most_common())


def _surveyed(source: Path) -> Material:
    with read(source) as reading:
        material = Material(reading.header, reading.has_header)
    for entry in _entries(source):
        material.feed(entry)
    return material


def _entries(source: Path) -> Iterator[Entry]:
    with read(source) as reading, closing(Lines(source)) as lines:
        try:
            yield from paired(reading, map(SecretFinder().without, lines))
        except UNREADABLE as error:
            raise unreadable_rest(source, error) from error


def _beside(source: Path, name: str) -> Path:
    stem = _unpacked(source.name)
    ending = next((each for each in ENDINGS if stem.endswith(each)), source.suffix)
    return source.with_name(f"{stem.removesuffix(ending)}{DEFAULT_NAMES[name]}")


def _unpacked(name: str) -> str:
    packing = next((each for each in PACKINGS if name.endswith(each)), "")
    return name.removesuffix(packing)
