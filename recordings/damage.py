"""What is wrong with a recording, by line: kept up to a cap, counted beyond it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MAX_KEPT: Final = 100
"""A file of a million broken lines must not fill the memory with complaints."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One problem: `line` is 1-based, `problem` one sentence without the line's content."""

    line: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


@dataclass(slots=True)
class DamageLog:
    """The first `MAX_KEPT` problems in the order of the file, and the `total` of all."""

    kept: list[Damage] = field(default_factory=list)
    total: int = 0

    def add(self, line: int, problem: str) -> None:
        """Note a problem of *line*."""
        self.total += 1
        if len(self.kept) < MAX_KEPT:
            self.kept.append(Damage(line, problem))

    def __iter__(self) -> Iterator[Damage]:
        return iter(self.kept)

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, index: int) -> Damage:
        return self.kept[index]
