"""Stories: findings that follow from one another, told with their root.

Which rule explains which is declared by the rules (`leads_to`); that two findings belong together is decided by what
they name: a shared item or call.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rtlog.analyzers.finding import Finding, Severity

ID_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Story:
    """A root and everything that follows from it, in order."""

    root: Finding
    findings: tuple[Finding, ...]


def tell(findings: Sequence[Finding], leads_to: Mapping[str, tuple[str, ...]]) -> list[Story]:
    """Number the findings, tie each to its cause, and give the stories in order of their roots."""
    _name(findings)
    for finding in findings:
        finding.caused_by = _cause(finding, findings, leads_to)
        if finding.caused_by is not None:
            finding.caused_by.leads_to.append(finding)
    return [Story(root, tuple(sorted(_family(root), key=_order))) for root in findings if root.caused_by is None]


def _order(finding: Finding) -> tuple[int, str, str]:
    return finding.order


def _cause(finding: Finding, findings: Sequence[Finding], leads_to: Mapping[str, tuple[str, ...]]) -> Finding | None:
    """Give the finding that explains *finding*: its rule leads here, they name the same, it began before.

    One about the very same subject wins, then the latest. Mere information explains nothing graver.
    """
    candidates = [
        other
        for other in findings
        if other is not finding
        and finding.rule in leads_to.get(other.rule, ())
        and _related(other, finding)
        and not (other.severity is Severity.INFO and finding.severity is not Severity.INFO)
        and _begins(other) <= finding.evidence[-1].at.seq
        and not _follows_from(other, finding)
    ]
    return max(candidates, key=lambda other: (other.items[:1] == finding.items[:1], _begins(other)), default=None)


def _begins(finding: Finding) -> int:
    return finding.at.seq


def _related(cause: Finding, effect: Finding) -> bool:
    return bool(
        set(cause.items) & set(effect.items)
        or set(cause.calls) & set(effect.calls)
        or set(cause.responses) & set(effect.responses)
    )


def _follows_from(finding: Finding, root: Finding) -> bool:
    while finding.caused_by is not None:
        finding = finding.caused_by
        if finding is root:
            return True
    return False


def _family(root: Finding) -> list[Finding]:
    family = [root]
    for child in root.leads_to:
        family += _family(child)
    return family


def _name(findings: Sequence[Finding]) -> None:
    """Give ids that survive a re-run: no item ids, times or labels; equal ones are numbered in order."""
    seen: Counter[str] = Counter()
    for finding in findings:
        shape = "\n".join(
            [finding.rule, finding.subject, finding.tool, *(f"{e.at.dir} {e.at.type}" for e in finding.evidence)]
        )
        base = f"{finding.rule}-{hashlib.sha256(shape.encode()).hexdigest()[:ID_DIGITS]}"
        seen[base] += 1
        finding.id = base if seen[base] == 1 else f"{base}-{seen[base]}"
