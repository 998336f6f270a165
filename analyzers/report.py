"""The report: what programs and people get; `rtlog schema report` prints its JSON Schema."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

REPORT_VERSION = 1

Verdict = Literal["clean", "findings", "inconclusive", "unreadable"]


class _Model(Struct, frozen=True):
    """Compared by its fields."""


class EvidenceReport(_Model, frozen=True, kw_only=True):
    """A record that proves a finding."""

    line: int
    t_ms: Annotated[float | None, Meta(description="Milliseconds since T+0; null in an untimed recording.")]
    dir: str
    type: str
    note: str


class LanesReport(_Model, frozen=True, kw_only=True):
    """The three lanes as labels; `local` is null until a local event tells it, or a client profile simulates it."""

    server: list[str]
    mirror: list[str]
    local: list[str] | None
    simulated_by: Annotated[
        str | None,
        Meta(description="The client profile that `local` is simulated by; null where local events tell it."),
    ] = None


class FindingReport(_Model, frozen=True, kw_only=True):
    """One race."""

    id: str
    rule: str
    name: str
    severity: Literal["error", "warning", "info"]
    certainty: Literal["proven", "likely", "possible"]
    message: str
    t_ms: float | None
    line: int
    conn: int
    items: list[str]
    responses: list[str]
    calls: list[str]
    evidence: list[EvidenceReport]
    caused_by: str | None
    leads_to: list[str]
    prevented_by: list[str]
    before: LanesReport | None = None
    after: LanesReport | None = None


class StoryReport(_Model, frozen=True, kw_only=True):
    """Findings that follow from one another."""

    root: str
    findings: list[str]


class DamageReport(_Model, frozen=True, kw_only=True):
    """A line that could not be read."""

    line: int
    problem: str


class CoverageReport(_Model, frozen=True, kw_only=True):
    """What was seen, and what could not be judged."""

    records: int
    events: int
    modelled: int
    unknown: dict[str, int]
    unanswered: int
    lossy: bool
    timed: bool
    complete: bool
    damage: list[DamageReport]
    not_judged: dict[str, str]


class RecordingReport(_Model, frozen=True, kw_only=True):
    """The report of one recording."""

    path: str
    id: str
    verdict: Verdict
    reason: Annotated[str | None, Meta(description="Why the verdict is inconclusive or the file unreadable.")] = None
    coverage: CoverageReport | None = None
    stories: list[StoryReport] = []
    findings: list[FindingReport] = []
    known: Annotated[int, Meta(description="Findings left out, and not judged, because a baseline knows them.")] = 0
    labels: dict[str, str] = {}
    client: Annotated[str | None, Meta(description="The client profile that mirror and rules went by.")] = None
    local_simulated: Annotated[
        bool, Meta(description="No local event told the application's context: the client profile simulated it.")
    ] = False


class Report(_Model, frozen=True, kw_only=True):
    """What `rtlog analyze --output-format json` prints."""

    version: int = REPORT_VERSION
    tool: str
    recordings: list[RecordingReport]
