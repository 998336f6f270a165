"""Two sessions compared: rows in the order of both, the findings that appeared or went, where the two first part.

comparison = compare(session_of(good), session_of(bad))
print(comparison.same, comparison.counts, [finding.id for finding in comparison.appeared])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rtlog.analyzers.finding import Finding
from rtlog.timelines.diffing.correspondence import corresponding
from rtlog.timelines.diffing.merging import Kind, Row, Turns, Wishes, merged, turns_of, with_drift
from rtlog.timelines.diffing.occurrences import Session


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What is the same and what is not; `gone` are findings of the first session alone, `appeared` of the second."""

    a: Session
    b: Session
    rows: Sequence[Row]
    turns: Sequence[Turns]
    ids: Mapping[str, str]
    """Things of the first session to those of the second."""
    gone: Sequence[Finding]
    appeared: Sequence[Finding]
    both: Sequence[Finding]

    @property
    def same(self) -> bool:
        """Whether they mean the same."""
        return not (self.gone or self.appeared or any(row.differs for row in self.rows))

    @property
    def parts(self) -> Row | None:
        """Where they first part: by what happened, else by its order."""
        differing = [row for row in self.rows if row.differs]
        return next((row for row in differing if row.kind != "moved"), differing[0] if differing else None)

    @property
    def counts(self) -> dict[Kind, int]:
        """How many rows are of each kind; what moved counts once."""
        counts: dict[Kind, int] = {"same": 0, "changed": 0, "moved": 0, "gone": 0, "new": 0}
        for row in self.rows:
            counts[row.kind] += row.kind != "moved" or row.a is not None
        return counts

    @property
    def in_other_words(self) -> int:
        """How many rows are the same but for the words."""
        return sum(row.said_otherwise for row in self.rows if row.kind == "same")

    @property
    def interleaved(self) -> int:
        """How many rows are the same but for what others sent before and after."""
        return sum(row.elsewhere is not None for row in self.rows if row.kind == "same")


def compare(a: Session, b: Session, wishes: Wishes | None = None) -> Comparison:
    """Compare two sessions."""
    wishes = wishes or Wishes()
    found = corresponding(a, b)
    rows = merged(a, b, found, wishes)
    if wishes.drift_ms is not None:
        rows = with_drift(rows, a, b, set(found.turns), wishes.drift_ms)
    known_a, known_b = ({f.id for f in side.timeline.findings} for side in (a, b))
    return Comparison(
        a,
        b,
        rows,
        turns_of(a, b, found),
        found.ids,
        gone=[f for f in a.timeline.findings if f.id not in known_b],
        appeared=[f for f in b.timeline.findings if f.id not in known_a],
        both=[f for f in a.timeline.findings if f.id in known_b],
    )
