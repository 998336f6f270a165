"""`rtlog info`: what a recording holds, on one screen."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from rtlog.cli.configuring.options import Config, Isolated

if TYPE_CHECKING:
    from rtlog.analyzers.info_report import RecordingInfo

EXAMPLE = "Example: rtlog info latest"


class Format(StrEnum):
    """How the figures are printed."""

    TEXT = "text"
    JSON = "json"


def info(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Recordings, folders, globs, `-` or `latest`.")],
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="How the figures are printed.")
    ] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here, not to stdout.")] = None,
    *,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Show what recordings hold: who, when, how long, turns, responses, tools, audio, errors and findings.

    Exits 0, or 2 when a recording cannot be read.
    """
    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.exits import UNREADABLE
    from rtlog.cli.inspecting import inspect_file
    from rtlog.cli.output import opened
    from rtlog.cli.saying import say
    from rtlog.recordings.errors import RecordingError
    from rtlog.recordings.sources import resolve

    setup = setup_for(config, isolated=isolated)
    told: list[RecordingInfo] = []
    paths = resolve(files)
    for path in paths:
        try:
            told.append(inspect_file(path, setup))
        except RecordingError as error:
            say(str(error))
    with opened(output, paths) as stream:
        _print(told, output_format, stream)
    if len(told) < len(paths):
        raise typer.Exit(UNREADABLE)


def _print(told: "list[RecordingInfo]", output_format: Format, stream: TextIO) -> None:
    if output_format is Format.JSON:
        from importlib.metadata import version

        from rtlog.analyzers.info_report import InfoReport
        from rtlog.cli.formats.wording import json_of

        report = InfoReport(tool=f"rtlog {version('rtlog')}", recordings=told)
        stream.write(json_of(report, indent=2) + "\n")
        return
    from rtlog.cli.console import console_for
    from rtlog.cli.info_text import screen

    console = console_for(stream)
    for number, each in enumerate(told):
        if number:
            console.print()
        for part in screen(each):
            console.print(part)
