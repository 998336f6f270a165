"""The rows that a run over many recordings leaves behind: `docs/fleet.md` shows the tables.

`recording` is the place of the recording in its run, from 1 on; it joins the tables. Times are ms from the start of the
recording, null where it has none.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

RESULTS_VERSION: Final = 1


class Row(Struct):
    """A row of any table."""

    recording: Annotated[int, Meta(description="The recording's place in the run, from 1 on.")]


class RunRow(Struct):
    """The run itself: one row."""

    version: Annotated[int, Meta(description="Version of these tables.")]
    tool: str
    rules: Annotated[list[str], Meta(description="Codes of the rules that ran.")]
    near_ms: Annotated[float, Meta(description="How near to a race a near miss is.")]


class RecordingRow(Row):
    """A recording, what became of it, and where its session comes from."""

    path: str
    id: str
    day: Annotated[str | None, Meta(description="Of `started`, in UTC.")]
    started: str | None
    provider: str
    sdk: Annotated[str, Meta(description="The SDK release, as `livekit-agents@1.8.9`, or `unknown`.")]
    verdict: Annotated[str, Meta(description="`findings`, `clean`, `inconclusive` or `unreadable`.")]
    reason: str | None
    seconds: Annotated[float | None, Meta(description="From the first to the last record.")]
    turns: Annotated[int, Meta(description="Turns of the user.")]
    records: int
    findings: int
    stories: int
    unanswered: Annotated[int, Meta(description="Requests that were never answered.")]
    lossy: bool
    not_judged: Annotated[list[str], Meta(description="Rules that could not judge it.")]


class FindingRow(Row):
    """A finding."""

    id: str
    kind: Annotated[str, Meta(description="The id without its number: the same in every recording of the same race.")]
    rule: str
    name: str
    severity: str
    certainty: str
    message: str
    line: int
    t_ms: Annotated[float | None, Meta(description="From T+0, as the message says it.")]
    caused_by: Annotated[str | None, Meta(description="The finding that it follows from; null for a story's root.")]


class StoryRow(Row):
    """A story: a root with all that follows from it."""

    root: str
    rule: str
    name: str
    severity: Annotated[str, Meta(description="The root's.")]
    findings: int


class NearMissRow(Row):
    """A race that did not happen, by a margin."""

    rule: str
    margin_ms: float
    message: str
    line: int
    t_ms: float | None


class LatencyRow(Row):
    """A latency: `docs/stats.md` defines the kinds."""

    kind: str
    of: Annotated[str, Meta(description="The request, the tool, or how the turn came.")]
    ms: float | None
    line: int
    t_ms: float | None
    turn: int | None


class UnansweredCallRow(Row):
    """A complete function call to which no output was ever sent."""

    call_id: str
    tool: str
    line: int
    t_ms: float | None
    waited_ms: Annotated[float | None, Meta(description="Until the last record of its connection.")]


TABLES: Final[dict[str, type[Struct]]] = {
    "run": RunRow,
    "recordings": RecordingRow,
    "findings": FindingRow,
    "stories": StoryRow,
    "near_misses": NearMissRow,
    "latencies": LatencyRow,
    "unanswered_calls": UnansweredCallRow,
}
