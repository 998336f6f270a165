"""`rtlog report`: the bundle for an issue: what to paste, and what to attach."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rtlog.cli.bundling.whom import Maintainers
from rtlog.cli.completing import selectors
from rtlog.cli.configuring.options import Config, Isolated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rtlog.cli.bundling.bundle import Bundle

EXAMPLE: Final = "Example: rtlog report latest --for livekit"
ATTACHABLE: Final = 25_000_000
"""Bytes that GitHub takes as an attachment."""


def report(  # noqa: PLR0913 - a command has the options it has
    file: Annotated[str, typer.Argument(metavar="FILE", help="A recording or `latest`.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Make this folder.", show_default="rtlog-report-<id>"),
    ] = None,
    maintainers: Annotated[
        Maintainers | None, typer.Option("--for", help="Add what these maintainers ask for.")
    ] = None,
    around: Annotated[
        str | None,
        typer.Option(
            help="Report what surrounds a rule, finding, item, response, call or line.",
            autocompletion=selectors,
            show_default="the stories",
        ),
    ] = None,
    pad: Annotated[float, typer.Option(min=0, metavar="MS", help="How much to show on either side of it.")] = 500,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Begin at this T+ or time of day.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End at this T+ or time of day.")] = None,
    *,
    spoken: Annotated[bool, typer.Option("--spoken", help="Leave what was said as it was said.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an earlier report.")] = False,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Make the folder for an issue: the text to paste, the timeline as a page, the recording cut and scrubbed.

    Nothing in it tells what was said, what tools were called with or whose session it is; ids and times stay.
    """
    from rtlog.cli.bundling.bundle import bundle, name_of
    from rtlog.cli.bundling.folder import refuse
    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.cutting import cut
    from rtlog.cli.rendering.wishes import Wishes
    from rtlog.recordings.sources import only

    setup = setup_for(config, isolated=isolated)
    made = cut(only(file), setup, Wishes(around=around, pad=pad, start=start, end=end), or_whole=True)
    name = name_of(made)
    folder = output or Path(f"rtlog-report-{name}")
    refuse(folder, force=force)
    done = bundle(made, folder, name, setup, spoken=spoken, maintainers=maintainers, force=force)
    for line in _what_to_do(done):
        print(line)
    for line in _what_to_know(done):
        print(f"rtlog: {line}", file=sys.stderr)


def _what_to_do(done: "Bundle") -> "Iterator[str]":
    from rtlog.cli.bundling.bundle import REPORT, TIMELINE

    yield f"paste   {done.folder / REPORT}"
    yield f"attach  {done.folder / TIMELINE}"
    yield f"attach  {done.recording}"


def _what_to_know(done: "Bundle") -> "Iterator[str]":
    from rtlog.cli.bundling.bundle import TIMELINE
    from rtlog.cli.cutting import told
    from rtlog.cli.formats.wording import counted

    yield f"{counted(len(done.report.findings), 'finding')}; the recording keeps {told(done.cut)}"
    if done.differs:
        yield f"what is shared gives other findings than the recording: {', '.join(done.differs)}"
    for path in (done.folder / TIMELINE, done.recording):
        size = path.stat().st_size
        if size > ATTACHABLE:
            yield f"{path} has {size / 1e6:.0f} MB, GitHub takes 25: choose less with --around, or --from and --to"
    words = "what was said stands in it" if done.spoken else "words are pseudonyms"
    yield f"read {done.folder} before you share it: {words}; lengths, punctuation and which words are equal stay"
