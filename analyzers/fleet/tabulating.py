"""From a sheet to the rows of every table."""

from collections.abc import Iterator

from msgspec import Struct

from rtlog.analyzers.baseline import base_of
from rtlog.analyzers.fleet.origin import UNKNOWN
from rtlog.analyzers.fleet.rows import FindingRow, RecordingRow, Row, StoryRow
from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.analyzers.report import FindingReport, RecordingReport


def rows_of(sheet: Sheet, number: int) -> Iterator[tuple[str, Struct]]:
    """Give each row of *sheet* with the name of its table; *number* is the recording's place in the run."""
    yield "recordings", _recording(sheet, number)
    for finding in sheet.report.findings:
        yield "findings", _finding(finding, number)
    for story in _stories(sheet.report, number):
        yield "stories", story
    figures = sheet.figures
    if figures is None:
        return
    for name, rows in (
        ("near_misses", figures.near_misses),
        ("latencies", figures.latencies),
        ("unanswered_calls", figures.unanswered_calls),
    ):
        for row in rows:
            yield name, _numbered(row, number)


def _numbered(row: Row, number: int) -> Row:
    row.recording = number
    return row


def _recording(sheet: Sheet, number: int) -> RecordingRow:
    report, origin, coverage, figures = sheet.report, sheet.origin, sheet.report.coverage, sheet.figures
    return RecordingRow(
        recording=number,
        path=report.path,
        id=report.id,
        day=None if origin.day == UNKNOWN else origin.day,
        started=origin.started,
        provider=origin.provider,
        sdk=origin.sdk,
        verdict=report.verdict,
        reason=report.reason,
        seconds=figures.seconds if figures else None,
        turns=figures.turns if figures else 0,
        records=coverage.records if coverage else 0,
        findings=len(report.findings),
        stories=len(report.stories),
        unanswered=coverage.unanswered if coverage else 0,
        lossy=coverage.lossy if coverage else False,
        not_judged=sorted(coverage.not_judged) if coverage else [],
    )


def _finding(finding: FindingReport, number: int) -> FindingRow:
    return FindingRow(
        recording=number,
        id=finding.id,
        kind=base_of(finding),
        rule=finding.rule,
        name=finding.name,
        severity=finding.severity,
        certainty=finding.certainty,
        message=finding.message,
        line=finding.line,
        t_ms=finding.t_ms,
        caused_by=finding.caused_by,
    )


def _stories(report: RecordingReport, number: int) -> Iterator[StoryRow]:
    roots = {finding.id: finding for finding in report.findings}
    for story in report.stories:
        root = roots[story.root]
        yield StoryRow(number, root.id, root.rule, root.name, root.severity, len(story.findings))
