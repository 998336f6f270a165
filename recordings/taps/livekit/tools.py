"""Tools: when each really started, and how it ended."""

from collections.abc import Callable
from typing import Any, Final

from rtlog.recordings.taps.livekit.tape import Tape

MOST_OPEN: Final = 1024


class Tools:
    """Follows the calls of one session by what its speeches and its event of tool execution say, once each.

    *taken* hears the item of each call that starts: the context is about to hold it.
    """

    def __init__(self, tape: Tape, taken: Callable[[str], None]) -> None:
        self._tape = tape
        self._taken = taken
        self._running: dict[str, str] = {}
        """The item of each call that runs."""

    def follow(self, speech: Any) -> None:  # noqa: ANN401 - any release's
        """Follow the items that a speech adds: a call when its tool starts, an output when it has ended."""
        add = getattr(speech, "_add_item_added_callback", None)
        if add is not None:
            # The same method each time: a speech that is told of twice keeps one callback.
            add(self._heard)

    def updated(self, event: Any) -> None:  # noqa: ANN401 - any release's
        """Take notice of `tool_execution_updated` (since 1.6), which alone tells of cancelled tools."""
        update = event.update
        if update.type == "tool_call_started":
            self._started(update.function_call)
        elif update.type == "tool_call_ended":
            kind = "tool_cancelled" if update.status == "cancelled" else "tool_finished"
            self._ended(update.call_id, kind, update.message if update.status == "error" else None)

    def _heard(self, item: object) -> None:
        self._tape.hooks.run("tools", self._item_added, item)

    def _item_added(self, item: Any) -> None:  # noqa: ANN401 - any release's
        if item.type == "function_call":
            self._started(item)
        elif item.type == "function_call_output":
            self._ended(item.call_id, "tool_finished", item.output if item.is_error else None)

    def _started(self, call: Any) -> None:  # noqa: ANN401 - any release's
        if call.call_id in self._running:
            return
        if len(self._running) >= MOST_OPEN:
            del self._running[next(iter(self._running))]
        self._running[call.call_id] = call.id
        recorder = self._tape.call(call.call_id)
        self._taken(call.id)
        self._tape.tell(recorder, "tool_started", item_id=call.id, call_id=call.call_id, name=call.name)

    def _ended(self, call_id: str, kind: str, error: str | None) -> None:
        item_id = self._running.pop(call_id, None)
        if item_id is not None:
            recorder = self._tape.call(call_id)
            self._tape.tell(recorder, kind, item_id=item_id, call_id=call_id, error=error)
