"""What a push changes: the difference between a mirror and the context that the application wants."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtlog.analyzers.profiles.context import ContextItem


@dataclass(frozen=True, slots=True)
class Diff:
    """Ids to remove; pairs of (previous id in the wanted order or `None`, id) to create, and to write anew."""

    removed: tuple[str, ...]
    created: tuple[tuple[str | None, str], ...]
    updated: tuple[tuple[str | None, str], ...]


def diff(old: Sequence[ContextItem], new: Sequence[ContextItem]) -> Diff:
    """Give the changes that make *old* into *new*; an item that moved is removed and created.

    Only the texts of messages are compared: not arguments, outputs, sounds or images.
    """
    kept = set(common([item.id for item in old], [item.id for item in new]))
    held = {item.id: item for item in old}
    created: list[tuple[str | None, str]] = []
    updated: list[tuple[str | None, str]] = []
    previous: str | None = None
    for item in new:
        if item.id not in kept:
            created.append((previous, item.id))
        elif item.is_message and held[item.id].is_message and item.text != held[item.id].text:
            updated.append((previous, item.id))
        previous = item.id
    return Diff(tuple(item.id for item in old if item.id not in kept), tuple(created), tuple(updated))


def common(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Give the longest common subsequence of ids; of several, the one that a walk back from both ends meets first.

    livekit-agents computes it by positions since 1.8.6, with the same result.
    """
    longest = _lengths(old, new)
    found: list[str] = []
    i, j = len(old), len(new)
    while i and j:
        if old[i - 1] == new[j - 1]:
            found.append(old[i - 1])
            i, j = i - 1, j - 1
        elif longest[i - 1][j] > longest[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return found[::-1]


def _lengths(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    rows = [[0] * (len(new) + 1)]
    for wanted in old:
        above, row = rows[-1], [0]
        for j, candidate in enumerate(new):
            row.append(above[j] + 1 if candidate == wanted else max(above[j + 1], row[j]))
        rows.append(row)
    return rows
