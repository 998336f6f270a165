"""Stories: findings that follow from one another, told with their root.

Which rule explains which is declared by the rules (`leads_to`); that two findings belong together is decided by what
they name: a shared item or call.
"""

import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from rtlog.analyzers.finding import Finding, Severity

ID_DIGITS: Final = 4
LOOK_BACK: Final = 64
"""Findings of one rule that name the same thing, looked through for a cause: the last of them."""


class Story(Struct, frozen=True):
    """A root and everything that follows from it, in order."""

    root: Finding
    findings: tuple[Finding, ...]


def tell(findings: Sequence[Finding], leads_to: Mapping[str, tuple[str, ...]]) -> list[Story]:
    """Number the findings, tie each to its cause, and give the stories in order of their roots."""
    _name(findings)
    causes = _Causes(findings, leads_to)
    for finding in findings:
        finding.caused_by = causes.of(finding)
        if finding.caused_by is not None:
            finding.caused_by.leads_to.append(finding)
    return [Story(root, tuple(sorted(_family(root), key=_order))) for root in findings if root.caused_by is None]


def _order(finding: Finding) -> tuple[int, str, str]:
    return finding.order


Name = tuple[str, str]
"""What a finding names: the kind, and an id."""


class _Causes:
    """The findings by what they name: thousands of them are tied without comparing each with each."""

    def __init__(self, findings: Sequence[Finding], leads_to: Mapping[str, tuple[str, ...]]) -> None:
        self._place = {id(finding): place for place, finding in enumerate(findings)}
        self._explained_by: dict[str, list[str]] = defaultdict(list)
        for cause, effects in leads_to.items():
            for effect in effects:
                self._explained_by[effect].append(cause)
        self._named: dict[tuple[str, bool, Name], list[Finding]] = defaultdict(list)
        for finding in sorted(findings, key=_begins):
            for name in _names(finding):
                self._named[finding.rule, finding.severity is Severity.INFO, name].append(finding)

    def of(self, finding: Finding) -> Finding | None:
        """Give the finding that explains *finding*: its rule leads here, they name the same, it began before.

        One about the very same subject wins, then the latest. Mere information explains nothing graver.
        """
        return max(self._candidates(finding), key=lambda other: self._rank(other, finding), default=None)

    def _rank(self, other: Finding, finding: Finding) -> tuple[bool, int, int]:
        return other.items[:1] == finding.items[:1], _begins(other), -self._place[id(other)]

    def _candidates(self, finding: Finding) -> Iterator[Finding]:
        """Give the best of each rule and name."""
        infos = (False, True) if finding.severity is Severity.INFO else (False,)
        for rule in self._explained_by.get(finding.rule, ()):
            for name in _names(finding):
                for info in infos:
                    yield from self._latest(self._named.get((rule, info, name), ()), finding)

    def _latest(self, named: Sequence[Finding], finding: Finding) -> Iterator[Finding]:
        """Give those of the last moment that can explain *finding*."""
        until = bisect_right(named, finding.evidence[-1].at.seq, key=_begins)
        began = None
        for other in reversed(named[max(until - LOOK_BACK, 0) : until]):
            if began is not None and _begins(other) < began:
                return
            if other is not finding and not _follows_from(other, finding):
                began = _begins(other)
                yield other


def _names(finding: Finding) -> Iterator[Name]:
    """Give what *finding* names; its subject, the first item, once more: the same subject wins over a later one."""
    others = [*(("call", call_id) for call_id in finding.calls), *(("response", name) for name in finding.responses)]
    items = [("item", item_id) for item_id in finding.items]
    subject = [("subject", finding.items[0])] if items else [(f"{kind} alone", name) for kind, name in others]
    yield from dict.fromkeys([*subject, *items, *others])


def _begins(finding: Finding) -> int:
    return finding.at.seq


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
