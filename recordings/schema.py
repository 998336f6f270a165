"""The JSON Schema of a recording: what each line that rtlog writes looks like.

The structs here say what a writer promises; `rtlog.recordings.record.Record` is what a reader takes, which is more.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from rtlog.recordings.format import FORMAT_VERSION, Footer, Header
from rtlog.recordings.record import Count, Dir, Src

JsonObject = dict[str, Any]

Number = Annotated[int, Meta(ge=1)]
Time = Annotated[Count, Meta(description="Nanoseconds since `started`; absent in an untimed recording.")]
Bytes = Annotated[Count, Meta(description="Bytes of the message on the wire.")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Line(Struct, kw_only=True):
    """What every record says."""

    seq: Annotated[Number, Meta(description="1, 2, 3 ... in the order the tap saw; a hole is a counted loss.")]
    t: Time | UnsetType = UNSET
    was: Annotated[Number, Meta(description="In a cut: its number in the recording.")] | UnsetType = UNSET
    conn: Annotated[Number, Meta(description="The connection.")]


class EventRecord(Line, kw_only=True):
    """A message of the wire or of a program; `event` is its own and open."""

    type: Annotated[str, Meta(description="The event's own type; empty where it has none.")]
    dir: Annotated[Dir, Meta(description="Who sent it; `local`: what the SDK or the application did.")]
    n: Bytes
    audio_bytes: Annotated[Count, Meta(description="Bytes of decoded audio in it.")] | UnsetType = UNSET
    src: Annotated[Src, Meta(description="Seen on the wire, or told by a hook.")]
    elided: Annotated[dict[str, str], Meta(description="What stands for what was left out, by path.")] | UnsetType = (
        UNSET
    )
    respaced: Annotated[bool, Meta(description="A line break between tokens became a space.")] | UnsetType = UNSET
    event: JsonObject


def _kind(class_name: str) -> str:
    return class_name.removesuffix("Record").lower()


class KindRecord(Line, kw_only=True, tag_field="kind", tag=_kind):
    """A record that holds no event."""


class OpenRecord(KindRecord, kw_only=True):
    """The handshake, secrets taken out."""

    request: JsonObject
    response: JsonObject


class CloseRecord(KindRecord, kw_only=True):
    """The end of a connection; 1006 is one without a close frame."""

    by: Dir
    code: int
    reason: str


class PingRecord(KindRecord, kw_only=True):
    """A ping frame."""

    dir: Dir
    n: Bytes


class PongRecord(KindRecord, kw_only=True):
    """A pong frame."""

    dir: Dir
    n: Bytes


class MarkRecord(KindRecord, kw_only=True):
    """A person's note."""

    text: str


class GapRecord(KindRecord, kw_only=True):
    """Messages that are missing here."""

    lost: Number
    reason: str | UnsetType = UNSET


class DataRecord(KindRecord, kw_only=True):
    """A message that is no JSON object."""

    n: Bytes
    op: Literal["text", "binary"]
    sha256: Sha256
    dir: Dir | UnsetType = UNSET
    src: Src | UnsetType = UNSET
    text: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET


class OversizeRecord(KindRecord, kw_only=True):
    """A message above the recorder's limit, forwarded and not kept."""

    n: Bytes
    dir: Dir | UnsetType = UNSET


RECORDS: Final = (
    EventRecord,
    OpenRecord,
    CloseRecord,
    PingRecord,
    PongRecord,
    MarkRecord,
    GapRecord,
    DataRecord,
    OversizeRecord,
)


def line_schema() -> JsonObject:
    """Give the JSON Schema of one line: header, record or footer; unknown keys are allowed everywhere."""
    shapes = (Header, *RECORDS, Footer)
    lines, definitions = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    _frame(definitions["Header"], ["rtlog"]).update({"not": {"required": ["event"]}})
    _frame(definitions["Footer"], ["end", "records"])["properties"]["end"]["const"] = True
    return {
        "title": "A line of an rtlog recording",
        "version": FORMAT_VERSION,
        "oneOf": list(lines),
        "$defs": definitions,
    }


def _frame(schema: JsonObject, required: list[str]) -> JsonObject:
    """Say in the *schema* of a header or footer what every writer tells; keys that it does not name are its own."""
    del schema["properties"]["more"]
    schema["required"] = required
    return schema
