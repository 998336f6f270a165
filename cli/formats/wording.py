"""Words that every text of a report is made of: text of the wire made harmless, counts, times, colours."""

from typing import Final

STYLES: Final = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}


def printable(text: str) -> str:
    """Escape what a terminal would obey: wire text is untrusted."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def clip(text: str, limit: int) -> str:
    """Give *text* printable and at most about *limit* characters long."""
    return printable(text) if len(text) <= limit else f"{printable(text[:limit])}..."


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def when(t_ms: float | None, line: int) -> str:
    """Write a time as `T+82`, or as a line where the recording is untimed."""
    return f"line {line}" if t_ms is None else f"T{t_ms:+.0f}"
