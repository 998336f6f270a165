"""Words that every text of a report is made of: text of the wire made harmless, counts, times, colours."""

import json
import re
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct, to_builtins

if TYPE_CHECKING:
    from pydantic import BaseModel

STYLES: Final = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
_BEYOND_ASCII: Final = re.compile("[^\\x00-\\x7e]")
_FOREIGN_BYTES: Final = re.compile("[\\ud800-\\udfff]+")
"""What a file name holds that the locale's encoding does not know."""


def printable(text: str) -> str:
    """Escape what a terminal would obey: wire text is untrusted."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def ascii_where_unprintable(document: str) -> str:
    """Give a JSON *document* that says the same, with what a terminal would obey or hide as `u` and four digits."""
    return _BEYOND_ASCII.sub(lambda match: match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1], document)


def json_of(document: "Struct | BaseModel", indent: int | None = None) -> str:
    """Write *document* as JSON; a name of a file may be any bytes, and what of it is no UTF-8 is escaped."""
    try:
        text = _written(document, indent)
    except ValueError:
        told = to_builtins(document) if isinstance(document, Struct) else document.model_dump(mode="json")
        text = json.dumps(told, indent=indent, ensure_ascii=False)
        text = _FOREIGN_BYTES.sub(lambda match: _as_utf_8(match[0]), text)
    return ascii_where_unprintable(text)


def _written(document: "Struct | BaseModel", indent: int | None) -> str:
    if not isinstance(document, Struct):
        return document.model_dump_json(indent=indent)
    text = msgspec.json.encode(document)
    return (msgspec.json.format(text, indent=indent) if indent else text).decode()


def _as_utf_8(surrogates: str) -> str:
    known = bytes(ord(each) & 0xFF for each in surrogates).decode("utf-8", "backslashreplace")
    return known.replace("\\", "\\\\")


def clip(text: str, limit: int) -> str:
    """Give *text* printable and at most about *limit* characters long."""
    return printable(text) if len(text) <= limit else f"{printable(text[:limit])}..."


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def when(t_ms: float | None, line: int) -> str:
    """Write a time as `T+82`, or as a line where the recording is untimed."""
    return f"line {line}" if t_ms is None else f"T{t_ms:+.0f}"
