"""`rtlog timeline --follow`: one recording on standard output while it is written."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from rtlog.cli.following.interrupt import Interrupt
from rtlog.cli.following.screen import Screen
from rtlog.cli.following.targets import target_of
from rtlog.cli.following.view import How, Watch
from rtlog.cli.loading import Setup
from rtlog.cli.rendering.wishes import Format, Style, Wishes
from rtlog.recordings.errors import RtlogError


def follow(names: Sequence[str], setup: Setup, wishes: Wishes, output: Path | None = None) -> None:
    """Follow the one recording that *names* mean, to its end or to Ctrl-C.

    Raises RtlogError for an *output*, and for wishes that cannot be met before the end.
    """
    asked = ["--output"] if output else _needing_the_end(wishes)
    if asked:
        raise RtlogError(f"--follow draws what is not over yet and cannot do {asked[0]}")
    if len(names) != 1:
        raise RtlogError("--follow draws one recording: name one file, a folder, or latest")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    with Interrupt() as interrupt:
        Watch(How(setup, wishes), Screen(sys.stdout), interrupt).run(target_of(names[0]))


def _needing_the_end(wishes: Wishes) -> list[str]:
    asked = {
        "--raw": wishes.raw,
        "--wire-only": wishes.wire_only,
        f"--epoch {wishes.epoch}": wishes.epoch not in {"push", "first"},
        "--around": wishes.around,
        "--from": wishes.start,
        "--to": wishes.end,
        f"--output-format {wishes.output_format}": wishes.output_format is not Format.TEXT,
        "--style steps": wishes.style is Style.STEPS,
    }
    return [option for option, wish in asked.items() if wish]
