"""`rtlog import`: what another tool kept of a session, as a recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

if TYPE_CHECKING:
    from rtlog.recordings.importers.found import Found
    from rtlog.recordings.importers.recording import Imported

EXAMPLE: Final = "Example: rtlog import call.har && rtlog analyze latest"
SHOWN: Final = 160
"""Characters of a line that is shown with `-v`."""


def import_(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="HAR, mitmproxy flows, JSON events, a LiveKit or websockets log, a cassette; `-`."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File or folder (`.gz`, `-`: stdout); default: a new file in recordings/."),
    ] = None,
    audio: Annotated[
        Literal["meta", "keep"], typer.Option(help="Keep voices, or their length and hash alone.")
    ] = "meta",
    title: Annotated[str | None, typer.Option(help="A name for the recording.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show what could not be understood.")] = False,
) -> None:
    """Make a recording of what another tool kept of a session; the format is detected, secrets are taken out.

    Exits 2 where SOURCE holds no realtime event.
    """
    from rtlog.recordings.copying import copy_at
    from rtlog.recordings.errors import RecordingError
    from rtlog.recordings.importers.importing import import_file, target_of

    if "://" in source:
        raise RecordingError(source, "is an address: save what is there, and import the file")
    path = Path(source)
    found, result = import_file(path, audio=audio, title=title)
    target = target_of(output, result)
    with copy_at(target, path, force=force) as stream:
        stream.writelines(result.encoded())
    _tell(found, result, verbose=verbose)
    _tell_where(output, target)


def _tell(found: "Found", result: "Imported", *, verbose: bool) -> None:
    from rtlog.cli.formats.wording import counted

    total = result.events + result.cut
    rest = [f"{result.cut} not kept whole by the source"] if result.cut else []
    if found.not_understood:
        rest.append(f"{found.not_understood} not understood{'' if verbose else ', -v shows them'}")
    _say(f"imported {counted(result.events, 'event')} of {total:,}{_bracketed(rest)}")
    if found.inferred == 1:
        _say("1 event does not say who sent it: taken from its type")
    elif found.inferred:
        _say(f"{found.inferred:,} events do not say who sent them: taken from their types")
    if result.start is None:
        _say("the recording is untimed")
    for url in result.left_out:
        _say(f"left out, no realtime events: {url or 'a connection'}")
    for note in found.notes:
        _say(note)
    for each in found.foreign if verbose else ():
        _say(f"{each.where}: {result.redactor.text(each.text)[:SHOWN]}")


def _bracketed(rest: list[str]) -> str:
    return f" ({'; '.join(rest)})" if rest else ""


def _tell_where(output: Path | None, target: Path) -> None:
    if target != Path("-"):
        from shlex import quote

        _say(f"wrote {target}; next: rtlog analyze {'latest' if output is None else quote(str(target))}")


def _say(text: str) -> None:
    from rtlog.cli.saying import say

    say(text)
