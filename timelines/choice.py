"""Choosing records by their type and lane."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.recordings.vocabulary.events import canonical

MAGIC: Final = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Choice:
    """What is shown: types by name, by what they begin with (`response` is all of `response.*`) or by glob; lanes.

    A beta event goes by its GA name too. A record without an event goes by its kind.
    """

    types: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()
    lanes: frozenset[str] = frozenset()

    @cached_property
    def limits(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.types or self.not_types or self.lanes)

    def takes(self, event_type: str, direction: str) -> bool:
        """Say whether records of this type and direction are shown."""
        if self.lanes and direction not in self.lanes:
            return False
        names = (event_type, canonical(event_type))
        if self.types and not any(map(self._wanted.match, names)):
            return False
        return not (self.not_types and any(map(self._unwanted.match, names)))

    def at(self, moment: Moment) -> bool:
        """Say whether the record at *moment* is shown."""
        return self.takes(moment.type, moment.dir)

    @cached_property
    def _wanted(self) -> re.Pattern[str]:
        return _any_of(self.types)

    @cached_property
    def _unwanted(self) -> re.Pattern[str]:
        return _any_of(self.not_types)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    patterns = (translate(name) if MAGIC.search(name) else rf"{re.escape(name)}(\..*)?\Z" for name in names)
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
