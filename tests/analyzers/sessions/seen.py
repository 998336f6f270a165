"""Items and responses as a client knows them, and what it plays of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sessions.clock import Clock
from sessions.wire import Json


@dataclass(slots=True, eq=False)
class Seen:
    """An item as the client knows it."""

    item: Json
    own: bool = False
    """A message that the application wrote, for the user or the system."""
    response_id: str | None = None
    audio_ms: int = 0
    first_audio: int = 0
    text: str = ""
    transcribed: bool = False
    call_done: bool = False
    answered_by: str | None = None
    claimed: bool = False
    """Somebody is about to change it."""

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.item["id"])

    @property
    def role(self) -> str | None:
        """Whose message it is, where it is one."""
        role: str | None = self.item.get("role")
        return role


@dataclass(slots=True, eq=False)
class SeenResponse:
    """A response as the client knows it."""

    id: str
    topic: str | None = None
    """What it is about, out of band."""
    items: list[Seen] = field(default_factory=list)
    status: str = "in_progress"
    silenced: bool = False
    """The client plays no more of it."""

    @property
    def out_of_band(self) -> bool:
        """Whether the default conversation has no part in it."""
        return self.topic is not None


class Playback:
    """Plays items one after the other, in real time; they arrive faster than that."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: list[Seen] = []

    def add(self, seen: Seen) -> None:
        """Play *seen*, which has some more audio now."""
        if seen not in self._queue:
            seen.first_audio = self._clock.now
            self._queue.append(seen)

    def forget(self, item_id: str) -> None:
        """Play no more of an item."""
        self._queue = [seen for seen in self._queue if seen.id != item_id]

    def stop(self) -> None:
        """Fall silent."""
        self._queue.clear()

    def unplayed(self) -> Iterator[tuple[Seen, int]]:
        """Give what is not played to its end, with the ms that were played."""
        cursor = 0
        for seen in self._queue:
            start = max(cursor, seen.first_audio)
            cursor = start + seen.audio_ms
            if self._clock.now < cursor:
                yield seen, max(0, self._clock.now - start)
