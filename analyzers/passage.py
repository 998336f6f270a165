"""How far the conversation has moved on since a call: shared by the rules that must tell a late output."""

from collections.abc import Iterator
from typing import Final

from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.reconciler.states import ItemState

SPOKEN_ROLES: Final = frozenset({"user", "assistant"})
LOOKED_AT: Final = 100
"""Items behind a call that are looked at: thousands of calls may wait in a conversation of thousands."""


def messages_since(connection: Connection, call: ItemLife) -> list[ItemLife]:
    """Give the messages that stand behind *call* and came after it, in order; of the next `LOOKED_AT` items.

    Not those of its own response, nor those that the client is deleting.
    """
    return [item for item in _behind(connection, call) if _came_after(item, call)]


def _behind(connection: Connection, call: ItemLife) -> Iterator[ItemLife]:
    lane = connection.lanes.server
    item_id = lane.after(call.id)
    for _ in range(LOOKED_AT):
        if item_id is None:
            return
        item = connection.items.get(item_id)
        if item is not None:
            yield item
        item_id = lane.after(item_id)


def _came_after(item: ItemLife, call: ItemLife) -> bool:
    own = call.response_id is not None and item.response_id == call.response_id
    later = item.added is not None and call.added is not None and item.added.seq > call.added.seq
    spoken = item.type == "message" and item.role in SPOKEN_ROLES
    return spoken and later and not own and item.state is not ItemState.DELETING
