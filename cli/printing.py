"""Prints reports: one function a format, chosen by name."""

from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rtlog.analyzers.report import RecordingReport


class Format(StrEnum):
    """How a report is printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    JSONL = "jsonl"


def print_reports(
    reports: "Iterator[RecordingReport]", output_format: Format, stream: TextIO, *, quiet: bool, several: bool
) -> None:
    """Print *reports* as they come; *quiet* leaves out what is clean, *several* adds a summary."""
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
