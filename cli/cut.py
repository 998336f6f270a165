"""`rtlog cut`: the part of a recording that matters, with what must be known to understand it."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from rtlog.cli.completing import selectors
from rtlog.cli.configuring.options import Config, Isolated

EXAMPLE: Final = "Example: rtlog cut latest --around RT101 -o race.rtlog.jsonl"


def cut(  # noqa: PLR0913 - a command has the options it has
    file: Annotated[str, typer.Argument(metavar="FILE", help="A recording or `latest`.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write it here (`.gz`, `.zst`: compressed; `-`: stdout).", show_default="beside it"
        ),
    ] = None,
    around: Annotated[
        str | None,
        typer.Option(
            help="Keep what surrounds a rule, finding, item, response, call or line.",
            autocompletion=selectors,
            show_default="the stories",
        ),
    ] = None,
    pad: Annotated[float, typer.Option(min=0, metavar="MS", help="How much to keep on either side of it.")] = 500,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Begin at this T+ or time of day.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End at this T+ or time of day.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Copy the part of a recording that matters, by default its stories, so that the same findings fire on it.

    What the part needs from before and after it is kept too. Times stay; the header says what was cut.
    """
    from rtlog.cli import cutting
    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.rendering.wishes import Wishes
    from rtlog.recordings.copying import copy_at, named_after
    from rtlog.recordings.sources import only

    source = only(file)
    setup = setup_for(config, isolated=isolated)
    made = cutting.cut(source, setup, Wishes(around=around, pad=pad, start=start, end=end))
    path = output or named_after(source, "cut")
    with copy_at(path, source, force=force) as stream:
        stream.writelines(made.lines())
    print(f"rtlog: wrote {path}: {cutting.told(made)}", file=sys.stderr)
