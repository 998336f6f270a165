"""A lane: the ordered items that one party believes the conversation to be."""

from collections.abc import Iterator


class Lane:
    """An ordered set of item ids with insertion after a given one, all in constant time (a linked list with a map)."""

    __slots__ = ("_next", "_previous", "head", "tail")

    def __init__(self) -> None:
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
        if item_id == after:
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

    def before(self, item_id: str) -> str | None:
        """Give the predecessor of *item_id*, `None` at the head or when it is not here."""
        return self._previous.get(item_id)

    def replace(self, item_ids: list[str]) -> None:
        """Make the lane exactly *item_ids*."""
        self._next.clear()
        self._previous.clear()
        self.head = self.tail = None
        for item_id in item_ids:
            self.append(item_id)
