"""`rtlog doctor`: what is wrong with the file of a recording, and a copy without it."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TextIO

import typer

if TYPE_CHECKING:
    from rtlog.recordings.doctoring import Complaint, Diagnosis

EXAMPLE: Final = "Example: rtlog doctor latest --repair -o call.rtlog.jsonl"
VERSION: Final = 1


class Format(StrEnum):
    """How what is wrong is printed."""

    TEXT = "text"
    JSON = "json"


def doctor(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Recordings, folders, globs or `latest`.")],
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="How it is printed.")
    ] = Format.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="With --repair, where the copy goes; else write here, not to stdout."),
    ] = None,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Write a copy with all that can be read.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Examine the files of recordings: torn, damaged or missing lines, wrong times, secrets left in them.

    Exits 0 for healthy files, 1 where something is wrong, 2 where one cannot be read. With --repair: 0 once it is
    written. The recording itself is not touched.
    """
    from rtlog.cli.doctoring import diagnose
    from rtlog.cli.output import opened
    from rtlog.recordings.sources import only, resolve

    if repair:
        if len(files) > 1:
            raise typer.BadParameter("--repair takes one recording", param_hint="FILE")
        _repair(only(files[0]), output, force=force)
        return
    paths = resolve(files)
    found = [diagnose(path) for path in paths]
    with opened(output, paths) as stream:
        _print(found, output_format, stream)
    unreadable = any(each.unreadable for each in found)
    raise typer.Exit(2 if unreadable else int(not all(each.healthy for each in found)))


def _repair(path: Path, output: Path | None, *, force: bool) -> None:
    from rtlog.cli.doctoring import repair
    from rtlog.cli.formats.wording import counted
    from rtlog.recordings.copying import named_after

    target = output or named_after(path, "repaired")
    made = repair(path, target, force=force)
    lost = f", a gap for {made.dropped:,} that cannot" if made.dropped else ""
    twice = f", a gap for {counted(made.disordered, 'place')} where the numbers go back" if made.disordered else ""
    print(f"rtlog: wrote {target}: {counted(made.kept, 'record')} that can be read{lost}{twice}", file=sys.stderr)


def _print(found: "list[Diagnosis]", output_format: Format, stream: TextIO) -> None:
    if output_format is Format.JSON:
        import json
        from importlib.metadata import version

        told = [each.model_dump(mode="json") for each in found]
        json.dump({"version": VERSION, "tool": f"rtlog {version('rtlog')}", "recordings": told}, stream, indent=2)
        stream.write("\n")
        return
    from rtlog.cli.formats.wording import counted, printable

    for each in found:
        stream.write(f"{printable(each.path)}: {printable(_state(each))}, {counted(each.records, 'record')}\n")
        stream.writelines(f"  {printable(_told(complaint))}\n" for complaint in each.complaints)


def _state(diagnosis: "Diagnosis") -> str:
    if diagnosis.unreadable:
        return f"unreadable: {diagnosis.unreadable}"
    return "healthy" if diagnosis.healthy else "something is wrong"


def _told(complaint: "Complaint") -> str:
    more = complaint.count - len(complaint.lines)
    where = ", ".join(map(str, complaint.lines)) + (f" and {more:,} more" if complaint.lines and more > 0 else "")
    often = f" ({complaint.count:,} times)" if complaint.count > 1 and not complaint.lines else ""
    at = f"{'line' if len(complaint.lines) == 1 and more <= 0 else 'lines'} {where}: " if where else ""
    return f"{at}{complaint.what}{often}: {complaint.means}"
