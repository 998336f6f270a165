"""Findings before their time: what a recording would prove, were it over, told once it can be relied on.

Most rules speak at the end, when nothing can answer any more. What the records so far prove already need not wait for
that, as long as it is no matter of something that may still come.
"""

from collections.abc import Iterable
from typing import Final

from rtlog.analyzers.finding import Finding, Severity
from rtlog.analyzers.moment import NS_PER_S

HOLD_NS: Final = NS_PER_S
"""How long a finding has to stand on the recording's clock: longer than the grace that rules give for what follows."""
OPEN: Final = frozenset({"RT103", "RT208", "RT501"})
"""Rules that a later record may still satisfy: an anchor that is used, a retry, a client that is back."""

Key = tuple[str, int, tuple[str, ...]]


def key_of(finding: Finding) -> Key:
    """Give what tells a finding from others before it has an id; its sentence may still grow."""
    return finding.rule, finding.at.seq, finding.items[:1]


class Foreseen:
    """Holds findings back until they have stood long enough."""

    def __init__(self) -> None:
        self.told: dict[Key, Finding] = {}
        self._since: dict[Key, int] = {}

    @property
    def waits(self) -> bool:
        """Whether something is held back."""
        return bool(self._since)

    def look(self, findings: Iterable[Finding], now: int) -> list[Finding]:
        """Give what is to be told of *findings*, those that would stand were the recording over at *now* (ns)."""
        sure = {key_of(each): each for each in findings if _is_sure(each) and key_of(each) not in self.told}
        self._since = {key: self._since.get(key, now) for key in sure}
        due = [key for key, since in self._since.items() if now - since >= HOLD_NS]
        for key in due:
            self.told[key] = sure[key]
            del self._since[key]
        return [sure[key] for key in due]


def _is_sure(finding: Finding) -> bool:
    proven = finding.certainty == "proven" and finding.severity is not Severity.INFO
    return proven and finding.rule not in OPEN
