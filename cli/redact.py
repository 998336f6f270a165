"""`rtlog redact`: a copy of a recording without what was said in it, which gives the same findings."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

EXAMPLE: Final = "Example: rtlog redact latest -o call.rtlog.jsonl.gz && rtlog analyze call.rtlog.jsonl.gz"
CATEGORIES: Final = "spoken, arguments, outputs, instructions, tools, metadata, notes, addresses, audio, other"


def redact(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A recording, `-` or `latest`.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write it here (`.gz`, `.zst`: compressed; `-`: stdout).", show_default="beside it"
        ),
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help=f"Leave these as they are, by comma: {CATEGORIES}.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(help="Give the same pseudonyms every time: who knows it can look words up.")
    ] = None,
    *,
    keep_keys: Annotated[
        bool, typer.Option("--keep-keys/--no-keep-keys", help="Keep the names of members in arguments and outputs.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Copy a recording with pseudonyms for what was said: words, arguments, outputs, instructions, names of hosts.

    Lengths stay, and equal words stay equal, so that every rule gives the same findings. The original is not touched.
    """
    from rtlog.cli.scrubbing import categories, scrub_file
    from rtlog.recordings.sources import only

    source = only(file)
    written = scrub_file(source, output, kept=categories(keep or []), keep_keys=keep_keys, seed=seed, force=force)
    print(f"rtlog: wrote {written}", file=sys.stderr)
