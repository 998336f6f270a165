"""What a session and its connection do, as local events: tools, history, replies, interruptions."""

import sys
from typing import Any, Final

from rtlog.recordings.taps.pydantic_ai.dialling import PROTOCOL
from rtlog.recordings.taps.tape import Tape

CUT_OFF: Final = frozenset({"cancelled", "lost"})
"""How a response has ended whose last message was not said to its end."""


class SessionTap:
    """The hooks on one session and its connection, of what no public event tells with its ids."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._connection: Any = None
        self._lifecycle: Any = None
        self._items: dict[str, str] = {}
        """The items of calls, until the tool and the response that called it are both over, in whichever order."""
        self._half_over: set[str] = set()
        self._running: set[str] = set()
        self._interrupting = False

    @property
    def has_connection(self) -> bool:
        """Whether the connection is known."""
        return self._connection is not None

    def connection(self, connection: Any) -> None:  # noqa: ANN401 - pydantic-ai is not imported
        """Hook the *connection*."""
        self._connection = connection
        self._lifecycle = getattr(connection, "_lifecycle", None)
        self._tape.hook_all(
            (connection, "_map_event", self._received, None),
            (connection, "_truncate_output", self._truncated, None),
            (self._lifecycle, "request_sent", self._reply_requested, None),
            (self._lifecycle, "response_created", self._response_created, self._reply_created),
        )

    def session(self, session: Any) -> None:  # noqa: ANN401 - as above
        """Hook the *session*, and what keeps its history."""
        core = getattr(session, "_core", None)
        self._tape.hook_all(
            (session, "_queue_put", self._told, None),
            (session, "_send_tool_result", self._tool_finished, None),
            (session, "_send_failed_result", self._tool_failed, None),
            (session, "_stop_tool_calls", self._tools_stopped, None),
            (session, "interrupt", self._interrupt_begins, self._interrupt_ended),
            (session, "_interrupt_at_playback", self._interrupted_by_speech, None),
            (core, "_place", self._placed, None),
            (core, "_unplace", self._unplaced, None),
            (core, "_build_turn", self._spoken, None),
            (core, "_record_response", self._response_over, self._response_recorded),
        )

    def _received(self, event: dict[str, Any]) -> None:
        if event.get("type") == "response.function_call_arguments.done":
            self._items[event["call_id"]] = event["item_id"]

    def _told(self, event: Any) -> None:  # noqa: ANN401 - as above
        if type(event).__name__ == "FunctionToolCallEvent" and event.args_valid:
            call = event.part
            self._running.add(call.tool_call_id)
            self._tape.local(
                "tool_started",
                item_id=self._items.get(call.tool_call_id),
                call_id=call.tool_call_id,
                name=call.tool_name,
            )

    def _tool_finished(self, call: Any, output: str, *_: object, failed: bool = False) -> None:  # noqa: ANN401 - as above
        self._tool_over("tool_finished", call.tool_call_id, output if failed else None)

    def _tool_failed(self, call: Any, _result: object, error: BaseException) -> None:  # noqa: ANN401 - as above
        self._tool_over("tool_finished", call.tool_call_id, f"{type(error).__name__}: {error}")

    def _tools_stopped(self, call_ids: list[str]) -> None:
        for call_id in call_ids:
            self._tool_over("tool_cancelled", call_id)

    def _tool_over(self, kind: str, call_id: str, error: str | None = None) -> None:
        if call_id in self._running:
            self._running.discard(call_id)
            self._tape.local(kind, item_id=self._item_of_half(call_id), call_id=call_id, error=error)

    def _item_of_half(self, call_id: str) -> str | None:
        """Give the item of a call of which the tool, or the response, is over."""
        if call_id in self._half_over:
            self._half_over.discard(call_id)
            return self._items.pop(call_id, None)
        if call_id in self._items:
            self._half_over.add(call_id)
        return self._items.get(call_id)

    def _interrupt_begins(self, **_: object) -> None:
        self._interrupting = True
        self._tape.local("interrupt_called")

    def _interrupt_ended(self, *_: object) -> None:
        self._interrupting = False

    def _interrupted_by_speech(self, *_: object, **__: object) -> None:
        if not self._interrupting:
            self._tape.local("interrupt_called", reason="speech")

    def _truncated(self, cut: Any) -> None:  # noqa: ANN401 - as above
        item = cut.item_id or getattr(self._connection, "_current_item_id", None)
        if item is not None:
            self._tape.local("truncate_called", item_id=item, audio_end_ms=cut.audio_end_ms)

    def _reply_requested(self, event_id: str, *_: object, **__: object) -> None:
        self._tape.local("reply_requested", event_id=event_id)

    def _response_created(self, response: Any, **_: object) -> tuple[str | None, list[str]]:  # noqa: ANN401 - as above
        return response.id, list(self._lifecycle._requests)  # noqa: SLF001 - which one it answers is found out inside

    def _reply_created(self, given: Any, _result: object, _error: BaseException | None) -> None:  # noqa: ANN401 - as above
        if given is not None:
            response_id, asked = given
            for event_id in asked:
                if not self._lifecycle.request_outstanding(event_id):
                    self._tape.local("reply_created", event_id=event_id, response_id=response_id)

    def _placed(self, entry: Any, **_: object) -> None:  # noqa: ANN401 - as above
        if hasattr(entry, "request"):
            self._tape.local("item_committed", item_id=_input_item(entry.id), role="user", empty=False)

    def _unplaced(self, entry: Any) -> None:  # noqa: ANN401 - as above
        if hasattr(entry, "request"):
            self._tape.local("item_removed", item_id=_input_item(entry.id))

    def _spoken(self, turn: Any) -> None:  # noqa: ANN401 - as above
        self._tape.local("item_committed", item_id=turn.id, role="user", empty=not turn.transcript.strip())

    def _response_over(self, response: Any, ended: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
        """Take what of it will be the history's before it is handed over."""
        said = [
            {"item_id": item, "role": "assistant", "empty": not _words(part)}
            for item, (_, part) in response.closed_parts.items()
        ]
        if said and (ended.status in CUT_OFF or response.interrupted_at_ms is not None):
            said[-1]["interrupted"] = True
        calls = filter(None, map(self._item_of_half, response.tool_calls))
        return said + [{"item_id": item, "kind": "function_call", "empty": False} for item in calls]

    def _response_recorded(self, items: Any, message: object, _error: BaseException | None) -> None:  # noqa: ANN401 - as above
        for item in items if items and message is not None else ():
            self._tape.local("item_committed", **item)


def _words(part: Any) -> str | None:  # noqa: ANN401 - as above
    return getattr(part, "transcript", None) or getattr(part, "content", None)


def _input_item(number: int) -> str:
    """Give the id under which the SDK creates the item of an input."""
    named: str = sys.modules[PROTOCOL].client_item_id(number)
    return named
