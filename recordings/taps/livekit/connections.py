"""The sockets under a `RealtimeSession`: each is a connection of its own in the recording."""

from typing import TYPE_CHECKING, Any, Final

from rtlog.recordings.taps.hooking import Hooks
from rtlog.recordings.taps.livekit.tape import Tape

if TYPE_CHECKING:
    from rtlog.recordings.recorder import Recorder

ABNORMAL: Final = 1006
"""RFC 6455: closed without a close frame."""
NORMAL: Final = 1000
"""What the plugin closes with; it does not wait for the answer."""
LOST: Final = "closed unexpectedly"
"""What the plugin raises when the server has closed."""


class Connections:
    """Follows the plugin as it connects and reconnects; `recorder` is the connection that is open, or was last."""

    def __init__(self, session: Any, tape: Tape) -> None:  # noqa: ANN401 - any release's
        self.recorder: Recorder = tape.connection()
        self._session = session
        self._tape = tape
        self._opened = False

    def attach(self, hooks: Hooks) -> list[str]:
        """Hook the session; gives what it does not have."""
        opens = hooks.method(self._session, "_create_ws_conn", self._connecting, self._connected)
        runs = hooks.method(self._session, "_run_ws", lambda socket, *_: socket, self._ended)
        return [name for name, there in (("_create_ws_conn", opens), ("_run_ws", runs)) if not there]

    def _connecting(self) -> None:
        if self._opened:
            self._tape.tell(self.recorder, "reconnect_begin")

    def _connected(self, _begun: object, socket: Any, error: BaseException | None) -> None:  # noqa: ANN401 - aiohttp's
        if error is not None:
            return
        if self._opened:
            self.recorder = self._tape.connection()
        self._opened = True
        self.recorder.record("open", {"src": "sdk", **self._handshake(socket)})

    def _handshake(self, socket: Any) -> dict[str, object]:  # noqa: ANN401 - aiohttp's
        answer = getattr(socket, "_response", None)
        asked = getattr(answer, "request_info", None)
        if answer is None or asked is None:
            return {}
        redact = self._tape.redactor
        request = {
            "method": asked.method,
            "target": redact.url(asked.url.raw_path_qs),
            "headers": redact.headers((str(name), value) for name, value in asked.headers.items()),
        }
        headers = redact.headers((str(name), value) for name, value in answer.headers.items())
        return {"request": request, "response": {"status": answer.status, "headers": headers}}

    def _ended(self, socket: Any, _result: object, error: BaseException | None) -> None:  # noqa: ANN401 - aiohttp's
        lost = LOST in str(error)
        code = (getattr(socket, "close_code", None) or ABNORMAL) if lost else NORMAL
        self.recorder.record("close", {"src": "sdk", "by": "server" if lost else "client", "code": code, "reason": ""})
