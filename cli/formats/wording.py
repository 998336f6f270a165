"""Words that every text of a report is made of: text of the wire made harmless, counts, times, colours."""

import json
import re
from typing import Final

STYLES: Final = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
_BEYOND_ASCII: Final = re.compile("[^\\x00-\\x7e]")


def printable(text: str) -> str:
    """Escape what a terminal would obey: wire text is untrusted."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def ascii_where_unprintable(document: str) -> str:
    """Give a JSON *document* that says the same, with what a terminal would obey or hide as `u` and four digits."""
    return _BEYOND_ASCII.sub(lambda match: match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1], document)


def clip(text: str, limit: int) -> str:
    """Give *text* printable and at most about *limit* characters long."""
    return printable(text) if len(text) <= limit else f"{printable(text[:limit])}..."


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def when(t_ms: float | None, line: int) -> str:
    """Write a time as `T+82`, or as a line where the recording is untimed."""
    return f"line {line}" if t_ms is None else f"T{t_ms:+.0f}"
