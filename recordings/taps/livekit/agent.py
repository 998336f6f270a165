"""An `AgentSession`: its agents' contexts, tools and playback, and each `RealtimeSession` that its activities begin."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from rtlog.recordings.taps.livekit import logs
from rtlog.recordings.taps.livekit.contexts import Followed, Source, is_empty
from rtlog.recordings.taps.livekit.parts import ChatContext, ChatItem
from rtlog.recordings.taps.livekit.playback import Playing
from rtlog.recordings.taps.livekit.realtime import Application, RealtimeTap
from rtlog.recordings.taps.livekit.tape import Tape
from rtlog.recordings.taps.livekit.tools import Tools


class Activity(Application):
    """The agent's activity that a `RealtimeSession` serves."""

    def __init__(self, agents: "AgentTap", realtime: Any) -> None:  # noqa: ANN401 - any release's
        self._agents = agents
        self._realtime = realtime
        self._activity: Any = None
        self.followed = Followed()

    def context(self) -> ChatContext | None:
        """Give the agent's own context."""
        return getattr(getattr(self._served(), "_agent", None), "_chat_ctx", None)

    def holds_placeholders(self) -> bool:
        """Say whether the release does: since 1.5.0."""
        return hasattr(self._served(), "_on_remote_item_added")

    def why(self) -> str:
        """Say why the agent's context is pushed."""
        return self.followed.why(self.context(), self._served())

    def begun(self) -> None:
        """Take what the agent holds, where the tap comes late, for told."""
        context = self.context()
        if context is not None:
            self.why()
            self.followed.changes(context)

    def pushes(self, source: Source) -> None:
        """Tell what the agent's context has lost; what it has gained too, unless the push itself lists it."""
        self._agents.tell_changes(self, listed=source == "local")

    def placed(self, item_id: str) -> None:
        """Take a placeholder for told."""
        self.followed.learn(item_id)

    def heard(self, event: Mapping[str, Any]) -> None:
        """Follow the audio."""
        self._agents.playing.heard(event)

    def playing(self) -> str | None:
        """Give the item that is being played."""
        return self._agents.playing.item_id

    def truncated(self, item_id: str) -> None:
        """Follow the audio."""
        self._agents.playing.truncated(item_id)

    def over(self) -> None:
        """Let the session go; another activity may begin a new one."""
        self._agents.forget(self._realtime)

    def _served(self) -> Any:  # noqa: ANN401 - any release's
        """Find the activity whose session this is: since 1.8 a handoff may pass it on."""
        for name in ("_activity", "_next_activity"):
            activity = getattr(self._agents.session, name, None)
            if getattr(activity, "_rt_session", None) is self._realtime:
                self._activity = activity
        return self._activity


class AgentTap:
    """The hooks on one `AgentSession`."""

    def __init__(self, session: Any, tape: Tape) -> None:  # noqa: ANN401 - any release's
        self.session = session
        self.playing = Playing()
        self._tape = tape
        self._hooks = tape.hooks
        self._tools = Tools(tape, self._taken)
        self._taps: dict[int, tuple[RealtimeTap, Activity]] = {}
        self._models: set[int] = set()
        self._output: Any = None
        self._leave_output = ExitStack()
        self._noted = False

    def attach(self) -> list[str]:
        """Hook the session; gives what it does not have."""
        listen, session = self._hooks.listen, self.session
        listen(session, "conversation_item_added", lambda event: self._committed(event.item))
        listen(session, "function_tools_executed", lambda *_: self._tell_all_changes())
        listen(session, "tool_execution_updated", self._tools.updated)
        listen(session, "speech_created", lambda event: self._speech(event.speech_handle))
        hooked = self._hooks.method(session, "_update_activity", self._activity_begins, self._activity_began)
        self._follow_running()
        return [] if hooked else ["_update_activity"]

    def tell_changes(self, activity: Activity, *, listed: bool = False) -> None:
        """Tell what the agent's context has lost and gained since last time; *listed*: a push lists what it gained."""
        context, tap = activity.context(), self._tap_of(activity)
        if context is None or tap is None:
            return
        new, gone = activity.followed.changes(context)
        for item_id in sorted(gone):
            tap.tell("item_removed", item_id=item_id)
        for item in () if listed else new:
            self._tell_committed(tap, item)

    def forget(self, realtime: object) -> None:
        """Let a closed `RealtimeSession` go."""
        self._taps.pop(id(realtime), None)

    def _follow_running(self) -> None:
        """Follow what began before the tap was attached."""
        activity = getattr(self.session, "_activity", None)
        realtime = getattr(activity, "_rt_session", None)
        if realtime is not None:
            self._follow(realtime)
            self._taps[id(realtime)][1].begun()

    def _activity_begins(self, agent: Any, *_args: object, **_kwargs: object) -> ExitStack:  # noqa: ANN401 - any release's
        for holder in (agent, self.session):
            model = getattr(holder, "llm", None)
            if callable(getattr(model, "session", None)) and id(model) not in self._models:
                self._models.add(id(model))
                self._hooks.method(model, "session", None, self._began)
        entered = ExitStack()
        entered.enter_context(logs.about(self._tape.log))
        return entered

    def _activity_began(self, entered: ExitStack | None, _result: object, _error: BaseException | None) -> None:
        if entered is not None:
            entered.close()
        self._tell_all_changes()

    def _began(self, _given: object, realtime: Any, error: BaseException | None) -> None:  # noqa: ANN401 - any release's
        """Follow a new session, if ours is the one that asked for it: several may share a model."""
        if error is None and logs.is_about(self._tape.log):
            self._follow(realtime)

    def _follow(self, realtime: Any) -> None:  # noqa: ANN401 - any release's
        if id(realtime) in self._taps:
            return
        activity = Activity(self, realtime)
        tap = RealtimeTap(realtime, self._tape, activity)
        self._taps[id(realtime)] = tap, activity
        missing = tap.attach()
        if missing and not self._noted:
            self._noted = True
            self._tape.mark(f"not told, because this session has no such method: {', '.join(missing)}")

    def _tell_all_changes(self) -> None:
        for _, activity in tuple(self._taps.values()):
            self.tell_changes(activity)

    def _tap_of(self, activity: Activity) -> RealtimeTap | None:
        return next((tap for tap, each in self._taps.values() if each is activity), None)

    def _current(self) -> tuple[RealtimeTap, Activity] | None:
        realtime = getattr(getattr(self.session, "_activity", None), "_rt_session", None)
        return self._taps.get(id(realtime)) or next(reversed(self._taps.values()), None)

    def _taken(self, item_id: str) -> None:
        current = self._current()
        if current is not None:
            current[1].followed.learn(item_id)

    def _committed(self, item: ChatItem) -> None:
        current = self._current()
        if current is None or item.type != "message":
            return
        tap, activity = current
        activity.followed.learn(item.id)
        self._tell_committed(tap, item)

    @staticmethod
    def _tell_committed(tap: RealtimeTap, item: ChatItem) -> None:
        role = getattr(item, "role", None)
        kind = None if role else item.type
        interrupted = getattr(item, "interrupted", None) if role == "assistant" else None
        fields = {"role": role, "kind": kind, "empty": is_empty(item), "interrupted": interrupted}
        tap.tell("item_committed", item_id=item.id, **fields)

    def _speech(self, handle: object) -> None:
        self._tools.follow(handle)
        output = getattr(getattr(self.session, "output", None), "audio", None)
        if output is not self._output:
            self._output = output
            self._leave_output.close()
            if output is not None:
                self._listen_to(output)

    def _listen_to(self, output: Any) -> None:  # noqa: ANN401 - any release's
        leave = self._leave_output.callback
        leave(
            self._hooks.listen(output, "playback_started", lambda *_: self._playback("started", self.playing.started()))
        )
        leave(self._hooks.listen(output, "playback_progressed", self._progressed))
        leave(self._hooks.listen(output, "playback_finished", self._finished))

    def _progressed(self, event: Any) -> None:  # noqa: ANN401 - any release's
        self._playback("position", self.playing.item_id, event.offset + event.duration)

    def _finished(self, event: Any) -> None:  # noqa: ANN401 - any release's
        self._playback("finished", self.playing.finished(), event.playback_position)

    def _playback(self, step: str, item_id: str | None, seconds: float = 0.0) -> None:
        current = self._current()
        if current is not None and item_id is not None:
            current[0].tell(f"playback_{step}", item_id=item_id, ms=round(seconds * 1000))
