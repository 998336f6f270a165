"""Where a growing timeline is drawn: lines that scroll, and below them on a terminal a few that are kept current.

Neither an alternate screen nor a hidden cursor: whatever ends the program, the terminal is as it was, and what was
drawn can be scrolled back to.
"""

import io
import os
from collections.abc import Sequence
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from rtlog.cli.console import console_for
from rtlog.cli.painting import IN_ASCII, draws_lifelines, paint
from rtlog.timelines.telling import Line

BEGIN: Final = "\x1b[?2026h"
END: Final = "\x1b[?2026l"
"""Ask the terminal to show what stands between them at once; one that does not know the words ignores them."""
CLEAR_BELOW: Final = "\x1b[J"
ECHO: Final = len("^C") + 1
"""Columns that stay free behind what is current: the terminal echoes there what is pressed."""


Drawable = Line | Text


class Screen:
    """Draws on *stream*: in one write what is new and what is current, so that nothing flickers."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._console = console_for(stream)
        self._shown: list[str] = []
        """The current lines that stand at the bottom, plain."""
        self._drawn = ""
        self.ascii_only = not draws_lifelines(self._console.encoding)
        self.live: Final = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        """Whether there are current lines at all."""

    @property
    def width(self) -> int:
        """Columns."""
        return self._console.width

    @property
    def room(self) -> int:
        """Columns of a current line."""
        return max(self.width - ECHO, 1)

    def show(self, lines: Sequence[Drawable], current: Sequence[Text] = ()) -> None:
        """Append *lines* and replace what is current."""
        kept = self._fitted(current) if self.live else []
        drawn = self._as_current(kept)
        if not lines and drawn == self._drawn:
            return
        painted = self._painted(lines)
        if self.live:
            painted = f"{BEGIN}{self._erasing()}{painted}{drawn}{END}"
        self._shown, self._drawn = [text.plain for text in kept], drawn
        self._stream.write(painted)
        self._stream.flush()

    def _painted(self, lines: Sequence[Drawable]) -> str:
        page, drawn = self._sheet()
        for line in lines:
            if isinstance(line, Text):
                page.print(line)
            else:
                paint(page, [line])
        return drawn.getvalue()

    def _as_current(self, lines: Sequence[Text]) -> str:
        page, drawn = self._sheet()
        for number, line in enumerate(lines):
            page.print(line, soft_wrap=True, end="\n" if number + 1 < len(lines) else "")
        return drawn.getvalue()

    def _sheet(self) -> tuple[Console, "_Drawn"]:
        real, drawn = self._console, _Drawn(self._console.encoding)
        system = {None: None, "standard": "standard", "256": "256", "truecolor": "truecolor", "windows": "windows"}
        page = Console(
            file=drawn,
            width=real.width,
            force_terminal=real.is_terminal,
            color_system=system[real.color_system],  # type: ignore[arg-type]
            no_color=real.no_color,
            highlight=False,
            markup=False,
            emoji=False,
        )
        return page, drawn

    def _fitted(self, lines: Sequence[Text]) -> list[Text]:
        fitted = []
        for line in lines[-max(self._console.height - 1, 1) :]:
            text = line.copy()
            if self.ascii_only:
                text.plain = text.plain.translate(IN_ASCII)
            text.truncate(self.room, overflow="crop" if self.ascii_only else "ellipsis")
            fitted.append(text)
        return fitted

    def _erasing(self) -> str:
        if not self._shown:
            return ""
        # A terminal that was made narrower has wrapped what stood on it.
        rows = sum(max(-(-Text(line).cell_len // self.width), 1) for line in self._shown)
        up = f"\x1b[{rows - 1}A" if rows > 1 else ""
        return f"\r{up}{CLEAR_BELOW}"


class _Drawn(io.StringIO):
    """What is drawn, in signs of *encoding*."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override] # read-only, as that of any open file
        """The terminal's encoding: what rich asks for to choose its signs."""
        return self._encoding
