"""A strict client's copy of the server's conversation, built from what the server announces."""

from rtlog.simulator.items import Item


class MirrorError(Exception):
    """The mirror cannot follow the server; the message is the client's log line."""


class Mirror:
    """Items in the order that their announced predecessors give; deleted ids are forgotten."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    @property
    def items(self) -> list[Item]:
        """A copy of the list."""
        return [*self._items]

    @property
    def ids(self) -> list[str]:
        """The items' ids in order."""
        return [item.id for item in self._items]

    def find(self, item_id: str) -> Item | None:
        """Give the item of *item_id*."""
        return next((item for item in self._items if item.id == item_id), None)

    def insert(self, previous: str | None, item: Item) -> None:
        """Put *item* right after *previous*, at the head without one; raises MirrorError where that cannot be."""
        if self.find(item.id) is not None:
            raise MirrorError(f"Item with ID {item.id} already exists.")
        if previous is None:
            self._items.insert(0, item)
            return
        ids = self.ids
        if previous not in ids:
            raise MirrorError(f"failed to insert item `{item.id}`: previous_item_id `{previous}` not found")
        self._items.insert(ids.index(previous) + 1, item)

    def delete(self, item_id: str) -> None:
        """Take an item out; raises MirrorError where it is not there."""
        item = self.find(item_id)
        if item is None:
            raise MirrorError(f"item_id `{item_id}` not found")
        self._items.remove(item)
