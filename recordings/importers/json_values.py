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
        position, number = 0, 1
        while position < len(self._text):
            end = self._text.find("\n", position)
            end = len(self._text) if end < 0 else end
            line = self._text[position:end].strip()
            if not line:
                position, number = end + 1, number + 1
                continue
            found, behind = self._found(line, position, end, number)
            yield found
            number += self._text.count("\n", position, behind)
            position = behind

    def _found(self, line: str, position: int, end: int, number: int) -> tuple[Value | Words, int]:
        after = min(end + 1, len(self._text))
        whole = _line_value(line)
        if isinstance(whole, dict | list):
            return Value(whole, number), after
        start = min((at for at in (line.find("{"), line.find("[{")) if at >= 0), default=-1)
        if 0 <= start <= LONGEST_PREFIX:
            begin = self._text.index(line, position) + start
            value, behind = self._decoded(begin)
            if isinstance(value, dict | list):
                return Value(value, number, line[:start]), self._behind(behind)
        return Words(line, number), after

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
    try:
        return orjson.loads(line.removesuffix(","))
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None


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
