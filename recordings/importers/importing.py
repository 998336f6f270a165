"""From a file of another tool to a recording that can be written."""

import time
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.framing import framing_of
from rtlog.recordings.importers.chronology import oldest_first
from rtlog.recordings.importers.directions import turn_to_client
from rtlog.recordings.importers.formats import KNOWN, detected
from rtlog.recordings.importers.found import Found
from rtlog.recordings.importers.moments import SINCE_1973
from rtlog.recordings.importers.recording import Imported, imported
from rtlog.recordings.importers.source import content
from rtlog.recordings.naming import file_name, new_id, recordings_folder

STDOUT: Final = Path("-")


def import_file(path: Path, *, audio: AudioPolicy = "meta", title: str | None = None) -> tuple[Found, Imported]:
    """Read *path* (`-`: standard input) in whichever known format it is.

    Raises RecordingError where it cannot be read, is a recording already, or nothing of it is understood.
    """
    read = content(path)
    found, result = import_data(path, read.data, audio=audio, title=title)
    if read.damage:
        found.note(f"only the beginning of the file could be unpacked ({read.damage}): what follows is missing")
    return found, result


def import_data(
    path: Path, data: bytes, *, audio: AudioPolicy = "meta", title: str | None = None
) -> tuple[Found, Imported]:
    """Read *data*, what *path* holds; raises as `import_file` does."""
    if _is_recording(data):
        raise RecordingError(path, "is a recording already: rtlog analyze reads it")
    kind, found = detected(data), Found()
    try:
        kind.read(data, found)
    except RtlogError as error:
        raise RecordingError(path, str(error)) from error
    oldest_first(found)
    turn_to_client(found)
    result = imported(found, kind.name, new_id(_wall(found)), audio=audio, title=title)
    if not result.events:
        told = "; ".join(found.notes) or f"rtlog imports {KNOWN}"
        raise RecordingError(path, f"holds no whole realtime event that can be understood; {told}")
    return found, result


def _is_recording(data: bytes) -> bool:
    try:
        return framing_of(data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]) == "header"
    except ValueError:
        return False


def target_of(output: Path | None, result: Imported) -> Path:
    """Give where the recording goes: *output*, or a new file in it or in the folder of recordings."""
    if output is not None and not output.is_dir():
        return output
    known = result.start is not None and result.start >= SINCE_1973
    wall = result.start if known and result.start is not None else time.time_ns()
    return (output or recordings_folder()) / file_name(wall, result.header.id)


def _wall(found: Found) -> int:
    times = [entry.at for entry in found.entries if entry.at is not None]
    return min(times) if times and min(times) >= SINCE_1973 else time.time_ns()
