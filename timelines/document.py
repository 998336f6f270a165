"""A timeline as a document for programs."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rtlog.analyzers.report import FindingReport, LanesReport, StoryReport
from rtlog.timelines.model import SpanKind

TIMELINE_VERSION = 1

Millis = Annotated[float | None, Meta(description="Milliseconds since T+0; null in an untimed recording.")]


class _Model(Struct, frozen=True):
    """Compared by its fields."""


class MarkDocument(_Model, frozen=True, kw_only=True):
    """A finding that a record proves; `act` where the finding stands at the record."""

    finding: str
    note: str
    act: bool


class EntryDocument(_Model, frozen=True, kw_only=True, tag_field="kind", tag="entry"):
    """One record; `lanes` stand there where it changed one, `lacks` where they then differ from the server's."""

    line: int
    seq: int
    t_ms: Millis
    conn: int
    dir: str
    type: str
    text: str
    items: list[str]
    response: str | None
    call: str | None
    marks: list[MarkDocument]
    lanes: LanesReport | None
    lacks: dict[str, list[str]]


class FoldDocument(_Model, frozen=True, kw_only=True, tag_field="kind", tag="fold"):
    """A run of records that only count."""

    line: int
    last_line: int
    t_ms: Millis
    until_ms: Millis
    conn: int
    counts: dict[str, int]


class IdleDocument(_Model, frozen=True, kw_only=True, tag_field="kind", tag="idle"):
    """Nothing happened."""

    t_ms: Millis
    until_ms: Millis


class LeftOutDocument(_Model, frozen=True, kw_only=True, tag_field="kind", tag="left_out"):
    """Records that are not shown; `evidence` gives the lines among them that findings point to."""

    line: int
    last_line: int
    records: int
    evidence: dict[int, list[str]]


RowDocument = EntryDocument | FoldDocument | IdleDocument | LeftOutDocument


class ArrowDocument(_Model, frozen=True, kw_only=True):
    """What leads from one record to another: request to answer, call to output, race to what follows from it.

    Of a `cause`, `outcome` names the two findings: `RT101-f59a > RT102-27a7`.
    """

    kind: Literal["answer", "output", "cause"]
    line: int
    to_line: int
    ms: float | None
    outcome: str


class SpanDocument(_Model, frozen=True, kw_only=True):
    """Something that lasts; `to_line` is null where it never ended."""

    kind: SpanKind
    subject: str
    line: int
    to_line: int | None
    t_ms: Millis
    until_ms: Millis


class TimelineDocument(_Model, frozen=True, kw_only=True):
    """One recording, drawn."""

    path: str
    id: str
    epoch_ns: Annotated[int | None, Meta(description="T+0 on the recording's clock.")]
    items: Annotated[dict[str, str], Meta(description="Item id to label.")]
    responses: Annotated[dict[str, str], Meta(description="Response id to label.")]
    rows: list[RowDocument]
    arrows: list[ArrowDocument]
    spans: list[SpanDocument]
    stories: list[StoryReport]
    findings: list[FindingReport]


class Timelines(_Model, frozen=True, kw_only=True):
    """What `rtlog timeline --output-format json` prints."""

    version: int = TIMELINE_VERSION
    tool: str
    timelines: list[TimelineDocument]
