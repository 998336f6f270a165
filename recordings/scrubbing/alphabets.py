"""Letters that may stand for a letter: the same case, the same script, no other length.

A script is told by the first word of a letter's name and the 128 characters that it lies among, except the large ones,
of which a block would tell half of the letter.
"""

import unicodedata
from functools import cache
from typing import Final, NamedTuple


class Range(NamedTuple):
    """`rows` times `columns` characters from `first` on, too many to be mixed at once."""

    first: int
    rows: int
    columns: int

    def holds(self, number: int) -> bool:
        """Say whether the character of that *number* lies in it."""
        return self.first <= number < self.first + self.rows * self.columns


Kind = tuple[str, str, bool, bool, bool]
"""Script, category, whether it is a small letter with a capital, stands for itself in small, and is no mark."""

BLOCK: Final = 128
DIGITS: Final = tuple("0123456789")
LARGE: Final = (Range(0x4E00, 82, 256), Range(0xAC00, 49, 228), Range(0xDC00, 4, 256))
"""Chinese characters, Hangul syllables, and the second half of an escaped pair."""
_ASCII: Final = 0x80


def is_letter(char: str) -> bool:
    """Say whether *char* is part of a word: a letter, a digit or a mark on one; spaces, signs and symbols are none."""
    if char.isalnum():
        return True
    return ord(char) >= _ASCII and (unicodedata.category(char)[0] == "M" or LARGE[-1].holds(ord(char)))


def lowered(char: str) -> str:
    """Give the small letter of a capital that has one letter for it, else *char* itself."""
    small = char.lower()
    return small if small != char and len(small) == 1 and _is_small(small) and small.upper() == char else char


def alphabet_of(char: str) -> tuple[str, ...]:
    """Give the characters that may stand for *char*, a letter in small, itself among them."""
    return DIGITS if char in DIGITS else _block(_kind(char), ord(char) // BLOCK * BLOCK)


@cache
def _block(kind: Kind, start: int) -> tuple[str, ...]:
    return tuple(each for each in map(chr, range(start, start + BLOCK)) if _kind(each) == kind)


def large_range(char: str) -> Range | None:
    """Give the large range that *char* lies in."""
    return next((each for each in LARGE if each.holds(ord(char))), None)


def _kind(char: str) -> Kind:
    script = unicodedata.name(char, "").partition(" ")[0]
    return script, unicodedata.category(char), _is_small(char), lowered(char) == char, char.isalnum()


def _is_small(char: str) -> bool:
    large = char.upper()
    return char.islower() and len(large) == 1 and large != char and large.lower() == char and char.casefold() == char
