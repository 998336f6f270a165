"""The figures of a recording as programs and people get them; `rtlog info --output-format json` prints them."""

from msgspec import Struct

from rtlog.analyzers.report import CoverageReport, Verdict
from rtlog.analyzers.summary import Summary

TYPES_SHOWN = 12
MS_PER_S = 1000


class _Model(Struct, frozen=True):
    """Compared by its fields."""


class TypeReport(_Model, frozen=True, kw_only=True):
    """Events of one type and their bytes on the wire."""

    type: str
    count: int
    bytes: int


class AudioReport(_Model, frozen=True, kw_only=True):
    """Seconds of sound in each direction."""

    in_s: float
    out_s: float


class RecordingInfo(_Model, frozen=True, kw_only=True):
    """What one recording holds."""

    path: str
    id: str
    title: str | None
    started: str | None
    tool: str
    tap: str
    client: str | None
    provider: str | None
    has_header: bool
    complete: bool
    duration_s: float | None
    by_ids_s: tuple[int, int] | None = None
    """First and last second since 1970 by the server's ids, for a recording without times."""
    connections: int
    sessions: list[str]
    models: list[str]
    turns: int
    responses: dict[str, int]
    tools: dict[str, int]
    audio: AudioReport
    errors: dict[str, int]
    events: dict[str, int]
    kinds: dict[str, int]
    types: list[TypeReport]
    other_types: int
    verdict: Verdict
    reason: str | None
    findings: dict[str, int]
    coverage: CoverageReport | None


class InfoReport(_Model, frozen=True, kw_only=True):
    """What `rtlog info --output-format json` prints."""

    version: int = 1
    tool: str
    recordings: list[RecordingInfo]


def types_of(summary: Summary) -> list[TypeReport]:
    """Give the most frequent event types."""
    return [TypeReport(type=name, count=t.count, bytes=t.bytes) for name, t in summary.largest(TYPES_SHOWN)]


def audio_of(summary: Summary) -> AudioReport:
    """Give the sound in seconds."""
    return AudioReport(in_s=round(summary.audio_in_ms / MS_PER_S, 3), out_s=round(summary.audio_out_ms / MS_PER_S, 3))
