"""What the page knows: columns of numbers rather than objects, so that 50,000 records stay a few megabytes.

A record is named by its `line`. Times are whole µs since the recording started; `line` and `t` of columns hold the
difference to the row before. Items, responses, calls and event types are numbers of the tables in `Page`.
"""

from msgspec import Struct

ABSENT = -1
DIRECTIONS = ("client", "server", "local", "")
"""A direction's number is its place; the last is that of what has none: sockets that open, holes."""


class Records(Struct):
    """Records that say something, one row each."""

    line: list[int] = []
    t: list[int] = []
    dir: list[int] = []
    type: list[int] = []
    conn: list[int] = []
    text: list[str] = []
    items: list[list[int]] = []
    response: list[int] = []
    call: list[int] = []


class Deltas(Struct):
    """Records that come in bursts."""

    line: list[int] = []
    t: list[int] = []
    dir: list[int] = []
    type: list[int] = []
    conn: list[int] = []


class Splice(Struct, array_like=True):
    """Between `kept` items at a lane's start and `rest` at its end stands `middle` now."""

    kept: int
    rest: int
    middle: list[int]


class LaneStep(Struct, array_like=True):
    """What the record at `line` changed on the lanes of its connection."""

    line: int
    conn: int
    server: Splice | None
    mirror: Splice | None
    local: Splice | None
    local_told: bool
    whole: bool
    simulated_by: str | None


class SpanRow(Struct, array_like=True):
    """Something that lasts; `until` is null where it never ended."""

    kind: str
    subject: str
    line: int
    t: int
    to_line: int
    until: int | None
    conn: int


class ArrowRow(Struct, array_like=True):
    """What leads from one record to another."""

    kind: str
    line: int
    to_line: int
    outcome: str


class EvidenceRow(Struct):
    """A record that proves a finding."""

    line: int
    t: int
    dir: str
    type: str
    note: str


class FindingRow(Struct):
    """One race; `caused_by` is the number of another finding, `placed` whether it stands at a record."""

    id: str
    rule: str
    name: str
    severity: str
    certainty: str
    message: str
    line: int
    t: int
    placed: bool
    items: list[int]
    evidence: list[EvidenceRow]
    prevented_by: list[str]
    caused_by: int


class StoryRow(Struct):
    """Findings that follow from one another, by number, the root first."""

    root: int
    findings: list[int]


class About(Struct):
    """What is said of the recording as a whole; `facts` are pairs of a name and a value."""

    title: str
    verdict: str
    headline: str
    started: str | None
    facts: list[tuple[str, str]]


class Page(Struct):
    """Everything the page shows."""

    about: About
    timed: bool
    epoch: int
    connections: int
    types: list[str]
    items: list[tuple[str, str]]
    """Id and label."""
    responses: list[tuple[str, str]]
    calls: list[str]
    records: Records
    deltas: Deltas
    lanes: list[LaneStep]
    spans: list[SpanRow]
    arrows: list[ArrowRow]
    findings: list[FindingRow]
    stories: list[StoryRow]
    notes: list[str]
    """What is not shown, and why."""
    raw: dict[int, str] = {}
    """Lines as they stand in the recording, of those records that are shown so."""
