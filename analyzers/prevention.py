"""What would have prevented a story, and what would have limited it."""

from collections.abc import Iterable, Sequence
from typing import Protocol


class Preventable(Protocol):
    """A finding, as a rule or a report gives it."""

    @property
    def rule(self) -> str:
        """Its rule's code."""

    @property
    def prevented_by(self) -> Sequence[str]:
        """What would have prevented it."""


def prevention(root: Preventable, effects: Iterable[Preventable]) -> tuple[list[str], dict[str, list[str]]]:
    """Give what would have prevented a story, and, by rule, what would have limited only what followed."""
    whole = list(dict.fromkeys(root.prevented_by))
    told_already = set(whole)
    limiting: dict[str, list[str]] = {}
    for finding in effects:
        for cure in finding.prevented_by:
            if cure not in told_already:
                told_already.add(cure)
                limiting.setdefault(finding.rule, []).append(cure)
    return whole, limiting
