"""`rtlog export`: a recording for other programs: HAR, plain events, the sound of each item."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = "Example: rtlog export latest -o call.har"


class Format(StrEnum):
    """What a recording is exported as."""

    HAR = "har"
    EVENTS = "events"
    WAV = "wav"


def export(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A recording or `latest`.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write it here (`.gz`, `.zst`: compressed; `-`: stdout); a folder for wav.",
            show_default="beside it",
        ),
    ] = None,
    output_format: Annotated[
        Format | None,
        typer.Option(
            "--output-format",
            "--format",
            help="HAR, JSON Lines of the events, or a WAV file for each item.",
            show_default="as the name of -o ends: .har, .jsonl",
        ),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what an earlier export made.")] = False,
) -> None:
    """Write a recording for other programs: DevTools and mitmproxy open HAR, anything reads JSON Lines or WAV.

    Secrets are taken out. What a format cannot hold is named. Sound is there where `--audio keep` recorded it.
    """
    from rtlog.cli.exporting import export_file, format_of
    from rtlog.recordings.sources import only

    source = only(file)
    chosen = output_format or Format(format_of(output))
    for line in export_file(source, output, chosen.value, force=force):
        print(f"rtlog: {line}", file=sys.stderr)
