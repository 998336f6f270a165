"""Exit codes of `analyze`: 0 clean, 1 findings, 2 unreadable or misused, 3 inconclusive; of several 2 > 1 > 3 > 0."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rtlog.analyzers.finding import Severity
    from rtlog.analyzers.report import FindingReport, RecordingReport

CLEAN: Final = 0
FOUND: Final = 1
UNREADABLE: Final = 2
INCONCLUSIVE: Final = 3
PRECEDENCE: Final = (UNREADABLE, FOUND, INCONCLUSIVE, CLEAN)


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"

    @property
    def severity(self) -> "Severity | None":
        """The severity of that name; `None` where nothing fails."""
        from rtlog.analyzers.finding import Severity

        return None if self is FailOn.NEVER else Severity(self.value)


def exit_code(reports: "Iterable[RecordingReport]", fail_on: "Severity | None", expected: Collection[str] = ()) -> int:
    """Give the exit code for *reports*; `fail_on=None` never fails on findings, nor do findings of rules *expected*."""
    return worst(_code(report, fail_on, expected) for report in reports)


def worst(codes: Iterable[int]) -> int:
    """Give the one of *codes* that a run over all of them ends with."""
    given = set(codes)
    return next((code for code in PRECEDENCE if code in given), CLEAN)


def _code(report: "RecordingReport", fail_on: "Severity | None", expected: Collection[str]) -> int:
    if report.verdict == "unreadable":
        return UNREADABLE
    if report.verdict == "inconclusive":
        return INCONCLUSIVE
    return FOUND if failing(report, fail_on, expected) else CLEAN


def failing(
    report: "RecordingReport", fail_on: "Severity | None", expected: Collection[str] = ()
) -> "list[FindingReport]":
    """Give the findings of *report* that make a run fail."""
    from rtlog.analyzers.finding import Severity

    if fail_on is None:
        return []
    return [finding for finding in _unexpected(report, expected) if Severity(finding.severity).rank >= fail_on.rank]


def _unexpected(report: "RecordingReport", expected: Collection[str]) -> "list[FindingReport]":
    """Leave out what is expected, and what follows from it: the echoes of a race that must show are no surprise."""
    told = {finding.id: finding for finding in report.findings}

    def is_expected(finding: "FindingReport | None") -> bool:
        while finding is not None:
            if finding.rule in expected:
                return True
            finding = told.get(finding.caused_by or "")
        return False

    return [finding for finding in report.findings if not is_expected(finding)]
