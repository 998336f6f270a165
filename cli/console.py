"""Consoles: colour where a terminal is, plain text in a pipe, no meaning by colour alone."""

import os
from typing import TextIO

from rich.console import Console

from rtlog.cli.formats.plain_text import PIPE_WIDTH


class _PipeConsole(Console):
    """A console that says when its reader is gone, instead of ending the program with the exit code of findings."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console_for(stream: TextIO) -> Console:
    """Give a console on *stream* that honours `NO_COLOR`, `FORCE_COLOR` and `COLUMNS`, and never guesses at markup."""
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
    return _PipeConsole(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def encodes_arrows(stream: TextIO) -> bool:
    """Say whether the stream's encoding knows the arrows of a timeline."""
    try:
        "→←·×…".encode(stream.encoding or "ascii")  # noqa: RUF001 - the very characters in question
    except (LookupError, UnicodeEncodeError):
        return False
    return True
