"""The order of a source by its own times: some have the newest first, in some a clock steps back."""

from itertools import pairwise
from typing import Final

from rtlog.recordings.importers.found import Found

MOMENT_NS: Final = 1_000_000_000
"""So far a time may step back and is taken as the same moment."""


def oldest_first(found: Found) -> None:
    """Turn the entries round where all of them tell a time and none is later than the one before it.

    Says so, and where other times step back by more than `MOMENT_NS`: the order of the source stays there.
    """
    times = [entry.at for entry in found.entries if entry.at is not None]
    if len(times) == len(found.entries) and times and times[0] > times[-1] and _falling(times):
        found.entries.reverse()
        found.note("the source has the newest first: its records are turned round")
        return
    back = _steps_back(found)
    if back:
        often = "once" if back == 1 else f"{back} times"
        found.note(f"time steps back {often}: the records stay in the order of the source, at the time before")


def _falling(times: list[int]) -> bool:
    return all(before >= after for before, after in pairwise(times))


def _steps_back(found: Found) -> int:
    back = 0
    newest: dict[int, int] = {}
    for entry in found.entries:
        if entry.at is not None:
            back += newest.get(entry.socket, 0) - entry.at > MOMENT_NS
            newest[entry.socket] = max(newest.get(entry.socket, 0), entry.at)
    return back
