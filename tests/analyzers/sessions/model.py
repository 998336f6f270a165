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
        """Give a sentence of its own, which shares hardly a word with any other."""
        words = ["".join(self.rng.choices(SYLLABLES, k=3)) for _ in range(5)]
        return f"{' '.join(words)} {next(self._numbers)}"

    def call(self) -> Output:
        """Give a call with arguments of its own."""
        return Output("call", 1, self.rng.choice(("book", "look_up")), f'{{"n": {next(self._numbers)}}}')


SYLLABLES = ("ba", "da", "fi", "go", "ka", "le", "mi", "no", "pa", "re", "si", "to", "va", "we", "yo", "zu")
