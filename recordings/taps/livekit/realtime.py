"""A `RealtimeSession`: both directions of its wire, its mirror, its pushes, and what is asked of it."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from rtlog.recordings.recorder import Recorder
from rtlog.recordings.taps.hooking import Before, Emitter, Ended
from rtlog.recordings.taps.livekit import logs
from rtlog.recordings.taps.livekit.connections import Connections
from rtlog.recordings.taps.livekit.contexts import Source, ids, reason_of, source_of
from rtlog.recordings.taps.livekit.parts import ChatContext, ItemEvent, Mirror
from rtlog.recordings.taps.livekit.replies import Replies
from rtlog.recordings.taps.livekit.tape import Tape

CALL_EVENTS: Final = frozenset({"conversation.item.added", "response.output_item.added", "response.output_item.done"})


class Application:
    """The application behind a session, as far as it is known: of a bare session nothing is."""

    def context(self) -> ChatContext | None:
        """Give the application's own context."""
        return None

    def holds_placeholders(self) -> bool:
        """Say whether the application takes what the server adds as an empty placeholder."""
        return False

    def why(self) -> str:
        """Say why the application's own context is pushed."""
        return "update_chat_ctx"

    def pushes(self, source: Source) -> None:
        """Take notice that a context is about to be pushed."""

    def placed(self, item_id: str) -> None:
        """Take notice of a placeholder."""

    def heard(self, event: Mapping[str, Any]) -> None:
        """Take notice of what the server said."""

    def playing(self) -> str | None:
        """Give the item that is being played."""
        return None

    def truncated(self, item_id: str) -> None:
        """Take notice that an item was cut off."""

    def over(self) -> None:
        """Take notice that the session was closed."""


@dataclass(frozen=True, slots=True)
class _Added:
    """How things stood before the mirror was told of an item."""

    item_id: str
    previous: str | None
    known: bool
    held: bool
    tail: str | None


class RealtimeTap:
    """The hooks on one `RealtimeSession`, the plugin's own or one that an agent's activity began."""

    def __init__(self, session: Any, tape: Tape, application: Application) -> None:  # noqa: ANN401 - any release's
        self.session = session
        self.application = application
        self._tape = tape
        self._hooks = tape.hooks
        self.connections = Connections(session, tape)
        self._replies = Replies(session, tape, self.connections)

    @property
    def recorder(self) -> Recorder:
        """The connection that is open, or was last."""
        return self.connections.recorder

    def attach(self) -> list[str]:
        """Hook the session; gives what it does not have."""
        self._listen(self.session)
        return [*self.connections.attach(self._hooks), *self._replies.attach(self._hooks), *self._attach_methods()]

    def tell(self, kind: str, /, **fields: str | float | bool | list[str] | None) -> None:
        """Record a local event on the connection that is open."""
        self._tape.tell(self.recorder, kind, **fields)

    def _listen(self, emitter: Emitter) -> None:
        self._hooks.listen(emitter, "openai_client_event_queued", self._sent)
        self._hooks.listen(emitter, "openai_server_event_received", self._received)
        self._hooks.listen(emitter, "session_reconnected", lambda *_: self.tell("reconnect_end"))

    def _attach_methods(self) -> list[str]:
        hooked: tuple[tuple[str, Before | None, Ended | None], ...] = (
            ("update_chat_ctx", self._push_begin, self._push_end),
            ("_handle_conversion_item_added", *self._logged(self._adding, self._added)),
            ("_handle_conversion_item_deleted", *self._logged(self._deleting, self._deleted)),
            ("truncate", self._truncate, None),
            ("interrupt", self._interrupt, None),
            ("aclose", None, self._closed),
        )
        return [name for name, before, ended in hooked if not self._hooks.method(self.session, name, before, ended)]

    def _logged(self, before: Before, ended: Ended) -> tuple[Before, Ended]:
        """Let what is logged between the two be about this session."""

        def begun(*args: object) -> tuple[ExitStack, object]:
            entered = ExitStack()
            entered.enter_context(logs.about(self._tape.log))
            return entered, self._hooks.run(before.__name__, before, *args)

        def over(begun: tuple[ExitStack, object] | None, result: object, error: BaseException | None) -> None:
            if begun is not None:
                begun[0].close()
                ended(begun[1], result, error)

        return begun, over

    def _sent(self, event: Mapping[str, object]) -> None:
        self._tape.wire(self.recorder, "client", event)

    def _received(self, event: Mapping[str, Any]) -> None:
        self._tape.wire(self.recorder, "server", event)
        if event.get("type") in CALL_EVENTS and event["item"].get("type") == "function_call":
            item = event["item"]
            self._tape.note_call(self.recorder, item.get("call_id", ""))
        self.application.heard(event)

    @property
    def _mirror(self) -> Mirror | None:
        return getattr(self.session, "_remote_chat_ctx", None)

    def _push_begin(self, chat_ctx: ChatContext) -> tuple[Recorder, str]:
        push, mirror, own = self._tape.next_push(), self._mirror, self.application.context()
        source = source_of(chat_ctx, own, mirror)
        reason = self.application.why() if source == "local" else reason_of(chat_ctx, mirror)
        self.application.pushes(source)
        self.tell("ctx_push_begin", push_id=push, source=source, items=ids(chat_ctx.items), reason=reason)
        return self.recorder, push

    def _push_end(self, begun: tuple[Recorder, str] | None, _result: object, error: BaseException | None) -> None:
        if begun is not None:
            why = None if error is None else str(error) or type(error).__name__
            self._tape.tell(begun[0], "ctx_push_end", push_id=begun[1], error=why)

    def _adding(self, event: ItemEvent) -> _Added:
        item_id, mirror, own = event.item.id, self._mirror, self.application.context()
        items = own.items if own is not None else []
        return _Added(
            item_id,
            event.previous_item_id,
            mirror is not None and mirror.get(item_id) is not None,
            any(item.id == item_id for item in items),
            items[-1].id if items else None,
        )

    def _added(self, before: _Added | None, _result: object, _error: BaseException | None) -> None:
        mirror = self._mirror
        if before is None or mirror is None:
            return
        inserted = not before.known and mirror.get(before.item_id) is not None
        error = None if inserted else self._refusal(before)
        previous = self._anchor(before) if inserted else before.previous
        self.tell(
            "remote_item_added", item_id=before.item_id, previous_item_id=previous, inserted=inserted, error=error
        )
        if inserted and not before.held and self.application.holds_placeholders():
            self._placed(before, previous)

    def _placed(self, before: _Added, previous: str | None) -> None:
        own = self.application.context()
        if own is not None and any(item.id == before.item_id for item in own.items):
            self.application.placed(before.item_id)
            self.tell("placeholder_added", item_id=before.item_id, previous_item_id=previous)
        else:
            tail = before.tail
            self.tell("placeholder_skipped", item_id=before.item_id, previous_item_id=previous, local_tail=tail)

    def _anchor(self, before: _Added) -> str | None:
        """Give the predecessor that the mirror used: since 1.7.1 its tail stands in for one that it does not know."""
        mirror = self._mirror
        node = getattr(mirror.get(before.item_id), "_prev", None) if mirror is not None else None
        return before.previous if node is None else str(node.item.id)

    @staticmethod
    def _refusal(before: _Added) -> str:
        if before.known:
            return f"Item with ID {before.item_id} already exists."
        return f"previous_item_id `{before.previous}` not found"

    def _deleting(self, event: Any) -> tuple[str, bool]:  # noqa: ANN401 - any release's
        mirror = self._mirror
        return event.item_id, mirror is not None and mirror.get(event.item_id) is not None

    def _deleted(self, before: tuple[str, bool] | None, _result: object, _error: BaseException | None) -> None:
        if before is not None:
            self.tell("remote_item_deleted", item_id=before[0], found=before[1])

    def _truncate(self, *, message_id: str, audio_end_ms: int, **_more: object) -> None:
        self.tell("truncate_called", item_id=message_id, audio_end_ms=audio_end_ms)
        self.application.truncated(message_id)

    def _interrupt(self, *_args: object, **_kwargs: object) -> None:
        self.tell("interrupt_called", item_id=self.application.playing())

    def _closed(self, _begun: object, _result: object, _error: BaseException | None) -> None:
        self.application.over()
