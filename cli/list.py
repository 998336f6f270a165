"""`rtlog list`: the recordings at hand, the newest first, with their verdicts."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from rtlog.cli.configuring.options import Config, Isolated

EXAMPLE: Final = "Example: rtlog list --limit 5"
NEWEST: Final = 20

Names = list[str]
"""Before the command, whose name means something else from there on."""


class Format(StrEnum):
    """How the list is printed: `json` is that of `rtlog info`."""

    TEXT = "text"
    JSON = "json"


def list(  # noqa: A001 - the command's name
    folders: Annotated[
        Names | None,
        typer.Argument(metavar="FOLDER...", help="Folders or globs.", show_default="where recordings are made"),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="How they are printed.")
    ] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here, not to stdout.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="So many of the newest.")] = NEWEST,
    *,
    all_of_them: Annotated[bool, typer.Option("--all", help="All, however many: each is analyzed.")] = False,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """List recordings, the newest first: when, who, how long, the verdict and its rules.

    The beginning of an id names a recording in every command, as `latest` does. Exits 0, or 2 where there are none.
    """
    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.listing import listed, render
    from rtlog.cli.output import opened
    from rtlog.recordings.sources import at_hand, newest_first, resolve

    paths = newest_first(resolve(folders) if folders else at_hand())
    shown = paths if all_of_them else paths[:limit]
    found = listed(shown, setup_for(config, isolated=isolated))
    with opened(output, paths) as stream:
        render(found, stream, as_json=output_format is Format.JSON)
    if len(paths) > len(shown):
        print(f"rtlog: and {len(paths) - len(shown):,} older ones: --all", file=sys.stderr)
