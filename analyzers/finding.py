"""A finding: a named race, the records that prove it, and what would have prevented it.

Sentences are written before the epoch of a timeline is known, so times stand in them as stamps (`stamp(moment)`) that
`render` turns into `T+82` once it is.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.analyzers.reconciler.lanes import Snapshot

Certainty = Literal["proven", "likely", "possible"]
"""`proven`: the records leave no other reading. `likely`, `possible`: a heuristic or a threshold speaks."""


class Severity(Enum):
    """How bad it is: the state is or will be wrong; a glitch that a user can notice; protocol noise."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 2 for error."""
        return _RANKS[self]


_RANKS: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A record that matters, and why."""

    at: Moment
    note: str


@dataclass(slots=True, eq=False)
class Finding:
    """One race, as a rule reports it.

    `message` is one sentence with labels and stamps; `at` the client's act, where there is one; `subject` the kind and
    role of what it happened to; `before` and `after` the lanes around the act.
    """

    rule: str
    name: str
    severity: Severity
    certainty: Certainty
    message: str
    at: Moment
    evidence: tuple[Evidence, ...]
    items: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    subject: str = ""
    tool: str = ""
    prevented_by: tuple[str, ...] = ()
    before: Snapshot | None = None
    after: Snapshot | None = None
    run_start: Moment | None = None
    """Where the run of pushes begins that holds the act: the timeline's T+0 when this finding is the root."""
    id: str = ""
    caused_by: "Finding | None" = None
    leads_to: "list[Finding]" = field(default_factory=list)

    @property
    def order(self) -> tuple[int, str, str]:
        """Findings are ordered by line, then code."""
        return (self.at.line, self.rule, self.message)


# Bounded: a name from the wire may look like a stamp, and Python refuses numbers that are too long.
_STAMP: Final = re.compile("\x02((?:-?[0-9]{1,20})?):([0-9]{1,20})\x03")


def stamp(at: Moment | None) -> str:
    """Give a placeholder for the time of *at*, to be rendered when the epoch is known."""
    if at is None:
        return "an unknown time"
    return f"\x02{'' if at.t is None else at.t}:{at.line}\x03"


def render(text: str, epoch: int | None) -> str:
    """Write every stamp of *text* as `T+82` (ms since *epoch*, ns), or as its line where the recording is untimed."""

    def write(match: re.Match[str]) -> str:
        t, line = match.groups()
        if not t or epoch is None:
            return f"line {line}"
        return f"T{offset_ms(int(t), epoch):+.0f}"

    return _STAMP.sub(write, text)


def offset_ms(t: int, epoch: int) -> float:
    """Give the ms from *epoch* to *t*, both ns; exact to the µs and never `-0.0`."""
    return round((t - epoch) / NS_PER_MS, 3) + 0.0


def ms(ns: int | None) -> str:
    """Write a duration as whole milliseconds."""
    return "an unknown time" if ns is None else f"{ns / NS_PER_MS:,.0f} ms"
