"""Prints reports: one function a format, chosen by name; what a format needs is imported when it is chosen."""

import io
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rtlog.analyzers.report import FindingReport, RecordingReport

    Failing = Callable[[RecordingReport], Iterable[FindingReport]]
    Write = Callable[[Iterable[RecordingReport], TextIO], None]


class Format(StrEnum):
    """How a report is printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"
    JUNIT = "junit"
    GITHUB = "github"
    SARIF = "sarif"
    MARKDOWN = "markdown"


TEXTS: Final = frozenset({Format.FULL, Format.CONCISE})


def print_reports(
    reports: "Iterator[RecordingReport]",
    output_format: Format,
    stream: TextIO,
    *,
    quiet: bool,
    several: bool,
    failing: "Failing",
) -> None:
    """Print *reports* as they come.

    *quiet* leaves out what is clean, *several* adds a summary to a text, *failing* gives what fails the run.
    """
    if output_format in TEXTS:
        _print_text(reports, output_format, stream, quiet=quiet, several=several)
        return
    if isinstance(stream, io.TextIOWrapper):
        # Programs read it: UTF-8 whatever the terminal speaks. Names of files may hold what UTF-8 cannot.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    shown = (report for report in reports if not (quiet and report.verdict == "clean"))
    _writer(output_format, failing)(shown, stream)


def _print_text(
    reports: "Iterator[RecordingReport]", output_format: Format, stream: TextIO, *, quiet: bool, several: bool
) -> None:
    from msgspec.structs import replace

    from rtlog.cli.formats.plain_text import is_plain, nothing_found

    shown, plain = [], is_plain(stream) and output_format is Format.FULL and not several
    for report in reports:
        # For the summary alone: thousands of recordings may be printed.
        shown.append(replace(report, findings=[], coverage=None, labels={}) if several else report)
        if report.verdict == "unreadable" or (quiet and report.verdict == "clean"):
            continue
        found_nothing = nothing_found(report) if plain else None
        if found_nothing:
            stream.writelines(f"{line}\n" for line in found_nothing)
            continue
        from rtlog.cli.console import console_for, encodes_arrows
        from rtlog.cli.formats.story_text import concise, full

        console = console_for(stream)
        lines = (
            concise(report) if output_format is Format.CONCISE else full(report, ascii_only=not encodes_arrows(stream))
        )
        for line in lines:
            console.print(line)
        if several and output_format is Format.FULL:
            console.print()
    if several and not quiet:
        from rtlog.cli.console import console_for
        from rtlog.cli.formats.story_text import summary

        console_for(stream).print(summary(shown))


def _writer(output_format: Format, failing: "Failing") -> "Write":
    match output_format:
        case Format.JUNIT:
            from rtlog.cli.formats import junit

            return partial(junit.write, failing=failing)
        case Format.GITHUB:
            from rtlog.cli.formats.github import write
        case Format.SARIF:
            from rtlog.cli.formats.sarif import write
        case Format.MARKDOWN:
            from rtlog.cli.formats.markdown import write
        case Format.JSONL:
            from rtlog.cli.formats.report_json import write_lines as write
        case _:
            from rtlog.cli.formats.report_json import write
    return write
