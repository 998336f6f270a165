"""What is wrong with a recording, by line: kept up to a cap, counted beyond it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

MAX_KEPT: Final = 100
"""A file of a million broken lines must not fill the memory with complaints."""

DamageKind = Literal["unreadable", "numbers", "hole", "backwards", "odd"]
"""What is wrong with a line: it is left out, its number is wrong, others are missing before it, its time is wrong,
or it is read although it is not as it should be."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One problem: `line` is 1-based, `problem` one sentence without the line's content."""

    line: int
    problem: str
    kind: DamageKind = field(default="unreadable", compare=False)

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}"


@dataclass(slots=True)
class DamageLog:
    """The first `MAX_KEPT` problems in the order of the file, and the `total` of all."""

    kept: list[Damage] = field(default_factory=list)
    total: int = 0
    kinds: Counter[DamageKind] = field(default_factory=Counter)

    def add(self, line: int, problem: str, kind: DamageKind = "unreadable") -> None:
        """Note a problem of *line*."""
        self.total += 1
        self.kinds[kind] += 1
        if len(self.kept) < MAX_KEPT:
            self.kept.append(Damage(line, problem, kind))

    def __iter__(self) -> Iterator[Damage]:
        return iter(self.kept)

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, index: int) -> Damage:
        return self.kept[index]
