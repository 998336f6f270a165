"""Baselines: the findings that a project knows already, so that only new ones fail its runs.

A finding is known by the base of its id, which holds no item id, time, label or path: it survives another recording of
the same story. How often it is known counts over all recordings of a run, whose names change from run to run.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field

from rtlog.analyzers.report import FindingReport, RecordingReport, StoryReport
from rtlog.analyzers.verdict import verdict_of


class KnownFinding(BaseModel):
    """One kind of finding, and how many of it are known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(description="The finding's id without its number.")]
    rule: str
    name: str
    count: Annotated[int, Field(ge=1)]


class Baseline(BaseModel):
    """What `rtlog analyze --write-baseline` writes and `--baseline` reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    tool: str
    findings: list[KnownFinding]


def base_of(finding: FindingReport) -> str:
    """Give the id of *finding* without the number that tells it from equal ones of its recording."""
    digits, _, _ = finding.id.removeprefix(f"{finding.rule}-").partition("-")
    return f"{finding.rule}-{digits}"


def baseline_of(findings: Iterable[FindingReport], tool: str) -> Baseline:
    """Give the baseline that knows all of *findings*, ordered by id; *tool* is the program that writes it."""
    counts: Counter[str] = Counter()
    kinds: dict[str, FindingReport] = {}
    for finding in findings:
        base = base_of(finding)
        counts[base] += 1
        kinds.setdefault(base, finding)
    known = [
        KnownFinding(id=base, rule=kinds[base].rule, name=kinds[base].name, count=counts[base])
        for base in sorted(counts)
    ]
    return Baseline(tool=tool, findings=known)


class Ledger:
    """Ticks off what a baseline knows, recording after recording; of more than it knows, the last are new."""

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self._left: Counter[str] = Counter()
        for known in baseline.findings:
            self._left[known.id] += known.count
        self.known = 0
        """Findings that were ticked off."""

    def new_of(self, report: RecordingReport, doubt: str | None) -> RecordingReport:
        """Give *report* without the findings that are known, and judged as if they had not been found.

        *doubt* is the analysis' own: why the recording is inconclusive where nothing is found.
        """
        known = {finding.id for finding in report.findings if self._tick(base_of(finding))}
        if not known:
            return report
        findings = _retold(report.findings, known)
        verdict, reason = verdict_of((each.rule for each in findings if each.severity != "info"), doubt)
        return replace(
            report,
            verdict=verdict,
            reason=reason,
            stories=_stories(findings),
            findings=findings,
            known=len(known),
        )

    def gone(self, codes: Iterable[str]) -> list[KnownFinding]:
        """Give what the baseline knows of the rules *codes* and did not occur, with how many of it did not."""
        ran = set(codes)
        absent = [known for known in self._baseline.findings if known.rule in ran and self._left[known.id]]
        return [known.model_copy(update={"count": self._left[known.id]}) for known in absent]

    def _tick(self, base: str) -> bool:
        if not self._left[base]:
            return False
        self._left[base] -= 1
        self.known += 1
        return True


def _retold(findings: Sequence[FindingReport], known: set[str]) -> list[FindingReport]:
    """Leave *known* out of *findings*; what a known finding explained follows from what explained that one."""
    causes = {finding.id: finding.caused_by for finding in findings}

    def cause_of(finding_id: str) -> str | None:
        cause = causes[finding_id]
        while cause is not None and cause in known:
            cause = causes[cause]
        return cause

    told = {finding.id: cause_of(finding.id) for finding in findings if finding.id not in known}
    return [
        replace(
            finding,
            caused_by=told[finding.id],
            leads_to=[effect for effect, cause in told.items() if cause == finding.id],
        )
        for finding in findings
        if finding.id in told
    ]


def _stories(findings: Sequence[FindingReport]) -> list[StoryReport]:
    causes = {finding.id: finding.caused_by for finding in findings}
    stories: dict[str, list[str]] = {finding.id: [] for finding in findings if finding.caused_by is None}
    for finding in findings:
        root = finding.id
        while (cause := causes[root]) is not None:
            root = cause
        stories[root].append(finding.id)
    return [StoryReport(root=root, findings=ids) for root, ids in stories.items()]
