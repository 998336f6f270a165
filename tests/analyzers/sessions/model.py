"""What the simulated model says: one `Output` an item of a response."""

from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Literal

Kind = Literal["audio", "text", "call", "mcp"]


@dataclass(slots=True)
class Output:
    """One item of a response, streamed in `deltas` pieces."""

    kind: Kind
    deltas: int = 2
    name: str = "look_up"
    arguments: str = "{}"


@dataclass(slots=True)
class Plan:
    """A response: its items, and whether one begins before the last has ended."""

    outputs: list[Output]
    overlaps: bool = False
    pace: tuple[int, int] = (5, 60)
    """ms between two deltas, at least and at most."""
    delta_ms: int = 250
    """Audio in one delta."""
    status: str = "completed"
    details: dict[str, object] | None = None
    """How it ends."""


@dataclass(slots=True)
class Wording:
    """Words that nobody has said before in this session."""

    rng: Random
    _numbers: "count[int]" = field(default_factory=count)

    def sentence(self) -> str:
        """Give a sentence of its own, which shares few words with any other."""
        return f"{' '.join(self.rng.choices(WORDS, k=5))} {next(self._numbers)}"

    def call(self) -> Output:
        """Give a call with arguments of its own."""
        return Output("call", 1, self.rng.choice(("book", "look_up")), f'{{"n": {next(self._numbers)}}}')


WORDS = (
    "anchor apple arrow autumn badge barley basket beacon bottle branch bridge butter candle canvas carpet castle cedar "
    "chalk cherry circle cliff clover cobalt copper cotton cradle crystal dancer desert dragon drizzle eagle ember engine "
    "falcon feather ferry fiddle forest fossil garden ginger glacier granite hammer harbor hazel helmet hollow honey "
    "island ivory jacket jasmine jungle kernel kettle ladder lantern lemon linen magnet maple marble meadow mirror "
    "monsoon mosaic needle nickel nutmeg oasis orchard otter oyster paddle parade pebble pepper pillow planet plaza "
    "prairie quartz quiver rabbit raven ribbon river rocket saddle saffron sailor satin shadow silver sketch spiral"
).split()
