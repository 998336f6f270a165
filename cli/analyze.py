"""`rtlog analyze`: names the races of recordings, with proof."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rtlog.analyzers.report import RecordingReport
    from rtlog.analyzers.rule import Rule

EXAMPLE = "Example: rtlog analyze latest --output-format concise --fail-on error"


class Format(StrEnum):
    """How a report is printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


def analyze(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Recordings, folders, globs, `-` or `latest`.")],
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="How the report is printed.")
    ] = Format.FULL,
    select: Annotated[str, typer.Option(help="Codes, prefixes or names of the rules to run.")] = "",
    ignore: Annotated[str, typer.Option(help="Codes, prefixes or names of the rules to leave out.")] = "",
    fail_on: Annotated[FailOn, typer.Option(help="The least severity that makes the exit code 1.")] = FailOn.WARNING,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the report here, not to stdout.")] = None,
    *,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 even with findings.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only recordings that have findings.")] = False,
) -> None:
    """Name the races in recordings, with the records that prove them.

    Exits 0 when clean, 1 with findings, 2 for unreadable input, 3 when inconclusive.
    """
    from rtlog.analyzers.finding import Severity
    from rtlog.cli.exits import UNREADABLE, exit_code
    from rtlog.cli.loading import chosen_rules
    from rtlog.cli.output import opened
    from rtlog.recordings.sources import resolve

    rules = chosen_rules(select, ignore)
    paths = resolve(files)
    reports: list[RecordingReport] = []
    with opened(output) as stream:
        _print(_analyzed(paths, rules, reports), output_format, stream, quiet=quiet, several=len(paths) > 1)
    code = exit_code(reports, None if fail_on is FailOn.NEVER else Severity(fail_on.value))
    raise typer.Exit(0 if exit_zero and code != UNREADABLE else code)


def _analyzed(
    paths: "Sequence[Path | str]", rules: "Sequence[type[Rule]]", reports: "list[RecordingReport]"
) -> "Iterator[RecordingReport]":
    from rtlog.cli.loading import report_file

    for path in paths:
        report = report_file(path, rules)
        if report.verdict == "unreadable":
            print(f"rtlog: {report.reason}", file=sys.stderr)
        reports.append(report)
        yield report


def _print(
    reports: "Iterator[RecordingReport]", output_format: Format, stream: TextIO, *, quiet: bool, several: bool
) -> None:
    if output_format in {Format.JSON, Format.JSONL}:
        _print_json(reports, output_format, stream, quiet=quiet)
        return
    from rtlog.cli.console import console_for, encodes_arrows
    from rtlog.cli.story_text import concise, full, summary

    console = console_for(stream)
    shown = []
    for report in reports:
        shown.append(report)
        if report.verdict == "unreadable" or (quiet and report.verdict == "clean"):
            continue
        lines = (
            concise(report) if output_format is Format.CONCISE else full(report, ascii_only=not encodes_arrows(stream))
        )
        for line in lines:
            console.print(line)
        if several and output_format is Format.FULL:
            console.print()
    if several and not quiet:
        console.print(summary(shown))


def _print_json(reports: "Iterator[RecordingReport]", output_format: Format, stream: TextIO, *, quiet: bool) -> None:
    from importlib.metadata import version

    from rtlog.analyzers.report import Report

    shown = (report for report in reports if not (quiet and report.verdict == "clean"))
    if output_format is Format.JSONL:
        stream.writelines(report.model_dump_json() + "\n" for report in shown)
        return
    whole = Report(tool=f"rtlog {version('rtlog')}", recordings=list(shown))
    stream.write(whole.model_dump_json(indent=2) + "\n")
