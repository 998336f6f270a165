"""`rtlog stats`: how long the users of sessions waited, and what nearly went wrong."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rtlog.cli.configuring.options import Config, Isolated

EXAMPLE = "Example: rtlog stats recordings/ --turns"


class Format(StrEnum):
    """How the figures are printed: each is written by the module of its name in `rtlog.cli.measuring`."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def stats(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Recordings, folders, globs, `-` or `latest`.")],
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="How they are printed; csv: a row a measurement.")
    ] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here, not to stdout.")] = None,
    *,
    turns: Annotated[bool, typer.Option("--turns", help="One row a turn: what was said, how long it took.")] = False,
    near: Annotated[float, typer.Option(min=0, metavar="MS", help="How near to a race a near miss is.")] = 500.0,
    spoken: Annotated[bool, typer.Option("--spoken/--no-spoken", help="Show what the user said.")] = True,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Measure turns, tool calls, interruptions and acknowledgements, and find near misses with their margins.

    Exits 0, or 2 when a recording cannot be read.
    """
    from importlib import import_module

    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.exits import UNREADABLE
    from rtlog.cli.measuring.files import measure_file, report_on
    from rtlog.cli.output import opened
    from rtlog.cli.saying import say
    from rtlog.recordings.errors import RecordingError
    from rtlog.recordings.sources import resolve

    setup = setup_for(config, isolated=isolated)
    measured = []
    paths = resolve(files)
    for path in paths:
        try:
            measured.append(measure_file(path, setup, near_ms=near, spoken=spoken))
        except RecordingError as error:
            say(str(error))
    if measured:
        with opened(output, paths) as stream:
            import_module(f"rtlog.cli.measuring.{output_format}").render(report_on(measured, near), stream, turns=turns)
    if len(measured) < len(paths):
        raise typer.Exit(UNREADABLE)
