"""A comparison as a document for programs. Its JSON Schema is `DiffDocument.model_json_schema()`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rtlog.timelines.diffing.merging import Kind

DIFF_VERSION = 1

Where = Literal["a", "b", "both"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class StepDocument(_Model):
    """What happened in one of the recordings."""

    line: int
    t_ms: Annotated[float | None, Field(description="Milliseconds since T+0 of its side; null in an untimed one.")]
    conn: int
    dir: str
    type: str
    text: str
    turn: int
    findings: Annotated[list[str], Field(description="Findings that stand at it.")]


class RowDocument(_Model):
    """A difference: `gone` is only in `a`, `new` only in `b`; `moved` names the line of the other side."""

    kind: Kind
    a: StepDocument | None
    b: StepDocument | None
    other_line: int | None
    drift_ms: Annotated[float | None, Field(description="How much later after its turn began it was in `b`.")]


class FindingDocument(_Model):
    """A finding that one or both have; ids are the same in every run."""

    id: str
    rule: str
    name: str
    severity: Literal["error", "warning", "info"]
    where: Where
    not_judged: Annotated[str | None, Field(description="Why the other side could not judge it.")] = None


class FactDocument(_Model):
    """What the files say otherwise of themselves; no difference of the sessions."""

    name: str
    a: str
    b: str


class WaitsDocument(_Model):
    """How long the user waited, in ms."""

    response_ms: float | None
    sound_ms: float | None


class TurnDocument(_Model):
    """A turn of both, or of one; numbers count from 1, 0 is what came before the first."""

    a: int | None
    b: int | None
    text_a: str | None
    text_b: str | None
    waits_a: WaitsDocument
    waits_b: WaitsDocument


class DiffDocument(_Model):
    """What `rtlog diff --output-format json` prints: rows that are the same are only counted."""

    version: int = DIFF_VERSION
    tool: str
    a: str
    b: str
    same: bool
    counts: dict[Kind, int]
    in_other_words: int
    interleaved: Annotated[int, Field(description="Steps that are the same but for what others sent around them.")]
    parts: RowDocument | None
    facts: list[FactDocument]
    findings: list[FindingDocument]
    turns: list[TurnDocument]
    labels: Annotated[dict[str, str], Field(description="Labels of `b` to those of `a`, which the texts use.")]
    rows: list[RowDocument]
