"""`rtlog demo`: a race of a realtime session, played, recorded, named and drawn; no key, no network."""

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
    """Play a race between a simulated server and a client, record it, and say what went wrong. Takes five seconds."""
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
    from rtlog.analyzers.reporting import report_of
    from rtlog.cli.console import console_for, encodes_arrows
    from rtlog.cli.loading import analyze_file
    from rtlog.cli.story_text import full

    reading, analysis = analyze_file(path)
    console = console_for(sys.stdout)
    for line in full(report_of(analysis, str(path), reading.header.id), ascii_only=not encodes_arrows(sys.stdout)):
        console.print(line)
