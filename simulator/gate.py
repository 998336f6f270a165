"""The gate that client events pass on their way to the session, in order: a script may hold them there."""

from collections import deque
from collections.abc import Callable

from rtlog.simulator.requests import ClientEvent
from rtlog.simulator.scenario import Hold, Sent


def matches(wait: Sent, event: ClientEvent) -> bool:
    """Say whether *event* is one that *wait* waits for."""
    return event.type == wait.type and wait.item_type in (None, event.item_type)


class Gate:
    """Passes events to *obey* until one comes that a Hold waits for; that one and all after it wait for a release."""

    def __init__(self, obey: Callable[[ClientEvent], None]) -> None:
        self._obey = obey
        self._armed: list[Hold] = []
        self._held: deque[ClientEvent] = deque()
        self._closed = False

    def arm(self, hold: Hold) -> None:
        """Close at the next event that *hold* waits for."""
        self._armed.append(hold)

    def arrive(self, event: ClientEvent) -> None:
        """Take an event that the client sent."""
        self._held.append(event)
        if not self._closed:
            self.release(None)

    def release(self, count: int | None) -> None:
        """Let *count* held events pass, or all up to the next that a Hold waits for; close where some are left."""
        self._closed = False
        while self._held and count != 0 and not self._closed:
            hold = next((each for each in self._armed if matches(each.until, self._held[0])), None)
            if hold is not None:
                self._armed.remove(hold)
                self._closed = True
            else:
                self._obey(self._held.popleft())
                count = None if count is None else count - 1
        self._closed = bool(self._held)
