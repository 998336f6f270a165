"""Recordings by their ids: what a person types instead of a path."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.framing import framing_of, parse_header
from rtlog.recordings.lines import UNREADABLE, Lines

SHORTEST: Final = 4
"""Characters of an id that are taken for one; less is a typing error."""
SHOWN: Final = 8
"""Characters that are shown at least: those of a recording made a second later are others."""
NAMED: Final = 5
HEADERS_READ: Final = 1000
"""Files whose names do not tell their ids and that are opened for it."""

_OURS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-(?P<id>[0-9A-Z]{26})\.rtlog\.jsonl(\.\w+)?")
"""The names that a recorder gives; those of copies may lie: a merged recording has an id of its own."""
_ID: Final = re.compile(rf"[\w-]{{{SHORTEST},}}", re.ASCII)


def by_id(name: str, recordings: Iterable[Path]) -> Path | None:
    """Give the one of *recordings* whose id begins with *name*, of which a copy made of it is not another.

    None where none does. Raises RecordingError where several do.
    """
    if not _ID.fullmatch(name):
        return None
    paths = [*recordings]
    found = _beginning(name, ids_of(paths)) or _beginning(name, ids_of(paths, by_name=False))
    originals = [path for path in found if not _is_copy(path)]
    meant = originals if len(set(found.values())) == 1 and len(originals) == 1 else [*found]
    if len(meant) > 1:
        listed = ", ".join(f"{path.name}" for path in meant[:NAMED])
        more = f" and {len(meant) - NAMED} more" if len(meant) > NAMED else ""
        raise RecordingError(name, f"begins the ids of {len(meant)} recordings: {listed}{more}")
    return meant[0] if meant else None


def _beginning(name: str, ids: Mapping[Path, str]) -> Mapping[Path, str]:
    return {path: known for path, known in ids.items() if known.upper().startswith(name.upper())}


def ids_of(recordings: Iterable[Path], *, by_name: bool = True) -> Mapping[Path, str]:
    """Give the ids of *recordings*, *by_name* where that tells it, else by header; those without one are not in it."""
    found: dict[Path, str] = {}
    opened = 0
    for path in recordings:
        named = _OURS.fullmatch(path.name) if by_name else None
        opened += named is None
        known = named["id"] if named else _of_header(path) if opened <= HEADERS_READ else ""
        if known:
            found[path] = known
    return found


def shortened(ids: Mapping[Path, str]) -> Mapping[Path, str]:
    """Give as much of each of *ids* as tells it from the others; nothing where another file has the same."""
    files: defaultdict[str, list[Path]] = defaultdict(list)
    for path, told in ids.items():
        files[told.upper()].append(path)
    known = sorted(files)
    short: dict[Path, str] = {}
    for place, each in enumerate(known):
        beside = [*known[max(place - 1, 0) : place], *known[place + 1 : place + 2]]
        length = max(SHOWN, *(_in_common(each, other) + 1 for other in beside), 0)
        originals = [path for path in files[each] if not _is_copy(path)]
        continued = any(other.startswith(each) for other in beside)
        if not continued and len(originals) == 1 and _ID.fullmatch(each):
            short[originals[0]] = ids[originals[0]][:length]
    return short


def _in_common(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _is_copy(path: Path) -> bool:
    """Say whether *path* is named as a copy of a recording is (`call.cut.rtlog.jsonl`)."""
    return path.name.partition(".jsonl")[0].removesuffix(".rtlog").count(".") > 0


def _of_header(path: Path) -> str:
    try:
        lines = Lines(path)
    except RecordingError:
        return ""
    try:
        first = next(iter(lines), b"")
        return parse_header(first).id if framing_of(first) == "header" else ""
    except (ValueError, *UNREADABLE):
        return ""
    finally:
        lines.close()
