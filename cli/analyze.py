"""`rtlog analyze`: names the races of recordings, with proof."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rtlog.cli.printing import Format, print_reports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rtlog.analyzers.report import RecordingReport
    from rtlog.analyzers.rule import Rule

EXAMPLE = "Example: rtlog analyze latest --output-format concise --fail-on error"


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
        print_reports(_analyzed(paths, rules, reports), output_format, stream, quiet=quiet, several=len(paths) > 1)
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
