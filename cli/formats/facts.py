"""What a report comes to, in words: stories counted, coverage told, recordings summed up."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from rtlog.analyzers.report import CoverageReport, RecordingReport
from rtlog.cli.formats.told import GRAVEST_FIRST, ToldStory
from rtlog.cli.formats.wording import counted

VERDICTS: Final = {
    "findings": "with findings",
    "clean": "clean",
    "inconclusive": "inconclusive",
    "unreadable": "unreadable",
}
DAMAGE_SHOWN: Final = 3
SEVERITY_NAMES: Final = {"error": "error", "warning": "warning", "info": "note"}


def summed_up(reports: Sequence[RecordingReport]) -> str:
    """Sum up several recordings; stories count, not their echoes."""
    stories = sum(len(report.stories) for report in reports if report.verdict == "findings")
    verdicts: Counter[str] = Counter(report.verdict for report in reports)
    parts = [f"{verdicts[verdict]} {text}" for verdict, text in VERDICTS.items() if verdicts[verdict]]
    return f"{counted(len(reports), 'recording')}: {counted(stories, 'story', 'stories')}; {', '.join(parts)}"


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
        facts.append("the end is not in it: still being written, ended without a footer, or continued in another file")
    return facts


def coverage_lines(report: RecordingReport) -> list[str]:
    """Say how much of a recording was seen and could be judged; nothing of one that could not be read."""
    coverage = report.coverage
    if coverage is None:
        return []
    lines = [f"coverage: {'; '.join(coverage_facts(coverage))}"]
    if report.client:
        lines.append(f"client: {report.client}{'; its context is simulated' if report.local_simulated else ''}")
    lines += [f"damage: {report.path}:{d.line}: {d.problem}" for d in coverage.damage[:DAMAGE_SHOWN]]
    return lines + [f"not judged: {text}" for text in not_judged(coverage)]


def not_judged(coverage: CoverageReport) -> list[str]:
    """Say which rules could not judge, by reason."""
    reasons: dict[str, list[str]] = {}
    for code, reason in coverage.not_judged.items():
        reasons.setdefault(reason, []).append(code)
    return [f"{', '.join(codes)} ({reason})" for reason, codes in reasons.items()]
