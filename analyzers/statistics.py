"""How often each rule spoke over a run: what `rtlog analyze --statistics` prints."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from rtlog.analyzers.baseline import base_of
from rtlog.analyzers.finding import Severity
from rtlog.analyzers.fleet.origin import Origin
from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.analyzers.report import REPORT_VERSION, RecordingReport

Dimension = Literal["sdk", "provider", "day"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("sdk", "provider", "day")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class RuleStatistics(_Model):
    """One rule that found something."""

    rule: str
    name: str
    findings: int
    stories: Annotated[int, Field(description="Stories whose root is a finding of this rule.")]
    recordings: Annotated[int, Field(description="Recordings in which it found something.")] = 0
    judged: Annotated[int, Field(description="Recordings that it could judge.")] = 0
    severity: Annotated[Literal["error", "warning", "info"], Field(description="The gravest that it found.")] = "info"
    kinds: Annotated[
        dict[str, int], Field(description="Recordings by kind of finding: its id without the number that may follow.")
    ] = {}


class GroupStatistics(_Model):
    """The recordings of one SDK release, provider or day."""

    by: Dimension
    value: str
    recordings: int
    findings: int
    stories: int
    rules: list[RuleStatistics]
    not_judged: Annotated[dict[str, int], Field(description="Recordings that a rule could not judge, by rule.")] = {}


class Statistics(_Model):
    """Every rule that found something in a run, the most frequent first, over all recordings and by group."""

    version: int = REPORT_VERSION
    tool: str
    recordings: int
    unreadable: Annotated[int, Field(description="Recordings that could not be analyzed, counted in no group.")] = 0
    findings: int
    stories: int
    rules: list[RuleStatistics]
    ran: Annotated[list[str], Field(description="The rules that ran, whether they found something or not.")] = []
    not_judged: Annotated[dict[str, int], Field(description="Recordings that a rule could not judge, by rule.")] = {}
    groups: Annotated[list[GroupStatistics], Field(description="The same by `sdk`, by `provider` and by `day`.")] = []


@dataclass(slots=True)
class Tally:
    """Counts recordings one by one; memory grows with rules and kinds of findings, not with recordings."""

    recordings: int = 0
    unreadable: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    stories: Counter[str] = field(default_factory=Counter)
    not_judged: Counter[str] = field(default_factory=Counter)
    _names: dict[str, str] = field(default_factory=dict)
    _severities: dict[str, Severity] = field(default_factory=dict)
    _found_in: Counter[str] = field(default_factory=Counter)
    _kinds: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, report: RecordingReport) -> None:
        """Count one recording."""
        self.recordings += 1
        self.unreadable += report.verdict == "unreadable"
        rule_of = {finding.id: finding.rule for finding in report.findings}
        for finding in report.findings:
            self._note_severity(finding.rule, Severity(finding.severity))
        self._names |= {finding.rule: finding.name for finding in report.findings}
        self.findings.update(rule_of.values())
        self.stories.update(rule_of[story.root] for story in report.stories)
        self._found_in.update(set(rule_of.values()))
        self._kinds.update({(finding.rule, base_of(finding)) for finding in report.findings})
        if report.coverage is not None:
            self.not_judged.update(report.coverage.not_judged.keys())

    def _note_severity(self, code: str, severity: Severity) -> None:
        if severity.rank >= self._severities.get(code, severity).rank:
            self._severities[code] = severity

    def rules(self) -> list[RuleStatistics]:
        """Give the figures of each rule that spoke, the most frequent first."""
        ranked = sorted(self.findings, key=lambda code: (-self.findings[code], code))
        return [
            RuleStatistics(
                rule=code,
                name=self._names[code],
                findings=self.findings[code],
                stories=self.stories[code],
                recordings=self._found_in[code],
                judged=self.recordings - self.unreadable - self.not_judged[code],
                severity=self._severities[code].value,
                kinds={kind: count for (rule, kind), count in sorted(self._kinds.items()) if rule == code},
            )
            for code in ranked
        ]


class FleetTally:
    """Counts the recordings of a run, all together and by group."""

    def __init__(self) -> None:
        self._whole = Tally()
        self._groups: dict[tuple[Dimension, str], Tally] = {}

    def add(self, sheet: Sheet) -> None:
        """Count one recording; one that cannot be read tells no release, provider or day."""
        self._whole.add(sheet.report)
        if sheet.report.verdict == "unreadable":
            return
        for by in DIMENSIONS:
            self._groups.setdefault((by, _value(sheet.origin, by)), Tally()).add(sheet.report)

    def statistics(self, tool: str, ran: Iterable[str] = ()) -> Statistics:
        """Give what was counted so far; *tool* is the program that counts, *ran* the rules that it counts for."""
        whole = self._whole
        ordered = sorted(self._groups.items(), key=lambda group: (DIMENSIONS.index(group[0][0]), group[0][1]))
        return Statistics(
            tool=tool,
            recordings=whole.recordings,
            unreadable=whole.unreadable,
            findings=whole.findings.total(),
            stories=whole.stories.total(),
            rules=whole.rules(),
            ran=sorted(ran),
            not_judged=dict(sorted(whole.not_judged.items())),
            groups=[
                GroupStatistics(
                    by=by,
                    value=value,
                    recordings=tally.recordings,
                    findings=tally.findings.total(),
                    stories=tally.stories.total(),
                    rules=tally.rules(),
                    not_judged=dict(sorted(tally.not_judged.items())),
                )
                for (by, value), tally in ordered
            ],
        )


def statistics_of(sheets: Iterable[Sheet], tool: str, ran: Iterable[str] = ()) -> Statistics:
    """Count the findings and stories of *sheets* by rule; *tool* is the program that counts, *ran* the rules."""
    tally = FleetTally()
    for sheet in sheets:
        tally.add(sheet)
    return tally.statistics(tool, ran)


def _value(origin: Origin, by: Dimension) -> str:
    match by:
        case "sdk":
            return origin.sdk
        case "provider":
            return origin.provider
        case "day":
            return origin.day
