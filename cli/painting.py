"""Painting lines of a timeline on a terminal: roles get colours, long sentences a hanging indent."""

from collections.abc import Iterable
from typing import Final

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
IN_ASCII: Final = str.maketrans({"“": '"', "”": '"', "…": "...", "—": "-"})
NARROWEST: Final = 12
"""Columns a sentence gets at least, however wide its lead."""


def paint(console: Console, lines: Iterable[Line]) -> None:
    """Print *lines*, wrapped to the console's width, in signs that its encoding knows."""
    signs = {} if draws_lifelines(console.encoding) else IN_ASCII
    for line in lines:
        lead, follow, body = (_text(part, signs) for part in (line.lead, line.follow or line.lead, line.body))
        room = max(NARROWEST, console.width - max(lead.cell_len, follow.cell_len))
        for number, part in enumerate(body.wrap(console, room)):
            part.rstrip()
            whole = Text.assemble(follow if number else lead, part)
            whole.rstrip()
            console.print(whole, soft_wrap=True)


def draws_lifelines(encoding: str) -> bool:
    """Say whether *encoding* knows the signs of a timeline."""
    try:
        "│┃─→←●×…—“”".encode(encoding)  # noqa: RUF001 - the very signs in question
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _text(segments: Segments, signs: dict[int, str]) -> Text:
    return Text.assemble(*((segment.text.translate(signs), STYLES.get(segment.role, "")) for segment in segments))
