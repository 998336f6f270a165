"""`rtlog demo`: a race of a realtime session, played, recorded, drawn and named; no key, no network."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = "Example: rtlog demo && rtlog timeline latest"


def demo(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File or folder; default: a new file in recordings/.")
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Play a race between a simulated server and a client, record it, draw it and name it. Takes five seconds."""
    import asyncio

    from rtlog.recordings.naming import check_writable, recordings_folder
    from rtlog.recordings.taps.proxy import Options
    from rtlog.simulator.demonstration import demonstrate

    check_writable(output or recordings_folder(), force=force)
    print("rtlog: playing livekit/agents#5021 on this machine, about five seconds", file=sys.stderr)
    path = asyncio.run(demonstrate(Options(output=output, force=force)))
    print(f"rtlog: recorded {path}", file=sys.stderr)
    _tell(path)


def _tell(path: Path) -> None:
    """Draw the timeline from T+0 on, then tell the story: what a person reads last stays on the screen."""
    from rtlog.cli.console import console_for, encodes_arrows
    from rtlog.cli.formats.story_text import full
    from rtlog.cli.loading import report_file
    from rtlog.cli.timeline import timeline

    timeline([str(path)], start="0", pager=False)
    console = console_for(sys.stdout)
    _, *story = full(report_file(path), ascii_only=not encodes_arrows(sys.stdout))
    for line in story:
        console.print(line)
