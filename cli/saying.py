"""Lines for the person at the terminal, beside the data: harmless, and without the keys of a command line or a file."""

import sys

from rtlog.cli.formats.wording import printable


def sayable(line: str) -> str:
    """Give *line* with what a terminal would obey escaped, and without secrets: it may repeat an argument or a URL."""
    from rtlog.recordings.redaction import Redactor  # most commands say nothing

    return printable(Redactor().text(line))


def say(line: str) -> None:
    """Print *line* on stderr."""
    print(f"rtlog: {sayable(line)}", file=sys.stderr)
