"""The report itself, as JSON or as a line of JSON for each recording."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import TextIO

from rtlog.analyzers.report import RecordingReport, Report
from rtlog.cli.formats.wording import json_of


def write(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write one document; its schema is `rtlog schema report`."""
    whole = Report(tool=f"rtlog {version('rtlog')}", recordings=[*reports])
    stream.write(json_of(whole, indent=2) + "\n")


def write_lines(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write a line a recording, as soon as it is judged."""
    stream.writelines(json_of(report) + "\n" for report in reports)
