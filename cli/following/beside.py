"""The live view beside `rtlog record`: a process of its own, so that drawing never holds a session up.

It follows the files that the recorder writes, is told of them on standard input, draws on standard error, and ends when
its input does: with the recorder, however that ends.
"""

import io
import os
import sys
from typing import Final

from rtlog.cli.configuring.settings import setup_for
from rtlog.cli.following.interrupt import Interrupt
from rtlog.cli.following.screen import Screen
from rtlog.cli.following.targets import Told
from rtlog.cli.following.view import How, Watch
from rtlog.cli.rendering.wishes import Wishes
from rtlog.recordings.errors import RtlogError

NICENESS: Final = 5
"""Whoever forwards goes first."""


def main() -> None:
    """Draw until standard input ends."""
    os.nice(NICENESS)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
    with Interrupt() as interrupt:
        try:
            watch = Watch(How(setup_for(None, isolated=False), Wishes()), Screen(sys.stderr), interrupt)
            watch.run(Told(watch.say))
        except RtlogError as error:
            print(f"rtlog: the live view has ended: {error}", file=sys.stderr)
        except BrokenPipeError:
            # Whoever read it is gone; the recording goes on.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


if __name__ == "__main__":
    main()
