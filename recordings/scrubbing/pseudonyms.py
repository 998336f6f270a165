"""Words that stand for words: as long, and the same wherever the word is the same.

Each letter is replaced by one of its alphabet, mixed anew for every beginning of a word. So words that begin alike have
pseudonyms that begin alike, two words never share a pseudonym, capitals stay capitals, and a text that comes in pieces
gives the pieces of its pseudonym. All that is between words stays.
"""

from hashlib import blake2b, shake_256
from itertools import groupby
from typing import Final

from rtlog.recordings.redaction import REDACTED
from rtlog.recordings.scrubbing.alphabets import DIGITS, alphabet_of, is_letter, large_range, lowered

STATE_BYTES: Final = 16
MOST_CACHED: Final = 200_000
"""Letters in their place that are remembered; some 50 MB."""
_BEFORE: Final = b""
"""The state before a word's first letter."""
_WIDTH: Final = 4


class Pseudonyms:
    """The pseudonyms under one *key* (up to 64 bytes); words in *kept*, in small letters, stand for themselves."""

    def __init__(self, key: bytes, kept: frozenset[str] = frozenset()) -> None:
        self._key = key
        self._kept = kept
        self._letters: dict[tuple[bytes, str], tuple[str, bytes]] = {}

    def text(self, text: str) -> str:
        """Give the pseudonym of a whole *text*; what was taken out of it before stays as it is."""
        return REDACTED.join(self.stream().feed(part) for part in text.split(REDACTED))

    def stream(self) -> "Stream":
        """Begin a text that comes in pieces."""
        return Stream(self)

    def digest(self, text: str) -> str:
        """Give 64 hexadecimal digits that stand for *text* and cannot be looked up by guessing."""
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=32).hexdigest()

    def keeps(self, word: str) -> bool:
        """Say whether *word* stands for itself."""
        return word.casefold() in self._kept

    def letter(self, state: bytes, char: str) -> tuple[str, bytes]:
        """Give what stands for *char* after the letters that led to *state*, and the state after it."""
        found = self._letters.get((state, char))
        if found is None:
            if len(self._letters) >= MOST_CACHED:
                self._letters.clear()
            small = lowered(char)
            shown = self._replaced(state, small)
            found = (shown if small is char else shown.upper(), self._after(state, small))
            self._letters[state, char] = found
        return found

    def _after(self, state: bytes, char: str) -> bytes:
        told = state + b"\0" + char.encode("utf-8", "surrogatepass")
        return blake2b(told, key=self._key, digest_size=STATE_BYTES).digest()

    def _replaced(self, state: bytes, char: str) -> str:
        large = large_range(char)
        if large is not None:
            row, column = divmod(ord(char) - large.first, large.columns)
            # The column is mixed by the row it comes from, so that two characters never meet in one.
            other = self._mixed(state, f"column {row}", large.columns)[column]
            return chr(large.first + self._mixed(state, "row", large.rows)[row] * large.columns + other)
        letters = alphabet_of(char)
        if letters is DIGITS and state == _BEFORE:
            # A number stays one: it gets no zero in front, and 0 stays 0.
            return char if char == "0" else DIGITS[1 + self._mixed(state, "1-9", 9)[int(char) - 1]]
        return letters[self._mixed(state, letters[0], len(letters))[letters.index(char)]]

    def _mixed(self, state: bytes, name: str, count: int) -> list[int]:
        """Give the numbers below *count* in an order that *state* and *name* decide."""
        drawn = shake_256(self._key + state + name.encode("utf-8", "surrogatepass")).digest(_WIDTH * count)
        return sorted(range(count), key=lambda number: drawn[_WIDTH * number : _WIDTH * (number + 1)])


class Stream:
    """A text in pieces: what it has of an unfinished word goes on in the next piece."""

    __slots__ = ("_names", "_state")

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names
        self._state = _BEFORE

    def feed(self, text: str) -> str:
        """Give the pseudonym of the next piece."""
        said: list[str] = []
        for word, chars in groupby(text, is_letter):
            if word:
                said.append(self._word("".join(chars)))
            else:
                said.extend(chars)
                self._state = _BEFORE
        return "".join(said)

    def end_word(self) -> None:
        """Let the next letter begin a word."""
        self._state = _BEFORE

    def _word(self, word: str) -> str:
        began, said = self._state, []
        for char in word:
            shown, self._state = self._names.letter(self._state, char)
            said.append(shown)
        return word if began == _BEFORE and self._names.keeps(word) else "".join(said)
