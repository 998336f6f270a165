"""Long output page by page, where a person sits at a terminal."""

import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PAGERS: Final = ("RTLOG_PAGER", "PAGER")
"""Environment variables that name the pager; the first that is set counts, an empty one or `cat` means none."""
DEFAULT: Final = "less"
LESS: Final = "FRX"
"""What `$LESS` is for the pager where a person has not set it: leave at once what fits the screen, keep colours."""


@contextmanager
def paged(stream: TextIO, *, wanted: bool = True) -> Iterator[TextIO]:
    """Give the stream to write to instead of *stream*: a pager's where that is a terminal and there is one.

    The pager starts with the first line, so that Ctrl-C still ends the work before it; leaving it early is no error.
    """
    command = _command() if wanted and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb" else None
    if command is None:
        yield stream
        return
    pager = _Pager(command)
    with _Terminal(pager, encoding=stream.encoding, errors="backslashreplace", newline="\n") as to_pager:
        try:
            yield to_pager
            to_pager.flush()
        except BrokenPipeError:
            pager.left = True
    pager.wait()


def _command() -> list[str] | None:
    named = next((os.environ[name] for name in PAGERS if name in os.environ), DEFAULT)
    try:
        command = shlex.split(named)
    except ValueError:
        return None
    return command if command and command != ["cat"] and shutil.which(command[0]) else None


class _Pager(io.RawIOBase):
    """The input of a pager that is started when there is something to show."""

    def __init__(self, command: list[str]) -> None:
        super().__init__()
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.left = False

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        if self.left:
            return len(bytes(data))
        if self._process is None:
            self._start()
        assert self._process is not None  # noqa: S101 - just started
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe
        return self._process.stdin.write(data) or 0

    def wait(self) -> None:
        if self._process is None:
            return
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.wait()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def _start(self) -> None:
        environment = {"LESS": LESS} | dict(os.environ)
        self._process = subprocess.Popen(  # noqa: S603 - the person's own pager
            self._command, stdin=subprocess.PIPE, stdout=sys.stdout, env=environment, bufsize=0
        )
        # Ctrl-C belongs to the pager from now on; when it is left, the next write says so.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Terminal(io.TextIOWrapper):
    """Text for a pager, which shows it on the terminal: what asks may use colours."""

    def __init__(self, pager: _Pager, **how: str) -> None:
        super().__init__(io.BufferedWriter(pager), **how)  # type: ignore[arg-type]

    def isatty(self) -> bool:
        return True
