"""A lane: the ordered items that one party believes the conversation to be."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

WINDOW: Final = 50
"""Items shown on either side of a place, so that thousands of findings in a long conversation stay small."""
CUT: Final = "…"
"""Stands for what a window leaves out; no id of an item."""


class Edit(NamedTuple):
    """One step of a lane: an item was put behind `after` (`None`: at the head), or was taken from there."""

    put: bool
    item_id: str
    after: str | None


class Lane:
    """An ordered set of item ids with insertion after a given one, all in constant time (a linked list with a map)."""

    __slots__ = ("_next", "_previous", "head", "journal", "tail")

    def __init__(self) -> None:
        self.journal: list[Edit] | None = None
        """Takes every step, where somebody follows the lane without reading it whole each time."""
        self._next: dict[str, str | None] = {}
        self._previous: dict[str, str | None] = {}
        self.head: str | None = None
        self.tail: str | None = None

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._next

    def __len__(self) -> int:
        return len(self._next)

    def __iter__(self) -> Iterator[str]:
        item_id = self.head
        while item_id is not None:
            yield item_id
            item_id = self._next[item_id]

    def insert(self, item_id: str, *, after: str | None) -> None:
        """Put *item_id* right behind *after*, or at the head; an item that is here already moves."""
        if item_id == after or (item_id in self._next and self._previous[item_id] == after):
            return
        self.remove(item_id)
        following = self.head if after is None else self._next[after]
        self._previous[item_id], self._next[item_id] = after, following
        if after is None:
            self.head = item_id
        else:
            self._next[after] = item_id
        if following is None:
            self.tail = item_id
        else:
            self._previous[following] = item_id
        if self.journal is not None:
            self.journal.append(Edit(True, item_id, after))  # noqa: FBT003 - the first field of a record

    def append(self, item_id: str) -> None:
        """Put *item_id* at the tail."""
        if self.tail != item_id:
            self.insert(item_id, after=self.tail)

    def remove(self, item_id: str) -> None:
        """Take *item_id* out; one that is not here stays away."""
        if item_id not in self._next:
            return
        before, behind = self._previous.pop(item_id), self._next.pop(item_id)
        if before is None:
            self.head = behind
        else:
            self._next[before] = behind
        if behind is None:
            self.tail = before
        else:
            self._previous[behind] = before
        if self.journal is not None:
            self.journal.append(Edit(False, item_id, before))  # noqa: FBT003 - the first field of a record

    def before(self, item_id: str) -> str | None:
        """Give the predecessor of *item_id*, `None` at the head or when it is not here."""
        return self._previous.get(item_id)

    def after(self, item_id: str) -> str | None:
        """Give the successor of *item_id*, `None` at the tail or when it is not here."""
        return self._next.get(item_id)

    def window(self, item_id: str, behind: str | None) -> tuple[str, ...]:
        """Give what stands around *item_id*, or around its place behind *behind*, or else at the tail."""
        here = item_id in self
        before = self._previous[item_id] if here else behind if behind in self else self.tail
        following = self._next[item_id] if here else self._next[before] if before is not None else None
        back = list(islice(_walk(self._previous, before), WINDOW + 1))
        on = list(islice(_walk(self._next, following), WINDOW + 1))
        head = [CUT] if len(back) > WINDOW else []
        tail = [CUT] if len(on) > WINDOW else []
        return (*head, *reversed(back[:WINDOW]), *([item_id] if here else []), *on[:WINDOW], *tail)

    def replace(self, item_ids: Sequence[str]) -> None:
        """Make the lane exactly *item_ids*; what stands at both its ends already stays untouched."""
        old, new = list(self), _last_of_each(item_ids)
        kept = _common(old, new)
        rest = _common(old[kept:][::-1], new[kept:][::-1])
        for item_id in old[kept : len(old) - rest]:
            self.remove(item_id)
        after = new[kept - 1] if kept else None
        for item_id in new[kept : len(new) - rest]:
            self.insert(item_id, after=after)
            after = item_id


def _walk(links: Mapping[str, str | None], item_id: str | None) -> Iterator[str]:
    while item_id is not None:
        yield item_id
        item_id = links[item_id]


def _last_of_each(item_ids: Sequence[str]) -> list[str]:
    """Give *item_ids* with what is there twice at its last place only."""
    return list(dict.fromkeys(reversed(item_ids)))[::-1]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Give how many items the two begin with alike."""
    shorter = min(len(old), len(new))
    return next((i for i in range(shorter) if old[i] != new[i]), shorter)
