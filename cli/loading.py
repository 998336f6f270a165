"""From files to analyses: what commands share, because it needs both the reader and the analyzers."""

from collections.abc import Sequence
from pathlib import Path

from rtlog.analyzers.analysis import Analysis, analyze
from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.rule import Rule
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.selection import UnknownRuleError, select
from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.reader import Reading, read


def chosen_rules(selected: str, ignored: str) -> tuple[type[Rule], ...]:
    """Give the rules that the comma-separated selectors choose; raises RtlogError for one that names nothing."""
    try:
        return select(_words(selected), _words(ignored))
    except UnknownRuleError as error:
        raise RtlogError(str(error)) from error


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def analyze_file(path: Path | str, rules: Sequence[type[Rule]] = RULES) -> tuple[Reading, Analysis]:
    """Analyze one recording; raises RecordingError where it cannot be read."""
    with read(path, fold=True) as reading:
        return reading, analyze(reading, rules)


def report_file(path: Path | str, rules: Sequence[type[Rule]] = RULES) -> RecordingReport:
    """Give the report of one recording; one that cannot be read is reported as such, so that others go on."""
    try:
        reading, analysis = analyze_file(path, rules)
    except RecordingError as error:
        return RecordingReport(path=str(path), id="", verdict="unreadable", reason=str(error))
    return report_of(analysis, str(path), reading.header.id)
