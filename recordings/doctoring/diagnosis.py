"""What can be wrong with a recording, and what each means for its analysis."""

from typing import Final

from pydantic import BaseModel, ConfigDict

NAMED: Final = 20
"""Lines that a complaint names; more are counted."""

MEANINGS: Final = {
    "torn": "its recorder was stopped while it wrote, or is still writing; all before it is read",
    "no-footer": "its recorder did not end it: what came after the last record is not known",
    "unreadable": "what stood there is not analyzed, and a clean verdict is withheld",
    "numbers": "a number that comes twice is left out, one out of order is read where it stands",
    "hole": "what they held is not analyzed, and a clean verdict is withheld",
    "backwards": "up to a second back is taken as the same moment, more as another clock: latencies across it mislead",
    "gap": "its recorder says so: a clean verdict is withheld",
    "odd": "other programs may refuse the line; rtlog reads it as far as it goes",
    "malformed": "the member is left out, the rest of the line is analyzed",
    "unknown-kind": "they are skipped: a newer rtlog may know them",
    "behind-footer": "it looks like several recordings in one file: split it, or their ids are taken for one session's",
    "secret": "whoever has the file can use it: revoke it, and share only a repaired copy",
    "untimed": "rules that need times do not judge",
    "no-header": "when it began, and who speaks to whom, is inferred",
    "encoding": "rtlog reads it, other programs may not",
}
"""What each complaint means, by its name."""

NOTES: Final = frozenset({"unknown-kind", "untimed", "no-header", "encoding"})
"""Complaints that take nothing from the analysis: a file that has no others is healthy."""


class Complaint(BaseModel):
    """One thing that is wrong: `what` it is, what it `means`, on which `lines` (the first of them), how often."""

    model_config = ConfigDict(frozen=True)

    name: str
    what: str
    means: str
    lines: list[int] = []
    count: int = 1
    grave: bool = True


class Diagnosis(BaseModel):
    """All that is wrong with a recording; `unreadable` says why it could not be examined at all."""

    model_config = ConfigDict(frozen=True)

    path: str
    id: str = ""
    records: int = 0
    healthy: bool = True
    unreadable: str | None = None
    complaints: list[Complaint] = []


def complaint(name: str, what: str, lines: list[int] | None = None, count: int = 1) -> Complaint:
    """Give the complaint *name* with its meaning."""
    return Complaint(
        name=name,
        what=what,
        means=MEANINGS[name],
        lines=(lines or [])[:NAMED],
        count=count,
        grave=name not in NOTES,
    )
