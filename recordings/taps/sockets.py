"""A client's WebSocket (of the `websockets` package, or one like it), listened to in the client's own process.

What the SDK hands to `send` is recorded at the call, what `recv` gives when it gives it: text for text.
"""

from typing import Any, Final

from rtlog.recordings.recorder import Recorder
from rtlog.recordings.taps.hooking import Hooks

ABNORMAL: Final = 1006
NORMAL: Final = 1000


class SocketTap:
    """Records into *recorder* what *socket* sends, receives, and how it ends; *hooks* keeps the hooks."""

    def __init__(self, socket: Any, recorder: Recorder, hooks: Hooks) -> None:  # noqa: ANN401 - no SDK is imported
        self._recorder = recorder
        self._hooks = hooks
        self._over = False
        hooks.run("the handshake", self._opened, socket)
        hooks.method(socket, "send", self._sent, self._send_ended)
        hooks.method(socket, "recv", None, self._received)
        hooks.method(socket, "close", None, self._closed)

    def _opened(self, socket: Any) -> None:  # noqa: ANN401 - as above
        request, response = getattr(socket, "request", None), getattr(socket, "response", None)
        if request is None or response is None:
            return
        redactor = self._recorder.redactor
        self._recorder.record(
            "open",
            {
                "src": "sdk",
                "request": {
                    "method": "GET",
                    "target": redactor.url(request.path),
                    "headers": redactor.headers(request.headers.raw_items()),
                },
                "response": {
                    "status": response.status_code,
                    "headers": redactor.headers(response.headers.raw_items()),
                },
            },
        )

    def _sent(self, message: object, *_args: object, **_options: object) -> None:
        if isinstance(message, str):
            self._recorder.client(message)
        elif isinstance(message, bytes | bytearray | memoryview):
            self._recorder.binary("client", bytes(message))
        else:
            # Fragments, perhaps still being made: to take them would be to change what is sent.
            self._recorder.gap("client", "a message that was sent in fragments")

    def _send_ended(self, _given: object, _result: object, error: BaseException | None) -> None:
        if error is not None:
            self._recorder.mark(f"the last send failed: {type(error).__name__}: {error}")

    def _received(self, _given: object, message: object, error: BaseException | None) -> None:
        if isinstance(message, str | bytes):
            # With `decode=False` text comes as bytes; what is no JSON object becomes a `data` record.
            self._recorder.server(message)
        elif error is not None and (hasattr(error, "rcvd") or hasattr(error, "sent")):
            self._end(error)

    def _closed(self, _given: object, _result: object, error: BaseException | None) -> None:
        if error is None and not self._over:
            self._over = True
            self._recorder.closed("client", NORMAL, "")

    def _end(self, error: Any) -> None:  # noqa: ANN401 - ConnectionClosed
        if self._over:
            return
        self._over = True
        received, sent = getattr(error, "rcvd", None), getattr(error, "sent", None)
        by_server = received is not None and getattr(error, "rcvd_then_sent", True) is not False
        frame = received if by_server else sent
        if frame is None:
            self._recorder.closed("server", ABNORMAL, "")
        else:
            self._recorder.closed("server" if by_server else "client", int(frame.code), str(frame.reason))
