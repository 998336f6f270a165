"""Contexts: what is pushed, where it was taken from, and what the application's own has gained and lost."""

from collections.abc import Iterable
from typing import Literal

from rtlog.recordings.taps.livekit.parts import ChatContext, ChatItem, Mirror

Source = Literal["local", "mirror"]


def source_of(pushed: ChatContext, own: ChatContext | None, mirror: Mirror | None) -> Source:
    """Say whose context is pushed: a copy of either holds the very same items."""
    if own is not None:
        held = {id(item) for item in own.items}
        if all(id(item) in held for item in pushed.items):
            return "local"
    return "mirror" if mirror is not None and any(_mirrored(item, mirror) for item in pushed.items) else "local"


def reason_of(pushed: ChatContext, mirror: Mirror | None) -> str | None:
    """Say why a copy of the mirror is pushed, as far as what it adds to the mirror tells it."""
    new = [item for item in pushed.items if mirror is None or mirror.get(item.id) is None]
    kinds = {item.type for item in new}
    if "function_call_output" in kinds:
        return "tool output"
    roles = {getattr(item, "role", None) for item in new}
    return "user input" if "user" in roles else "say" if "assistant" in roles else None


class Followed:
    """The application's context as it was told last."""

    def __init__(self) -> None:
        self._context: ChatContext | None = None
        self._owner: object = None
        self._told: set[str] = set()
        self._held: set[str] = set()

    def why(self, context: ChatContext | None, owner: object) -> str:
        """Say why *context* is pushed: *owner*'s first one, another one than last time, or the same once more."""
        last, self._context = self._context, context
        first, self._owner = self._owner is not owner, owner
        return "start" if first else "sync" if last is context else "update_chat_ctx"

    def learn(self, item_id: str) -> None:
        """Take *item_id* for told."""
        self._told.add(item_id)

    def changes(self, context: ChatContext) -> tuple[list[ChatItem], set[str]]:
        """Give the items that are new in *context*, and the ids that are gone; both count as told then."""
        ids = {item.id for item in context.items}
        new = [item for item in context.items if item.id not in self._told]
        gone = self._held - ids
        self._held = ids
        self._told = (self._told | ids) - gone
        return new, gone


def ids(items: Iterable[ChatItem]) -> list[str]:
    """Give the ids of *items*."""
    return [item.id for item in items]


def is_empty(item: ChatItem) -> bool:
    """Say whether *item* is a message without a word."""
    return item.type == "message" and not getattr(item, "text_content", None)


def _mirrored(item: ChatItem, mirror: Mirror) -> bool:
    held = mirror.get(item.id)
    return held is not None and held.item is item
