"""How often each rule spoke over a run: what `rtlog analyze --statistics` prints."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rtlog.analyzers.report import REPORT_VERSION, RecordingReport


class RuleStatistics(BaseModel):
    """One rule that found something."""

    model_config = ConfigDict(frozen=True)

    rule: str
    name: str
    findings: int
    stories: Annotated[int, Field(description="Stories whose root is a finding of this rule.")]


class Statistics(BaseModel):
    """Every rule that found something in a run, the most frequent first."""

    model_config = ConfigDict(frozen=True)

    version: int = REPORT_VERSION
    tool: str
    recordings: int
    findings: int
    stories: int
    rules: list[RuleStatistics]


def statistics_of(reports: Iterable[RecordingReport], tool: str) -> Statistics:
    """Count the findings and stories of *reports* by rule; *tool* is the program that counts."""
    names: dict[str, str] = {}
    findings: Counter[str] = Counter()
    stories: Counter[str] = Counter()
    recordings = 0
    for report in reports:
        recordings += 1
        names |= {finding.rule: finding.name for finding in report.findings}
        findings.update(finding.rule for finding in report.findings)
        rule_of = {finding.id: finding.rule for finding in report.findings}
        stories.update(rule_of[story.root] for story in report.stories)
    ranked = sorted(findings, key=lambda code: (-findings[code], code))
    return Statistics(
        tool=tool,
        recordings=recordings,
        findings=findings.total(),
        stories=stories.total(),
        rules=[
            RuleStatistics(rule=code, name=names[code], findings=findings[code], stories=stories[code])
            for code in ranked
        ],
    )
