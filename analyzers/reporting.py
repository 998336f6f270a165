"""From an analysis to the report: sentences get their times, ids their labels."""

from collections.abc import Sequence

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding, offset_ms, render
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.lanes import Snapshot
from rtlog.analyzers.report import (
    CoverageReport,
    DamageReport,
    EvidenceReport,
    FindingReport,
    LanesReport,
    RecordingReport,
    StoryReport,
)


def report_of(analysis: Analysis, path: str, recording_id: str = "", *, epoch: int | None = None) -> RecordingReport:
    """Give the report of a finished analysis; *epoch* (ns) replaces its T+0."""
    epoch = analysis.epoch if epoch is None else epoch
    return RecordingReport(
        path=path,
        id=recording_id,
        verdict=analysis.verdict,
        reason=analysis.reason,
        coverage=_coverage(analysis),
        stories=[StoryReport(root=s.root.id, findings=[f.id for f in s.findings]) for s in analysis.stories],
        findings=[_finding(analysis, finding, epoch) for finding in analysis.findings],
        labels=_labels(analysis),
        client=analysis.profile.name if analysis.profile else None,
        local_simulated=any(c.lanes.simulated_by for c in analysis.connections()),
    )


def _finding(analysis: Analysis, finding: Finding, epoch: int | None) -> FindingReport:
    return FindingReport(
        id=finding.id,
        rule=finding.rule,
        name=finding.name,
        severity=finding.severity.value,
        certainty=finding.certainty,
        message=render(finding.message, epoch),
        t_ms=_t_ms(finding.at, epoch),
        line=finding.at.line,
        conn=finding.at.conn,
        items=list(finding.items),
        responses=list(finding.responses),
        calls=list(finding.calls),
        evidence=[
            EvidenceReport(
                line=e.at.line, t_ms=_t_ms(e.at, epoch), dir=e.at.dir, type=e.at.type, note=render(e.note, epoch)
            )
            for e in finding.evidence
        ],
        caused_by=finding.caused_by.id if finding.caused_by else None,
        leads_to=[effect.id for effect in finding.leads_to],
        prevented_by=list(finding.prevented_by),
        before=_lanes(analysis, finding.before),
        after=_lanes(analysis, finding.after),
    )


def _t_ms(at: Moment, epoch: int | None) -> float | None:
    return None if at.t is None or epoch is None else offset_ms(at.t, epoch)


def _lanes(analysis: Analysis, snapshot: Snapshot | None) -> LanesReport | None:
    if snapshot is None:
        return None

    def labels(item_ids: Sequence[str]) -> list[str]:
        return [analysis.labels.of(item_id) for item_id in item_ids]

    local = None if snapshot.local is None else labels(snapshot.local)
    return LanesReport(
        server=labels(snapshot.server), mirror=labels(snapshot.mirror), local=local, simulated_by=snapshot.simulated_by
    )


def _labels(analysis: Analysis) -> dict[str, str]:
    """Give the labels of what the findings name."""
    items = {item_id for finding in analysis.findings for item_id in finding.items}
    responses = {response_id for finding in analysis.findings for response_id in finding.responses}
    labels = {item_id: analysis.labels.of(item_id) for item_id in sorted(items)}
    return labels | {r: analysis.labels.responses[r] for r in sorted(responses) if r in analysis.labels.responses}


def _coverage(analysis: Analysis) -> CoverageReport:
    coverage = analysis.coverage
    return CoverageReport(
        records=coverage.records,
        events=analysis.events,
        modelled=analysis.modelled,
        unknown=dict(coverage.unknown.most_common()),
        unanswered=analysis.unanswered,
        lossy=coverage.lossy,
        timed=coverage.timed,
        complete=coverage.complete,
        damage=[DamageReport(line=damage.line, problem=damage.problem) for damage in coverage.damage],
        not_judged=dict(coverage.not_judged),
    )
