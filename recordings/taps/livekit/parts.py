"""What the tap needs of LiveKit's objects, by shape: the SDK is not imported, and releases differ."""

from collections.abc import Sequence
from typing import Protocol


class ChatItem(Protocol):
    """An item of a context: a message, a function call or its output, a handoff, a change of configuration."""

    id: str
    type: str


class ChatContext(Protocol):
    """A context: the application's own, or a copy of the mirror."""

    @property
    def items(self) -> Sequence[ChatItem]:
        """The items in order."""


class RemoteItem(Protocol):
    """An item of the mirror."""

    item: ChatItem


class Mirror(Protocol):
    """What the plugin believes that the server holds."""

    def get(self, item_id: str) -> RemoteItem | None:
        """Give the item of that id."""


class ItemEvent(Protocol):
    """`conversation.item.added` as the plugin's handler gets it."""

    item: ChatItem
    previous_item_id: str | None
