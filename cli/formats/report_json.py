"""The report itself, as JSON or as a line of JSON for each recording."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import TextIO

from rtlog.analyzers.report import RecordingReport, Report
from rtlog.cli.formats.wording import ascii_where_unprintable


def write(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write one document; its schema is `rtlog schema report`."""
    whole = Report(tool=f"rtlog {version('rtlog')}", recordings=[_encodable(report) for report in reports])
    stream.write(ascii_where_unprintable(whole.model_dump_json(indent=2)) + "\n")


def write_lines(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write a line a recording, as soon as it is judged."""
    stream.writelines(ascii_where_unprintable(_encodable(report).model_dump_json()) + "\n" for report in reports)


def _encodable(report: RecordingReport) -> RecordingReport:
    """Give a name of a file as UTF-8, and escape what is none: on Linux a name may be any bytes."""
    texts = {"path": report.path, "reason": report.reason or ""}
    known = {key: text.encode("utf-8", "surrogateescape") for key, text in texts.items()}
    decoded = {key: text.decode("utf-8", "backslashreplace") for key, text in known.items()}
    changed = {key: text for key, text in decoded.items() if text != texts[key]}
    return report.model_copy(update=changed) if changed else report
