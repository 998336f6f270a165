"""JSON in a string, as tools are called and answer: its values get pseudonyms, its shape stays, however it is cut off.

Read character by character and never parsed: arguments come in pieces, a cut text must stay the beginning of the whole
one's pseudonym, and what is no JSON after all is scrubbed like any text.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from rtlog.recordings.scrubbing.alphabets import is_letter
from rtlog.recordings.scrubbing.pseudonyms import Pseudonyms

OPENERS: Final = ("{", "[", '"')
"""What a JSON text that is worth it begins with; a bare number or word is text."""
LITERALS: Final = ("true", "false", "null")
MOST_TRIED: Final = 64
"""Brackets in a text behind which no JSON begins, after which no more is looked for."""
_BRACKET: Final = re.compile(r"[{\[]")
_SPECIAL: Final = re.compile(r'["\\]')
_ESCAPE: Final = 4
"""Digits of an escape that begins with a backslash and `u`."""


class JsonText:
    """A JSON text in pieces; with *keep_keys* the names of members stay."""

    def __init__(self, names: Pseudonyms, *, keep_keys: bool = True) -> None:
        self._names = names
        self._keep_keys = keep_keys
        self._words = names.stream()
        self._holders: list[str] = []
        self._string = False
        self._keyed = False
        """The string that is open, or the next one, is the name of a member."""
        self._escape = ""
        self._literal = ""
        self._number = ""

    def feed(self, text: str) -> str:
        """Give the pseudonym of the next piece; an escape that is cut in two comes with its second half."""
        said, place = [], 0
        while place < len(text):
            if self._escape:
                said.append(self._escaped(text[place]))
                place += 1
            elif self._string:
                end = match.start() if (match := _SPECIAL.search(text, place)) else len(text)
                said.append(self._inside(text[place:end]))
                if match:
                    said.append(self._special(text[end]))
                place = end + 1
            else:
                said.append(self._outside(text[place]))
                place += 1
        return "".join(said)

    @property
    def _stays(self) -> bool:
        return self._keyed and self._keep_keys

    def _inside(self, text: str) -> str:
        return text if self._stays else self._words.feed(text)

    def _special(self, char: str) -> str:
        if char == "\\":
            self._escape = char
            return ""
        self._string = False
        self._words.end_word()
        return char

    def _escaped(self, char: str) -> str:
        self._escape += char
        if self._escape[1] == "u" and len(self._escape) < 2 + _ESCAPE:
            return ""
        escape, self._escape = self._escape, ""
        if escape[1] != "u":
            self._words.end_word()
            return escape
        digits = escape[2:]
        return escape if self._stays else self._code(digits)

    def _code(self, digits: str) -> str:
        try:
            char = chr(int(digits, 16))
        except ValueError:
            return "\\u" + self._words.feed(digits)
        shown = f"{ord(self._words.feed(char)):04x}"
        return "\\u" + (shown.upper() if digits.isupper() else shown)

    def _outside(self, char: str) -> str:
        if self._number and (char.isdigit() or char in "+-.eE"):
            return self._digit(char)
        self._number = ""
        if is_letter(char) and not char.isdigit():
            return self._letter(char)
        self._literal = ""
        if char.isdigit():
            self._words.end_word()
            return self._digit(char)
        self._structure(char)
        return char

    def _digit(self, char: str) -> str:
        self._number += char
        # The exponent stays: another one could make a number that no reader takes.
        if "e" in self._number.lower():
            return char
        return self._words.feed(char)

    def _letter(self, char: str) -> str:
        self._literal += char
        if any(literal.startswith(self._literal) for literal in LITERALS):
            return char
        return self._words.feed(char)

    def _structure(self, char: str) -> None:
        self._words.end_word()
        if char in "{[":
            self._holders.append(char)
        elif char in "}]" and self._holders:
            self._holders.pop()
        if char == '"':
            self._string = True
        elif char in "{[,:":
            self._keyed = char != ":" and self._holders[-1:] == ["{"]


def scrubbed(names: Pseudonyms, text: str, *, keep_keys: bool = True) -> str:
    """Give the pseudonym of a whole *text*, which may be JSON."""
    bare = text.strip()
    if bare in LITERALS:
        return text
    if bare.startswith(OPENERS):
        return JsonText(names, keep_keys=keep_keys).feed(text)
    return names.text(text)


def mixed(names: Pseudonyms, text: str, *, keep_keys: bool = True) -> str:
    """Give the pseudonym of a whole *text* in which JSON may stand, which looks as it does where it stands alone."""
    said, place = [], 0
    for begin, end in _values(text):
        said += [names.text(text[place:begin]), JsonText(names, keep_keys=keep_keys).feed(text[begin:end])]
        place = end
    return "".join([*said, names.text(text[place:])])


def _values(text: str) -> Iterator[tuple[int, int]]:
    """Give where each whole object or list in *text* begins and ends."""
    decode, tried = json.JSONDecoder(strict=False).raw_decode, 0
    bracket = _BRACKET.search(text)
    while bracket is not None and tried < MOST_TRIED:
        begin = end = bracket.start()
        try:
            _, end = decode(text, begin)
            yield begin, end
        except (ValueError, RecursionError):
            tried += 1
        bracket = _BRACKET.search(text, max(end, begin + 1))
