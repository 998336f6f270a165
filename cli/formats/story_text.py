"""A report as text: the verdict, each story with its proof, and what could not be judged."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.formats.facts import coverage_lines, summed_up, tally
from rtlog.cli.formats.proof_text import told
from rtlog.cli.formats.ragged import Ragged, indented
from rtlog.cli.formats.told import stories_of
from rtlog.cli.formats.wording import STYLES, counted, printable

__all__ = ["concise", "full", "headline", "summary"]


def full(report: RecordingReport, *, ascii_only: bool = False) -> Iterator[RenderableType]:
    """Give the lines of one recording's report."""
    yield Ragged(headline(report))
    for story in stories_of(report):
        yield Text("")
        yield from told(story, ascii_only=ascii_only)
    yield from _explained(report)
    yield from _coverage(report)


def concise(report: RecordingReport) -> Iterator[Text]:
    """Give one line a finding: `file:line: CODE severity message`."""
    for finding in report.findings:
        line = Text(printable(f"{report.path}:{finding.line}: "))
        line.append(f"{finding.rule} ", STYLES[finding.severity])
        line.append(printable(f"[{finding.severity}, {finding.certainty}] {finding.message}"))
        yield line
    if report.verdict in {"inconclusive", "unreadable"}:
        yield Text(printable(f"{report.path}: {report.verdict}: {report.reason}"))


def headline(report: RecordingReport) -> Text:
    """Give the verdict of one recording in a line."""
    line = Text(printable(report.path), "bold")
    line.append(": ")
    match report.verdict:
        case "clean":
            line.append("clean", "bold green")
            if report.stories:
                line.append(f", {counted(len(report.stories), 'note')}")
        case "findings":
            line.append(tally(stories_of(report)), "bold")
        case _:
            line.append(report.verdict, "bold yellow")
            line.append(f": {printable(report.reason or '')}")
    return line


def summary(reports: list[RecordingReport]) -> Text:
    """Give the line that sums up several recordings; stories count, not their echoes."""
    return Text(summed_up(reports), "bold")


def _explained(report: RecordingReport) -> Iterator[RenderableType]:
    codes = dict.fromkeys(finding.rule for story in stories_of(report) for finding in story.findings)
    if codes:
        yield Text("")
        yield indented(Text(f"more about it: rtlog rule {printable(' '.join(codes))}", "dim"), 2)


def _coverage(report: RecordingReport) -> Iterator[RenderableType]:
    lines = coverage_lines(report)
    if lines:
        yield Text("")
    for line in lines:
        yield indented(Text(printable(line), "dim"), 2)
