"""The recording format: its one definition. `docs/format.md` explains it.

UTF-8 JSON Lines: a header, one record a line, and, after a clean end, a footer. pydantic holds the header and the
footer because people and programs exchange them; records are `rtlog.recordings.record.Record`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION: Final = 1
SUFFIX: Final = ".rtlog.jsonl"
RECORD_KINDS: Final = frozenset({"open", "close", "ping", "pong", "mark", "gap", "data", "oversize"})
"""`kind` of a record that holds no event."""

AudioPolicy = Literal["meta", "keep"]
"""`meta`: audio payloads are emptied, length and hash kept. `keep`: verbatim."""


class Header(BaseModel):
    """The first line. Unknown keys are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)

    rtlog: Annotated[int, Field(ge=1, description="Version of the format.")] = FORMAT_VERSION
    id: Annotated[str, Field(description="Identity of the recording.")] = ""
    started: Annotated[str | None, Field(description="RFC 3339 UTC with nanoseconds; `t` counts from here.")] = None
    tool: str = ""
    tap: Annotated[str, Field(description="proxy, stdin, webrtc, recorder, import, or samples.")] = ""
    upstream: Annotated[str | None, Field(description="The provider's URL, secrets removed.")] = None
    provider: str | None = None
    client: Annotated[str | None, Field(description="The client's User-Agent.")] = None
    sdk: Annotated[Mapping[str, str], Field(description="Package versions the client told of.")] = {}
    audio: AudioPolicy = "meta"
    redaction: tuple[str, ...] = ("secrets",)
    title: str | None = None


class Footer(BaseModel):
    """The last line of a recording that ended cleanly."""

    model_config = ConfigDict(extra="allow", frozen=True)

    end: Literal[True] = True
    records: Annotated[int, Field(ge=0, description="Records written.")]
    dropped: Annotated[int, Field(ge=0, description="Records lost: the sum of the gaps.")] = 0


def header_schema() -> dict[str, Any]:
    """Give the JSON Schema of the header line."""
    return Header.model_json_schema()
