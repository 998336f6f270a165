"""Painting lines of a timeline on a terminal: roles get colours, long sentences a hanging indent.

A line that fits and is as wide as it is long is written as it stands: most lines of a long timeline are. rich, which
measures, wraps and styles the others, takes ten times as long.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
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
SIGNS: Final = "│┃┏┗┣─→←●×…—“”"  # noqa: RUF001 - the very signs in question
ONE_COLUMN_EACH: Final = re.compile(rf"[\x20-\x7e{SIGNS}]*")
NARROWEST: Final = 12
"""Columns a sentence gets at least, however wide its lead."""
BATCH: Final = 512
"""Lines written at a time."""


def paint(console: Console, lines: Iterable[Line]) -> None:
    """Print *lines*, wrapped to the console's width, in signs that its encoding knows."""
    painter = _Painter(console)
    ready: list[str] = []
    for line in lines:
        short = None if console.record else painter.short(line)
        if short is None:
            _write(console, ready)
            painter.wrap(line)
            continue
        ready.append(short)
        if len(ready) >= BATCH:
            _write(console, ready)
    _write(console, ready)


def _write(console: Console, ready: list[str]) -> None:
    if ready:
        console.file.write("".join(ready))
        console.file.flush()
        ready.clear()


class _Painter:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = console.width
        self._signs = {} if draws_lifelines(console.encoding) else IN_ASCII
        self._colours = COLOR_SYSTEMS[console.color_system] if console.color_system else None
        self._styles = _styles(console, self._colours)

    def short(self, line: Line) -> str | None:
        """Give *line* as it is written, `None` where it has to be measured or wrapped."""
        plain = self._known("".join([segment.text for segment in chain(line.lead, line.body)]))
        if len(plain) > self._width or not ONE_COLUMN_EACH.fullmatch(plain):
            return None
        if self._colours is None:
            return plain.rstrip() + "\n"
        return "".join([*self._painted(chain(line.lead, line.body), len(plain.rstrip())), "\n"])

    def _painted(self, segments: Iterable[tuple[str, Role]], room: int) -> Iterator[str]:
        for text, role in segments:
            told = self._known(text)[:room]
            room -= len(told)
            style = self._styles.get(role)
            yield style.render(told, color_system=self._colours) if style and told else told

    def wrap(self, line: Line) -> None:
        """Print *line* over as many rows as it needs.

        Words written from right to left stand as they are, without marks that isolate them: terminals that reorder
        text keep lines as a whole from left to right unless told otherwise, a transcript ends its sentence, and the
        marks show as boxes where they are not known and travel unseen into whatever the line is pasted into.
        """
        lead, follow, body = (self._text(part) for part in (line.lead, line.follow or line.lead, line.body))
        room = max(NARROWEST, self._width - max(lead.cell_len, follow.cell_len))
        for number, part in enumerate(body.wrap(self._console, room)):
            part.rstrip()
            whole = Text.assemble(follow if number else lead, part)
            whole.rstrip()
            self._console.print(whole, soft_wrap=True)

    def _known(self, text: str) -> str:
        """Say *text* in signs that the encoding knows."""
        return text.translate(self._signs) if self._signs else text

    def _text(self, segments: Segments) -> Text:
        return Text.assemble(*((self._known(segment.text), STYLES.get(segment.role, "")) for segment in segments))


def _styles(console: Console, colours: ColorSystem | None) -> Mapping[str, Style]:
    if colours is None:
        return {}
    styles = {role: Style.parse(style) for role, style in STYLES.items()}
    return {role: style.without_color if console.no_color else style for role, style in styles.items()}


def draws_lifelines(encoding: str) -> bool:
    """Say whether *encoding* knows the signs of a timeline."""
    try:
        SIGNS.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
