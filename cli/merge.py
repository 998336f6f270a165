"""`rtlog merge`: one recording from the proxy's and the program's own of the same session."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = "Example: rtlog merge proxy.rtlog.jsonl agent.rtlog.jsonl -o call.rtlog.jsonl"


def merge(
    wire: Annotated[str, typer.Argument(metavar="WIRE", help="What the proxy recorded.")],
    sdk: Annotated[str, typer.Argument(metavar="SDK", help="What a tap in the program recorded meanwhile.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write it here (`.gz`, `.zst`: compressed; `-`: stdout).", show_default="beside WIRE"
        ),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Merge two recordings of one session, of the wire and of the program, into one on one clock.

    The wire tells what was sent and received, the program what it did with it. The clocks are compared by the events
    that both have. Exits 0, or 2 where they have none in common.
    """
    from rtlog.cli.merging import merge_files, told
    from rtlog.recordings.copying import named_after
    from rtlog.recordings.sources import only

    source = only(wire)
    path = output or named_after(source, "merged")
    made = merge_files(source, only(sdk), path, force=force)
    print(f"rtlog: wrote {path}: {told(made)}", file=sys.stderr)
