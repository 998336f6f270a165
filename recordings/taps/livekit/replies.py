"""Replies that are asked for: requested, and then created, timed out or cancelled."""

from typing import TYPE_CHECKING, Any, Final

from rtlog.recordings.taps.hooking import Hooks
from rtlog.recordings.taps.livekit.connections import Connections
from rtlog.recordings.taps.livekit.tape import Tape

if TYPE_CHECKING:
    import asyncio

TIMED_OUT: Final = "timed out"


class Replies:
    """Follows the futures that `generate_reply` gives."""

    def __init__(self, session: Any, tape: Tape, connections: Connections) -> None:  # noqa: ANN401 - any release's
        self._session = session
        self._tape = tape
        self._connections = connections

    def attach(self, hooks: Hooks) -> list[str]:
        """Hook the session; gives what it does not have."""
        hooked = hooks.method(self._session, "generate_reply", None, self._requested)
        return [] if hooked else ["generate_reply"]

    def _requested(self, _given: object, future: "asyncio.Future[Any]", error: BaseException | None) -> None:
        if error is not None:
            return
        pending: dict[str, object] = self._session._response_created_futures  # noqa: SLF001 - the id is nowhere else
        event_id = next(key for key in reversed(pending) if pending[key] is future)
        recorder = self._connections.recorder
        self._tape.tell(recorder, "reply_requested", event_id=event_id)

        def settled(done: "asyncio.Future[Any]") -> None:
            self._tape.hooks.run("generate_reply", self._settled, event_id, done)

        future.add_done_callback(settled)

    def _settled(self, event_id: str, future: "asyncio.Future[Any]") -> None:
        recorder = self._connections.recorder
        if future.cancelled():
            self._tape.tell(recorder, "reply_cancelled", event_id=event_id)
            return
        # `exception()` would count as looked at, and silence asyncio's warning where nobody else looks.
        error: BaseException | None = getattr(future, "_exception", None)
        if error is None:
            response_id = getattr(future.result(), "response_id", None)
            self._tape.tell(recorder, "reply_created", event_id=event_id, response_id=response_id)
        elif TIMED_OUT in str(error):
            self._tape.tell(recorder, "reply_timeout", event_id=event_id)
        else:
            self._tape.tell(recorder, "reply_cancelled", event_id=event_id, error=str(error))
