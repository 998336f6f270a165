"""Exit codes of `analyze`: 0 clean, 1 findings, 2 unreadable or misused, 3 inconclusive; of several 2 > 1 > 3 > 0."""

from collections.abc import Iterable
from typing import Final

from rtlog.analyzers.finding import Severity
from rtlog.analyzers.report import RecordingReport

CLEAN: Final = 0
FOUND: Final = 1
UNREADABLE: Final = 2
INCONCLUSIVE: Final = 3
PRECEDENCE: Final = (UNREADABLE, FOUND, INCONCLUSIVE, CLEAN)


def exit_code(reports: Iterable[RecordingReport], fail_on: Severity | None) -> int:
    """Give the exit code for *reports*; `fail_on=None` never fails on findings."""
    codes = {_code(report, fail_on) for report in reports}
    return next((code for code in PRECEDENCE if code in codes), CLEAN)


def _code(report: RecordingReport, fail_on: Severity | None) -> int:
    if report.verdict == "unreadable":
        return UNREADABLE
    if report.verdict == "inconclusive":
        return INCONCLUSIVE
    ranks = [Severity(finding.severity).rank for finding in report.findings]
    return FOUND if fail_on is not None and any(rank >= fail_on.rank for rank in ranks) else CLEAN
