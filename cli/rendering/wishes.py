"""What a person asked to see of a timeline."""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """How a text timeline is drawn."""

    LANES = "lanes"
    STEPS = "steps"
    LIST = "list"


class Format(StrEnum):
    """What a timeline is printed as: each is drawn by the module of its name in this folder."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of `rtlog timeline`, as they were given."""

    style: Style = Style.LANES
    output_format: Format = Format.TEXT
    around: str | None = None
    pad: float = 500
    start: float | None = None
    end: float | None = None
    item: str | None = None
    response: str | None = None
    call: str | None = None
    fold: bool = True
    spoken: bool | None = None

    @property
    def tells_words(self) -> bool:
        """Whether what was said is shown: by default not where it is made for an issue."""
        return self.output_format is not Format.MARKDOWN if self.spoken is None else self.spoken
