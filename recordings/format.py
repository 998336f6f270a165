"""The recording format: its one definition. `docs/format.md` explains it.

UTF-8 JSON Lines: a header, one record a line, and, after a clean end, a footer. A record is
`rtlog.recordings.record.Record`; the schema of all lines is in `rtlog.recordings.schema`.
"""

from typing import Annotated, Any, Final, Literal, get_args

from msgspec import Meta, Struct
from msgspec.structs import asdict

FORMAT_VERSION: Final = 1
SUFFIX: Final = ".rtlog.jsonl"
RECORD_KINDS: Final = frozenset({"open", "close", "ping", "pong", "mark", "gap", "data", "oversize"})
"""`kind` of a record that holds no event."""

AudioPolicy = Literal["meta", "keep"]
"""`meta`: audio payloads are emptied, length and hash kept. `keep`: verbatim."""


class _Framing(Struct, frozen=True, kw_only=True):
    """A line around the records."""

    more: dict[str, Any] = {}
    """Keys that this rtlog does not know; they are kept."""

    def told(self) -> dict[str, Any]:
        """Give all keys with their values, as the line has them."""
        known: dict[str, Any] = asdict(self)
        del known["more"]
        return known | self.more


class Header(_Framing, frozen=True, kw_only=True):
    """The first line. Unknown keys are kept."""

    rtlog: Annotated[int, Meta(ge=1, description="Version of the format.")] = FORMAT_VERSION
    id: Annotated[str, Meta(description="Identity of the recording.")] = ""
    started: Annotated[str | None, Meta(description="RFC 3339 UTC with nanoseconds; `t` counts from here.")] = None
    tool: str = ""
    tap: Annotated[str, Meta(description="proxy, stdin, webrtc, recorder, import, or samples.")] = ""
    upstream: Annotated[str | None, Meta(description="The provider's URL, secrets removed.")] = None
    provider: str | None = None
    client: Annotated[str | None, Meta(description="The client's User-Agent.")] = None
    sdk: Annotated[dict[str, str], Meta(description="Package versions the client told of.")] = {}
    audio: AudioPolicy = "meta"
    redaction: tuple[str, ...] = ("secrets",)
    title: str | None = None

    def __post_init__(self) -> None:
        """Refuse an unknown policy: what is not said plainly must not keep a voice."""
        if self.audio not in get_args(AudioPolicy):
            raise ValueError(f"audio={self.audio!r}: choose meta or keep")


class Footer(_Framing, frozen=True, kw_only=True):
    """The last line of a recording that ended cleanly."""

    end: bool = True
    records: Annotated[int, Meta(ge=0, description="Records written.")] = 0
    dropped: Annotated[int, Meta(ge=0, description="Records lost: the sum of the gaps.")] = 0
