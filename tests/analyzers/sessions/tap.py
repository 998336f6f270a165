"""What a tap inside the SDK tells of the application's own context, beside the wire."""

from sessions.clock import Clock
from sessions.recorder import Recorder
from sessions.wire import Json


class Tap:
    """An application that takes what it is told, places what is still to come, and pushes its whole context."""

    def __init__(self, clock: Clock, recorder: Recorder, *, listens: bool) -> None:
        self._listens = listens
        self._clock = clock
        self._recorder = recorder
        self._pushes = 0
        self.context: list[str] = []

    def tell(self, event_type: str, **fields: object) -> None:
        """Record what the application did, where the tap listens."""
        if not self._listens:
            return
        self._recorder.event("local", {"type": f"local.{event_type}", **fields}, self._clock.now)

    def added(self, item: Json, previous: str | None) -> None:
        """The server has an item; one that the application did not push gets its place at once."""
        self.tell("remote_item_added", item_id=item["id"], previous_item_id=previous, inserted=True)
        if item["id"] not in self.context and item["type"] in {"message", "function_call"}:
            self.tell("placeholder_added", item_id=item["id"], previous_item_id=previous)
            self.context.append(item["id"])

    def deleted(self, item_id: str) -> None:
        """The server has let go of an item."""
        self.tell("remote_item_deleted", item_id=item_id, found=True)

    def took(self, item_id: str, role: str, *, interrupted: bool = False) -> None:
        """A message's words are known."""
        self.tell("item_committed", item_id=item_id, role=role, empty=False, interrupted=interrupted)
        if item_id not in self.context:
            self.context.append(item_id)

    def dropped(self, item_id: str) -> None:
        """The application gives an item up by itself."""
        self.tell("item_removed", item_id=item_id)
        if item_id in self.context:
            self.context.remove(item_id)

    def begin_push(self, *, adds: str | None = None, after: str | None = None, removes: str | None = None) -> None:
        """Say what the context is to be, with one item more behind *after*, or one less."""
        self._pushes += 1
        if adds is not None and adds not in self.context:
            behind = self.context.index(after) + 1 if after in self.context else len(self.context)
            self.context.insert(0 if after == "root" else behind, adds)
        if removes in self.context:
            self.context.remove(removes)
        self.tell("ctx_push_begin", push_id=f"push_{self._pushes}", source="local", items=list(self.context))

    def end_push(self) -> None:
        """Everything has been sent."""
        self.tell("ctx_push_end", push_id=f"push_{self._pushes}")
