"""The report itself, as JSON or as a line of JSON for each recording."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import TextIO

from rtlog.analyzers.report import RecordingReport, Report


def write(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write one document; its schema is `rtlog schema report`."""
    whole = Report(tool=f"rtlog {version('rtlog')}", recordings=list(reports))
    stream.write(whole.model_dump_json(indent=2) + "\n")


def write_lines(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write a line a recording, as soon as it is judged."""
    stream.writelines(report.model_dump_json() + "\n" for report in reports)
