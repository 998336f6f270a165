"""What a person asked to see of a timeline."""

from dataclasses import dataclass
from enum import StrEnum

from rtlog.recordings.errors import RtlogError


class Style(StrEnum):
    """How a text timeline is drawn."""

    LANES = "lanes"
    STEPS = "steps"
    LIST = "list"


class Lane(StrEnum):
    """Who acts: the client on the wire, the server, or the application."""

    CLIENT = "client"
    SERVER = "server"
    LOCAL = "local"


class Format(StrEnum):
    """What a timeline is printed as: each is drawn by the module of its name in this folder."""

    TEXT = "text"
    MARKDOWN = "markdown"
    MERMAID = "mermaid"
    HTML = "html"
    SVG = "svg"
    CHROME_TRACE = "chrome-trace"
    JSON = "json"


FOR_AN_ISSUE = frozenset({Format.MARKDOWN, Format.MERMAID})
"""What is made for everybody's eyes."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of `rtlog timeline`, as they were given."""

    style: Style = Style.LANES
    output_format: Format = Format.TEXT
    around: str | None = None
    pad: float = 500
    start: str | None = None
    end: str | None = None
    item: str | None = None
    response: str | None = None
    call: str | None = None
    types: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()
    epoch: str = "push"
    fold: bool = True
    labels: bool = True
    spoken: bool | None = None
    raw: bool = False
    wire_only: bool = False

    def __post_init__(self) -> None:
        """Raise RtlogError for what does not go together."""
        if self.raw and self.output_format is not Format.TEXT:
            raise RtlogError(f"--raw is for text: {self.output_format} shows records in its own way")

    @property
    def filters(self) -> bool:
        """Whether records are chosen one by one, wherever they stand."""
        return bool(self.item or self.response or self.call or self.types or self.not_types or self.lanes)

    @property
    def tells_words(self) -> bool:
        """Whether what was said is shown: by default not where it is made for an issue."""
        return self.output_format not in FOR_AN_ISSUE if self.spoken is None else self.spoken
