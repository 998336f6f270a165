"""The conversation as the server keeps it: items in order, and links to predecessors that are fixed early.

A turn's place is taken when its audio is committed, a response's when it starts; the item is announced later, and then
names the predecessor of that moment, even one that was deleted in between (livekit/agents#5021, #6964).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rtlog.simulator.items import Item
from rtlog.simulator.refusal import RefusedError

ROOT: Final = "root"
"""`previous_item_id` of an item that goes to the head."""


@dataclass(slots=True, eq=False)
class Slot:
    """An item's place. `previous` is the predecessor that its announcement names; `audio_ms` what was said in it."""

    item: Item
    previous: str | None = None
    announced: bool = False
    audio_ms: int = 0


class Conversation:
    """Items in the server's order."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []

    def __iter__(self) -> Iterator[Item]:
        return (slot.item for slot in self._slots if slot.announced)

    @property
    def ids(self) -> list[str]:
        """Ids of the announced items, in order."""
        return [item.id for item in self]

    @property
    def tail(self) -> str | None:
        """The last item's id, announced or not."""
        return self._slots[-1].item.id if self._slots else None

    def slot(self, item_id: str) -> Slot | None:
        """Find the place of an item, announced or not."""
        return next((slot for slot in self._slots if slot.item.id == item_id), None)

    def is_first(self, item_id: str | None) -> bool:
        """Say whether *item_id* is the first item."""
        return bool(self._slots) and self._slots[0].item.id == item_id

    def create(self, item: Item, previous: str | None) -> Slot:
        """Put a client's item at the tail (*previous* empty), at the head (`root`) or after *previous*; announce it.

        Raises RefusedError where the id lives already or *previous* does not.
        """
        if self.slot(item.id) is not None:
            raise RefusedError.duplicate(item.id)
        index = self._index_after(previous)
        before = [slot.item.id for slot in self._slots[:index] if slot.announced]
        slot = Slot(item, before[-1] if before else None, announced=True)
        self._slots.insert(index, slot)
        return slot

    def reserve(self, item: Item, anchor: str | None = None) -> Slot:
        """Take the place at the tail for an item that is announced later; its link is fixed now.

        *anchor* was the tail when the item's response began: deleted since, it is the predecessor all the same.
        """
        stale = anchor is not None and self.slot(anchor) is None
        slot = Slot(item, anchor if stale else self.tail)
        self._slots.append(slot)
        return slot

    def delete(self, item_id: str) -> None:
        """Delete an item; raises RefusedError where none is announced under *item_id*."""
        slot = self.slot(item_id)
        if slot is None or not slot.announced:
            raise RefusedError.delete_unknown(item_id)
        self._slots.remove(slot)

    def truncate(self, item_id: str, audio_end_ms: int) -> None:
        """Cut what the assistant said in an item to *audio_end_ms*; the server forgets the transcript.

        Raises RefusedError where there is no such item, it is not spoken (yet), or it is shorter.
        """
        slot = self.slot(item_id)
        if slot is None or not slot.announced:
            raise RefusedError.truncate_unknown(item_id)
        if slot.item.role != "assistant" or not slot.audio_ms:
            raise RefusedError.not_spoken()
        if audio_end_ms > slot.audio_ms:
            raise RefusedError.past_the_end(slot.audio_ms, audio_end_ms)
        slot.audio_ms = audio_end_ms
        for part in slot.item.content or ():
            part.transcript = None

    def has_call(self, call_id: str | None) -> bool:
        """Say whether a function call of *call_id* is in the conversation."""
        return any(item.type == "function_call" and item.call_id == call_id for item in self)

    @property
    def has_assistant_audio(self) -> bool:
        """Whether the assistant has spoken."""
        return any(slot.audio_ms for slot in self._slots)

    def _index_after(self, previous: str | None) -> int:
        if not previous:
            return len(self._slots)
        if previous == ROOT:
            return 0
        for index, slot in enumerate(self._slots):
            if slot.item.id == previous:
                return index + 1
        raise RefusedError.no_anchor(previous)
