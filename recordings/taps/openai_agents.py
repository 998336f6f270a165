"""The openai-agents tap: records a `RealtimeSession`, from the socket of its model to its tools and guardrails.

    import rtlog.recordings.taps.openai_agents as tap

    session = await RealtimeRunner(agent).run()
    tap.attach(session, "call.rtlog.jsonl")
    async with session:
        ...

Best before the session is entered: its socket is then heard from the first event. The model's events come by the
public listener; a few methods of the session and of its model are hooked for what no event tells with its ids. The
package is not imported; what a release does not have is not told, and a mark in the recording says so.
"""

from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.taps.sockets import SocketTap
from rtlog.recordings.taps.tape import Tape

PACKAGES: Final = ("openai-agents", "openai", "websockets")

_attached: Final[WeakKeyDictionary[Any, Tape]] = WeakKeyDictionary()
_call: Final[ContextVar[Any]] = ContextVar("rtlog_openai_agents_call", default=None)
_judged: Final[ContextVar[str | None]] = ContextVar("rtlog_openai_agents_judged", default=None)


def attach(
    session: Any,  # noqa: ANN401 - openai-agents is not imported
    path: Path | str | None = None,
    *,
    force: bool = False,
    audio: AudioPolicy = "meta",
    title: str | None = None,
) -> Tape:
    """Record *session* until it is closed.

    *path* is the file, by default a new one in the folder of recordings; an existing one is refused, or with *force*
    replaced. *audio*: `meta` keeps of voices their length and hash alone, `keep` keeps them. A session that is recorded
    already goes on into its file. Raises RtlogError when *session* is none, RecordingError when the file exists or
    cannot be made; afterwards nothing here raises into the session.
    """
    model = getattr(session, "model", None)
    if not hasattr(model, "add_listener"):
        raise RtlogError(f"{type(session).__name__} is no RealtimeSession; attach what `RealtimeRunner(…).run()` gives")
    known = _attached.get(session)
    if known is not None and not known.closed:
        return known
    tape = Tape("openai-agents", path, PACKAGES, force=force, audio=audio, title=title)
    _attached[session] = tape
    tape.hooks.run("attaching", _Session(tape).attach, session, model)
    return tape


class _Session:
    """What the hooks of one session tell; also a listener of its model."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._running: set[str] = set()
        self._history: set[str] = set()

    def attach(self, session: Any, model: Any) -> None:  # noqa: ANN401 - as above
        socket = getattr(model, "_websocket", None)
        if socket is not None:
            self._connected(None, socket, None)
        self._tape.hook_all(
            (model, "_create_websocket_connection", None, self._connected),
            (session, "_handle_tool_call", self._call_begins, self._call_ended),
            (session, "_send_tool_output_completion", self._tool_finished, None),
            (session, "_run_output_guardrails", self._judging, None),
            (session, "_put_event", self._told, None),
            (session, "interrupt", self._interrupted, None),
            (session, "close", None, self._closed),
        )
        model.add_listener(self)

    async def on_event(self, event: Any) -> None:  # noqa: ANN401 - as above
        """Take an event of the model, as `RealtimeModelListener` does."""
        self._tape.hooks.run("the model's events", self._model_said, event)

    def _model_said(self, event: Any) -> None:  # noqa: ANN401 - as above
        kind = event.type
        if kind == "item_updated":
            self._item_updated(event.item)
        elif kind == "item_deleted" and event.item_id in self._history:
            self._history.discard(event.item_id)
            self._tape.local("item_removed", item_id=event.item_id)

    def _item_updated(self, item: Any) -> None:  # noqa: ANN401 - as above
        """The history takes an item at once; it is told when it is whole."""
        if item.item_id in self._history or getattr(item, "status", None) == "in_progress":
            return
        self._history.add(item.item_id)
        role = getattr(item, "role", None)
        self._tape.local("item_committed", item_id=item.item_id, role=role, kind=None if role else item.type)

    def _connected(self, _given: object, socket: object, error: BaseException | None) -> None:
        if error is None:
            SocketTap(socket, self._tape.connection(), self._tape.hooks)

    def _call_begins(self, event: object, *_: object, **__: object) -> None:
        _call.set(event)

    def _told(self, event: Any) -> None:  # noqa: ANN401 - as above
        call = _call.get()
        if event.type == "tool_start" and call is not None:
            self._running.add(call.call_id)
            self._tape.local("tool_started", item_id=call.id, call_id=call.call_id, name=event.tool.name)
        elif event.type == "guardrail_tripped":
            tripped = event.guardrail_results[0].guardrail if event.guardrail_results else None
            name = tripped.get_name() if tripped is not None else None
            self._tape.local("guardrail_tripped", response_id=_judged.get(), name=name)

    def _tool_finished(self, completion: Any) -> None:  # noqa: ANN401 - as above
        call = completion.tool_call
        if call.call_id in self._running:
            self._running.discard(call.call_id)
            self._tape.local("tool_finished", item_id=call.id, call_id=call.call_id)

    def _call_ended(self, _given: object, _result: object, error: BaseException | None) -> None:
        call = _call.get()
        if call is None or call.call_id not in self._running:
            return
        self._running.discard(call.call_id)
        if isinstance(error, Exception):
            said = f"{type(error).__name__}: {error}"
            self._tape.local("tool_finished", item_id=call.id, call_id=call.call_id, error=said)
        else:
            self._tape.local("tool_cancelled", item_id=call.id, call_id=call.call_id)

    def _judging(self, _text: object, response_id: str, *_: object, **__: object) -> None:
        _judged.set(response_id)

    def _interrupted(self) -> None:
        self._tape.local("interrupt_called")

    def _closed(self, *_: object) -> None:
        self._tape.detach()
