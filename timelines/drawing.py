"""The signs that a page is drawn with: lifelines and arrows, as the terminal's encoding and width allow."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

NARROW: Final = 90
"""Below this width the lifelines stand close."""
CLOSE: Final = 3
WIDE: Final = 7


Stretch = Literal["calm", "busy", "begins", "ends", "joint"]
"""What a lifeline is in one row: nothing lasts, something does, begins or ends; or one thing does so beside another."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One set of signs; every lifeline drawing has the same width."""

    line: Mapping[Stretch, str]
    dash: str
    right: str
    left: str
    dot: str
    times: str
    pause: str
    gap: int
    arrows: Mapping[str, str]
    width: int = 0
    """Columns of the page."""

    @property
    def heads(self) -> str:
        """Name the lifelines by their first letters."""
        return f"C{' ' * self.gap}S   L"

    def lifelines(self, direction: str, *, client: Stretch, server: Stretch, local: Stretch) -> str:
        """Draw one row: an arrow for a wire event, a dot for a local one, each lifeline as it is stretched there."""
        middle = {
            "client": self.dash * (self.gap - 1) + self.right,
            "server": self.left + self.dash * (self.gap - 1),
        }.get(direction, " " * self.gap)
        own = self.dot if direction == "local" and local in {"calm", "busy"} else self.line[local]
        return f"{self.line[client]}{middle}{self.line[server]}   {own}"


LINES: Final = Drawing(
    line={"calm": "│", "busy": "┃", "begins": "┏", "ends": "┗", "joint": "┣"},
    dash="─",
    right="→",
    left="←",
    dot="●",
    times="×",  # noqa: RUF001 - a multiplication sign is meant
    pause="—",
    gap=WIDE,
    arrows={"client": "→", "server": "←", "local": "●"},
)
ASCII: Final = Drawing(
    line={"calm": "|", "busy": "#", "begins": "+", "ends": "+", "joint": "+"},
    dash="-",
    right=">",
    left="<",
    dot="*",
    times="x",
    pause="-",
    gap=WIDE,
    arrows={"client": "->", "server": "<-", "local": "*"},
)


def drawing_for(width: int, *, ascii_only: bool) -> Drawing:
    """Give the signs for a page *width* columns wide."""
    drawing = ASCII if ascii_only else LINES
    return replace(drawing, width=width, gap=CLOSE if width < NARROW else WIDE)
