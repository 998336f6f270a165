"""The latencies of recordings as a document: what `rtlog stats --output-format json` prints."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.latency.measurement import TITLES, Kind, Measurement, NearMiss, between, until
from rtlog.analyzers.latency.percentiles import percentile
from rtlog.analyzers.latency.session_stats import SessionStats
from rtlog.analyzers.latency.turns import Turn
from rtlog.analyzers.moment import NS_PER_MS

STATS_VERSION: Final = 1
WORDS: Final = 200
"""Characters of what the user said that are kept: a table names a turn, it does not quote it."""
_ORDER: Final = {kind: place for place, kind in enumerate(Kind)}


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True)


class Latency(_Document):
    """The measurements of one kind; an acknowledgement's by the type of its request."""

    kind: Kind
    of: Annotated[str, Field(description="The type of the request, for `ack`; else empty.")] = ""
    title: str
    count: int
    p50_ms: Annotated[float | None, Field(description="By nearest rank; null where nothing is timed.")] = None
    p95_ms: float | None = None
    max_ms: float | None = None
    min_ms: float | None = None
    mean_ms: float | None = None


class Measured(_Document):
    """One measurement; `line` and `t_ms` (from the start of the recording) are those of its first event."""

    kind: Kind
    of: str
    ms: float | None
    line: int
    t_ms: float | None
    conn: int
    turn: int | None
    response: str


class TurnRow(_Document):
    """One turn of the user, with what answered it."""

    turn: int
    conn: int
    line: int
    t_ms: float | None
    input: Annotated[str, Field(description="speech, push-to-talk, text, idle or none.")]
    said: Annotated[str | None, Field(description="What the user said; null where it is not known or left out.")]
    to_response_ms: float | None
    to_audio_ms: float | None
    tools: list[str]
    responses: list[str]
    interrupted: bool


class Near(_Document):
    """A race that did not happen, by a margin."""

    rule: str
    margin_ms: float
    message: str
    line: int
    t_ms: float | None
    items: list[str]
    responses: list[str]


class RecordingStats(_Document):
    """The figures of one recording."""

    path: str
    id: str
    timed: bool
    lossy: bool
    notes: list[str]
    latencies: list[Latency]
    turns: list[TurnRow]
    near_misses: list[Near]
    measurements: list[Measured]


class StatsReport(_Document):
    """The figures of recordings, each and together."""

    version: int = STATS_VERSION
    tool: str
    near_ms: float
    latencies: Annotated[list[Latency], Field(description="Of all recordings together.")]
    recordings: list[RecordingStats]


def recording_stats(stats: SessionStats, analysis: Analysis, path: str, name: str, *, spoken: bool) -> RecordingStats:
    """Give the figures of a finished recording; *spoken* leaves in what the user said."""
    measurements = [_measured(each) for each in stats.measurements]
    coverage = analysis.coverage
    return RecordingStats(
        path=path,
        id=name,
        timed=coverage.timed,
        lossy=coverage.lossy,
        notes=list(_notes(analysis)),
        latencies=latencies_of(measurements),
        turns=[_row(turn, spoken=spoken) for turn in stats.turns],
        near_misses=[_near(each) for each in stats.near_misses],
        measurements=measurements,
    )


def latencies_of(measurements: Iterable[Measured]) -> list[Latency]:
    """Give the figures of *measurements* by kind, acknowledgements by type of request, in a fixed order."""
    groups: dict[tuple[Kind, str], list[float | None]] = {}
    for each in measurements:
        key = (each.kind, each.of if each.kind is Kind.ACK else "")
        groups.setdefault(key, []).append(each.ms)
    ordered = sorted(groups, key=lambda key: (_ORDER[key[0]], key[1]))
    return [_latency(kind, of, groups[kind, of]) for kind, of in ordered]


def _latency(kind: Kind, of: str, values: Sequence[float | None]) -> Latency:
    known = sorted(value for value in values if value is not None)
    return Latency(
        kind=kind,
        of=of,
        title=of or TITLES[kind],
        count=len(values),
        p50_ms=percentile(known, 50),
        p95_ms=percentile(known, 95),
        max_ms=known[-1] if known else None,
        min_ms=known[0] if known else None,
        mean_ms=round(sum(known) / len(known), 3) if known else None,
    )


def _notes(analysis: Analysis) -> Iterable[str]:
    coverage = analysis.coverage
    if not coverage.records:
        yield "there is nothing in it"
    elif not coverage.timed:
        yield "records have no time: counts only, no near misses in time"
    if coverage.lossy:
        yield "records are missing: a latency across a hole may be too long, and counts may be too low"
    if coverage.missing_direction is not None:
        yield f"it has no {coverage.missing_direction} events: what begins or ends there is not measured"
    if not analysis.modelled:
        yield "no event of it is one that rtlog models"


def _measured(each: Measurement) -> Measured:
    ms = None if each.ms is None else round(each.ms, 3)
    at, t = each.at, _ms(each.at.t)
    return Measured(
        kind=each.kind, of=each.of, ms=ms, line=at.line, t_ms=t, conn=at.conn, turn=each.turn, response=each.response
    )


def _near(each: NearMiss) -> Near:
    return Near(
        rule=each.rule,
        margin_ms=round(each.margin_ms, 3),
        message=each.message,
        line=each.at.line,
        t_ms=_ms(each.at.t),
        items=list(each.items),
        responses=list(each.responses),
    )


def _row(turn: Turn, *, spoken: bool) -> TurnRow:
    ended = turn.ended if turn.of_user else None
    first, sounded = next(iter(turn.responses), None), turn.sounded
    said = turn.item.text[:WORDS] if spoken and turn.item is not None and turn.item.text else None
    return TurnRow(
        turn=turn.number,
        conn=turn.conn,
        line=turn.began.line,
        t_ms=_ms(turn.began.t),
        input=turn.input,
        said=said,
        to_response_ms=_rounded(between(ended, first.created) if ended and first else None),
        to_audio_ms=_rounded(until(ended, sounded.first_audio_t) if ended and sounded else None),
        tools=[tool.name or "?" for tool in turn.tools],
        responses=[response.label for response in turn.responses],
        interrupted=turn.interrupted,
    )


def _ms(t: int | None) -> float | None:
    return None if t is None else round(t / NS_PER_MS, 3)


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 3)
