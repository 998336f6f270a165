"""A page that may not grow beyond what a forge takes."""

from collections.abc import Sequence
from typing import Final

COMMENT: Final = 60_000
"""Bytes of UTF-8 that a document for an issue may have: GitHub takes 65,536 characters."""


def size(lines: Sequence[str]) -> int:
    """Give what *lines* take, in bytes of UTF-8."""
    return sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)


class Room:
    """What is left of a page, in bytes."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, lines: Sequence[str]) -> bool:
        """Take the room for *lines*; where they do not fit, give false and take nothing."""
        needed = size(lines)
        if needed > self.left:
            return False
        self.left -= needed
        return True
