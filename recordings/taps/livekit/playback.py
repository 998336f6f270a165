"""Which item is being played: the audio output names none, so it is followed by what the server generated.

Messages are played in the order in which their audio came. One that was cut off, or whose response was cancelled,
before its turn came, is not played any more.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

AUDIO: Final = frozenset({"response.output_audio.delta", "response.audio.delta"})
MOST_WAITING: Final = 64


class Playing:
    """Follows the items with audio; `item_id` is the one that is being played."""

    def __init__(self) -> None:
        self.item_id: str | None = None
        self._waiting: deque[tuple[str, str]] = deque(maxlen=MOST_WAITING)
        self._last: str | None = None

    def heard(self, event: Mapping[str, Any]) -> None:
        """Take notice of a server event."""
        event_type = event.get("type")
        if event_type in AUDIO:
            item_id = event.get("item_id")
            if item_id and item_id != self._last:
                self._last = item_id
                self._waiting.append((item_id, event.get("response_id", "")))
        elif event_type == "response.done" and event["response"].get("status") == "cancelled":
            self._forget(response_id=event["response"].get("id"))

    def truncated(self, item_id: str) -> None:
        """Take notice that *item_id* was cut off."""
        self._waiting = deque((each for each in self._waiting if each[0] != item_id), MOST_WAITING)

    def started(self) -> str | None:
        """Give the item whose playback begins."""
        if self._waiting:
            self.item_id = self._waiting.popleft()[0]
        return self.item_id

    def finished(self) -> str | None:
        """Give the item whose playback has ended."""
        ended, self.item_id = self.item_id, None
        return ended

    def _forget(self, response_id: str | None) -> None:
        self._waiting = deque((each for each in self._waiting if each[1] != response_id), MOST_WAITING)
