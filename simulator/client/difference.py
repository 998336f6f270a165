"""What has to be removed from one list of ids, and created, to make it another: by their longest common subsequence."""

from collections.abc import Sequence
from typing import NamedTuple


class Created(NamedTuple):
    """An id to create after *previous*, `None` for the head."""

    previous: str | None
    id: str


class Difference(NamedTuple):
    """Ids in the order to remove and to create them; `kept` are in both, in the same order. A move is both."""

    removed: list[str]
    created: list[Created]
    kept: list[str]


def difference(old: Sequence[str], new: Sequence[str]) -> Difference:
    """Compare two lists of ids."""
    kept = _common(old, new)
    staying = set(kept)
    before = [None, *new]
    return Difference(
        [each for each in old if each not in staying],
        [Created(before[index], each) for index, each in enumerate(new) if each not in staying],
        kept,
    )


def _common(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Find the longest common subsequence; of equally long ones, the one with the later ids of *old*."""
    lengths = [[0] * (len(new) + 1)]
    for each in old:
        above, row = lengths[-1], [0]
        for index, other in enumerate(new):
            row.append(above[index] + 1 if each == other else max(above[index + 1], row[index]))
        lengths.append(row)
    found: list[str] = []
    left, right = len(old), len(new)
    while left and right:
        if old[left - 1] == new[right - 1]:
            left, right = left - 1, right - 1
            found.append(old[left])
        elif lengths[left - 1][right] > lengths[left][right - 1]:
            left -= 1
        else:
            right -= 1
    return found[::-1]
