"""Tables of names: what is told often is told once, and by number from then on. Whatever is told is printable."""

from collections.abc import Callable, Mapping

from rtlog.timelines.html.data import ABSENT
from rtlog.timelines.telling import clip, printable


class Table:
    """Numbers names in order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, name: str | None) -> int:
        """Give the number of *name*; `ABSENT` where there is none."""
        return ABSENT if name is None else self._numbers.setdefault(name, len(self._numbers))

    def names(self) -> list[str]:
        """Give the names, each at its number."""
        return [clip(name) for name in self._numbers]

    def labelled(self, label: Callable[[str], str]) -> list[tuple[str, str]]:
        """Give the names, each at its number, with their labels."""
        return [(clip(name), clip(label(name))) for name in self._numbers]


def texts(pairs: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give *pairs* printable."""
    return [(printable(name), printable(value)) for name, value in pairs.items()]
