"""Attaching the tap: to a model, for the next session that it opens, or to a session that is open."""

import sys
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.taps.pydantic_ai.dialling import PROTOCOL, Dialling, is_expected
from rtlog.recordings.taps.pydantic_ai.session import SessionTap
from rtlog.recordings.taps.sockets import SocketTap
from rtlog.recordings.taps.tape import Tape

PACKAGES: Final = ("pydantic-ai-slim", "openai", "websockets")

_waiting: Final[dict[int, "_Recorded"]] = {}
"""By the id of the model, which the value keeps alive: models have no hash."""
_attached: Final[WeakKeyDictionary[Any, Tape]] = WeakKeyDictionary()


def attach(
    subject: Any,  # noqa: ANN401 - pydantic-ai is not imported
    path: Path | str | None = None,
    *,
    force: bool = False,
    audio: AudioPolicy = "meta",
    title: str | None = None,
) -> Tape:
    """Record the next session of the realtime model *subject*, or the open session that it is, until that is closed.

    *path* is the file, by default a new one in the folder of recordings; an existing one is refused, or with *force*
    replaced. *audio*: `meta` keeps of voices their length and hash alone, `keep` keeps them. What is recorded already,
    or waits for its session, goes on into its file. Raises RtlogError when *subject* is neither, or speaks another
    protocol than OpenAI's, RecordingError when the file exists or cannot be made; afterwards nothing here raises into
    the session.
    """
    is_session = hasattr(getattr(getattr(subject, "_connection", None), "_ws", None), "recv")
    if not is_session and not (hasattr(subject, "_build_connection") and PROTOCOL in sys.modules):
        raise RtlogError(
            f"{type(subject).__name__} is no realtime model that speaks OpenAI's protocol, and no open session of "
            "one; attach the model before `agent.realtime(model).session()`"
        )
    known = _attached.get(subject) if is_session else _known(subject)
    if known is not None and not known.closed:
        return known
    tape = Tape("pydantic-ai", path, PACKAGES, force=force, audio=audio, title=title)
    recorded = _Recorded(tape)
    tape.hooks.run("attaching", recorded.join if is_session else recorded.wait_for, subject)
    return tape


def _known(model: object) -> Tape | None:
    waiting = _waiting.get(id(model))
    return waiting.tape if waiting else None


class _Recorded:
    """One session, from before it is opened, over all the sockets that it has."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._model: object = None
        self._dialling = Dialling(tape.hooks, self._connected)
        self._told = SessionTap(tape)
        self._is_open = self._redials = False

    def wait_for(self, model: Any) -> None:  # noqa: ANN401 - as above
        """Wait until *model* opens a session."""
        self._model = model
        _waiting[id(model)] = self
        self.tape.hooks.on_removal(self._wait_no_longer)
        self._dialling.install()
        self.tape.hook_all((model, "_realtime_url", self._dials, None), (model, "_build_connection", None, self._built))

    def join(self, session: Any) -> None:  # noqa: ANN401 - as above
        """Listen to *session*, which is under way."""
        connection = session._connection  # noqa: SLF001 - there is no public way to the socket
        self._dialling.install()
        self._connected(connection._ws)  # noqa: SLF001 - as above
        self._built(None, connection, None)
        self._begun(session)

    def _wait_no_longer(self) -> None:
        if _waiting.get(id(self._model)) is self:
            del _waiting[id(self._model)]

    def _dials(self, *_: object, **__: object) -> None:
        """Another session of the model, which dials again, expects its socket already."""
        if _waiting.get(id(self._model)) is self and not is_expected():
            self._dialling.expect()

    def _connected(self, socket: object) -> None:
        self._wait_no_longer()
        self._is_open = True
        SocketTap(socket, self.tape.connection(), self.tape.hooks)
        self.tape.hooks.method(socket, "close", None, self._socket_closed)

    def _built(self, _given: object, connection: Any, error: BaseException | None) -> None:  # noqa: ANN401 - as above
        if error is not None or not self._is_open or self._told.has_connection:
            return
        self._told.connection(connection)
        self.tape.hook_all(
            (connection, "set_message_history", self._history_offered, None),
            (connection, "_try_reconnect", self._reconnect_begins, self._reconnect_ended),
            (connection, "_attempt_reconnect", self._dialling.expect, None),
        )

    def _history_offered(self, history: object) -> None:
        """The connection gets a method of its session when that begins."""
        self._begun(getattr(history, "__self__", None))

    def _begun(self, session: Any) -> None:  # noqa: ANN401 - as above
        if not hasattr(session, "all_messages"):
            self.tape.mark("not told, because this release does not show its session: tools, history, interruptions")
            return
        _attached[session] = self.tape
        self._told.session(session)
        self.tape.hook_all((session, "close", None, self._session_closed))

    def _reconnect_begins(self) -> None:
        self._redials = True
        self.tape.local("reconnect_begin")

    def _reconnect_ended(self, *_: object) -> None:
        self._redials = False
        self.tape.local("reconnect_end")

    def _socket_closed(self, *_: object) -> None:
        """The end, but for a socket that another one replaces: pydantic-ai closes it last."""
        self._is_open = False
        if not self._redials:
            self.tape.detach()

    def _session_closed(self, *_: object) -> None:
        if not self._is_open:
            self.tape.detach()
