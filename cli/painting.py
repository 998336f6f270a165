"""Painting lines of a timeline on a terminal: roles get colours, long sentences a hanging indent."""

from collections.abc import Iterable
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from rtlog.timelines.telling import Line, Role, Segments

STYLES: Final[dict[Role, str]] = {
    "wire": "cyan",
    "name": "bold",
    "private": "italic",
    "time": "dim",
    "dim": "dim",
    "bold": "bold",
    "client": "green",
    "server": "cyan",
    "local": "magenta",
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold blue",
}
NARROWEST: Final = 12
"""Columns a sentence gets at least, however wide its lead."""


def paint(console: Console, lines: Iterable[Line]) -> None:
    """Print *lines*, wrapped to the console's width."""
    for line in lines:
        lead, follow = _text(line.lead), _text(line.follow or line.lead)
        room = max(NARROWEST, console.width - lead.cell_len)
        for number, part in enumerate(_text(line.body).wrap(console, room)):
            part.rstrip()
            whole = Text.assemble(follow if number else lead, part)
            whole.rstrip()
            console.print(whole, soft_wrap=True)


def draws_lifelines(stream: TextIO) -> bool:
    """Say whether the stream's encoding knows the signs of a timeline."""
    try:
        "│┃─→←●×…—“”".encode(stream.encoding or "ascii")  # noqa: RUF001 - the very signs in question
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _text(segments: Segments) -> Text:
    return Text.assemble(*((segment.text, STYLES.get(segment.role, "")) for segment in segments))
