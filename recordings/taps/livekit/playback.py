"""Which item is being played: the audio output names none, so it is followed by what the server generated.

Messages are played in the order in which their audio came. One that was cut off before its turn came is not played any
more; one whose response was cancelled meanwhile may be, and gives way to one whose response was not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

AUDIO: Final = frozenset({"response.output_audio.delta", "response.audio.delta"})
MOST_WAITING: Final = 64


@dataclass(slots=True)
class _Message:
    item_id: str
    response_id: str
    cancelled: bool = False


class Playing:
    """Follows the items with audio; `item_id` is the one that is being played."""

    def __init__(self) -> None:
        self.item_id: str | None = None
        self._waiting: list[_Message] = []
        self._last: str | None = None

    def heard(self, event: Mapping[str, Any]) -> None:
        """Take notice of a server event."""
        event_type = event.get("type")
        if event_type in AUDIO:
            item_id = event.get("item_id")
            if item_id and item_id != self._last:
                self._last = item_id
                self._waiting = [*self._waiting[1 - MOST_WAITING :], _Message(item_id, event.get("response_id", ""))]
        elif event_type == "response.done" and event["response"].get("status") == "cancelled":
            for message in self._waiting:
                message.cancelled = message.cancelled or message.response_id == event["response"].get("id")

    def truncated(self, item_id: str) -> None:
        """Take notice that *item_id* was cut off."""
        self._waiting = [each for each in self._waiting if each.item_id != item_id]

    def started(self) -> str | None:
        """Give the item whose playback begins; those before it have missed their turn."""
        if self._waiting:
            place = next((place for place, each in enumerate(self._waiting) if not each.cancelled), 0)
            self.item_id = self._waiting[place].item_id
            del self._waiting[: place + 1]
        return self.item_id

    def finished(self) -> str | None:
        """Give the item whose playback has ended."""
        ended, self.item_id = self.item_id, None
        return ended
