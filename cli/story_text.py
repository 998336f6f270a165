"""A report as text: the verdict, each story with its proof, and what could not be judged."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from rtlog.analyzers.report import CoverageReport, RecordingReport
from rtlog.cli.proof_text import told
from rtlog.cli.ragged import Ragged, indented
from rtlog.cli.told import GRAVEST_FIRST, ToldStory, stories_of
from rtlog.cli.wording import STYLES, counted, printable

__all__ = ["STYLES", "concise", "coverage_facts", "full", "headline", "not_judged", "printable", "summary", "tally"]

VERDICTS: Final = {
    "findings": "with findings",
    "clean": "clean",
    "inconclusive": "inconclusive",
    "unreadable": "unreadable",
}
SEVERITY_NAMES: Final = {"error": "error", "warning": "warning", "info": "note"}
DAMAGE_SHOWN: Final = 3


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
            if report.findings:
                line.append(f", {counted(len(report.findings), 'note')}")
        case "findings":
            line.append(tally(stories_of(report)), "bold")
        case _:
            line.append(report.verdict, "bold yellow")
            line.append(f": {printable(report.reason or '')}")
    return line


def summary(reports: list[RecordingReport]) -> Text:
    """Give the line that sums up several recordings; stories count, not their echoes."""
    stories = sum(len(report.stories) for report in reports if report.verdict == "findings")
    verdicts = [report.verdict for report in reports]
    parts = [f"{verdicts.count(v)} {text}" for v, text in VERDICTS.items() if v in verdicts]
    return Text(
        f"{counted(len(reports), 'recording')}: {counted(stories, 'story', 'stories')}; {', '.join(parts)}", "bold"
    )


def tally(stories: Iterable[ToldStory]) -> str:
    """Count stories by the severity of the gravest finding in each; what follows from a root is told apart."""
    told_stories = list(stories)
    severities = Counter(story.severity for story in told_stories)
    grades = [counted(severities[s], SEVERITY_NAMES[s]) for s in GRAVEST_FIRST if severities[s]]
    text = counted(len(told_stories), "story", "stories")
    text += f" ({', '.join(grades)})" if grades else ""
    echoes = sum(len(story.consequences) for story in told_stories)
    return f"{text}, {counted(echoes, 'consequence')}" if echoes else text


def coverage_facts(coverage: CoverageReport) -> list[str]:
    """Say what was seen of a recording, and what is missing."""
    facts = [f"{coverage.records} records, {coverage.modelled} of {coverage.events} events modelled"]
    if coverage.unanswered:
        facts.append(counted(coverage.unanswered, "request") + " unanswered")
    facts += [text for told, text in ((coverage.lossy, "lossy"), (not coverage.timed, "untimed")) if told]
    if not coverage.complete:
        facts.append("no footer: still being written, or ended without one")
    return facts


def not_judged(coverage: CoverageReport) -> list[str]:
    """Say which rules could not judge, by reason."""
    reasons: dict[str, list[str]] = {}
    for code, reason in coverage.not_judged.items():
        reasons.setdefault(reason, []).append(code)
    return [f"{', '.join(codes)} ({reason})" for reason, codes in reasons.items()]


def _explained(report: RecordingReport) -> Iterator[RenderableType]:
    codes = dict.fromkeys(finding.rule for story in stories_of(report) for finding in story.findings)
    if codes:
        yield Text("")
        yield indented(Text(f"more about it: rtlog rule {printable(' '.join(codes))}", "dim"), 2)


def _coverage(report: RecordingReport) -> Iterator[RenderableType]:
    coverage = report.coverage
    if coverage is None:
        return
    yield Text("")
    lines = [f"coverage: {'; '.join(coverage_facts(coverage))}"]
    lines += [f"client: {report.client}"] if report.client else []
    lines += [f"damage: {report.path}:{d.line}: {d.problem}" for d in coverage.damage[:DAMAGE_SHOWN]]
    lines += [f"not judged: {text}" for text in not_judged(coverage)]
    for line in lines:
        yield indented(Text(printable(line), "dim"), 2)
