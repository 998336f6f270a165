"""JSON values in a text: a document, JSON Lines, documents one after another, and lines with words before the JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

NESTED_TOO_DEEP: Final = (ValueError, RecursionError)
SPARE: Final = 1_000_000
WINDOW: Final = 4096
"""Characters that are tried first; values that go on behind them are tried in larger pieces."""
LONGEST_ESCAPE: Final = 16
"""Characters before the end of a piece at which an error may be the piece's and not the text's."""
LONGEST_PREFIX: Final = 400
"""Characters before the JSON in a line of a log."""


@dataclass(slots=True)
class Value:
    """A value, the 1-based line on which it begins, and the words before it on that line."""

    value: object
    line: int
    before: str = ""


@dataclass(slots=True)
class Words:
    """A line that holds no JSON."""

    text: str
    line: int


def values(data: bytes) -> Iterator[Value | Words]:
    """Give every JSON value of *data*, and every line between them that is none."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        yield Value(orjson.loads(data), 1)
    except orjson.JSONDecodeError:
        yield from _Scanner(data.decode("utf-8", "replace")).scan()


class _Scanner:
    """Goes through a text line by line; a value may go on over several.

    What fails costs `budget`, so that a text of opening brackets is not parsed to its end from each of them.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._decode = json.JSONDecoder().raw_decode
        self._budget = 8 * len(text) + SPARE

    def scan(self) -> Iterator[Value | Words]:
        position, end, number = 0, -1, 1
        while position < len(self._text):
            # A line is looked at as a whole once, however many values stand in it.
            whole = position > end
            if whole:
                end = self._text.find("\n", position)
                end = len(self._text) if end < 0 else end
            found, behind = self._found(position, end, number, whole=whole)
            if found is not None:
                yield found
            number += self._text.count("\n", position, behind)
            position = behind

    def _found(self, position: int, end: int, number: int, *, whole: bool) -> tuple[Value | Words | None, int]:
        after = min(end + 1, len(self._text))
        value = _line_value(self._text[position:end].strip()) if whole else None
        if value is not None:
            return Value(value, number), after
        for begin in self._beginnings(position, end):
            value, behind = self._decoded(begin)
            if isinstance(value, dict | list):
                return Value(value, number, self._text[position:begin].strip()), self._behind(behind)
        words = self._text[position:end].strip()
        return Words(words, number) if words else None, after

    def _beginnings(self, position: int, end: int) -> tuple[int, ...]:
        """Give where a value may begin: at an array, or where that was cut at its first element."""
        brace = self._text.find("{", position, min(end, position + LONGEST_PREFIX))
        if brace > position and self._text[brace - 1] == "[":
            return brace - 1, brace
        return (brace,) if brace >= 0 else ()

    def _decoded(self, begin: int) -> tuple[object, int]:
        window = WINDOW
        while self._budget > 0:
            # A piece, because an error counts the lines before it: from the start of the text that takes too long.
            piece = self._text[begin : begin + window]
            try:
                value, length = self._decode(piece)
            except json.JSONDecodeError as error:
                self._budget -= error.pos + 1
                cut = error.msg.startswith("Unterminated string") or error.pos > len(piece) - LONGEST_ESCAPE
                if begin + window >= len(self._text) or not cut:
                    break
                window *= 16
            except NESTED_TOO_DEEP:
                self._budget -= len(piece)
                break
            else:
                return value, begin + length
        return None, begin

    def _behind(self, position: int) -> int:
        """Skip what separates values: a comma, the bracket of an array that was pasted in part, the line's end."""
        while position < len(self._text) and self._text[position] in ",];) \t\r":
            position += 1
        return position + 1 if self._text[position : position + 1] == "\n" else position


def _line_value(line: str) -> object:
    """Give the value that *line* is, the text of a string that holds an object; `None` for all else."""
    try:
        value = orjson.loads(line.removesuffix(","))
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None
    held = isinstance(value, dict | list) or (isinstance(value, str) and value.lstrip().startswith("{"))
    return value if held else None


def parsed_object(text: str) -> dict[str, object] | None:
    """Give the JSON object that *text* is, `None` where it is none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None
    return value if isinstance(value, dict) else None


def dumped(value: object) -> bytes:
    """Write *value* as JSON text, half a pair of a character as an escape; raises ValueError where it is no JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:
        pass
    try:
        return json.dumps(value, separators=(",", ":")).encode()
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def shown(value: object) -> str:
    """Write *value* for people."""
    try:
        return dumped(value).decode("utf-8", "replace")
    except ValueError as error:
        return f"({error})"
