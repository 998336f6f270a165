"""The openai-python tap: records a connection of `client.realtime.connect()`, or of `client.beta.realtime`.

    import rtlog.recordings.taps.openai_python as tap

    async with client.realtime.connect(model="gpt-realtime") as connection:
        tap.attach(connection, "call.rtlog.jsonl")

Async and sync connections alike. It hooks `send`, `recv` and `close` of the WebSocket that the connection stands on, so
that what the SDK queues and sends later is told too, and the calls by which the SDK reconnects. openai is not imported.
"""

from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.taps.sockets import SocketTap
from rtlog.recordings.taps.tape import Tape

PACKAGES: Final = ("openai", "websockets")

_attached: Final[WeakKeyDictionary[Any, Tape]] = WeakKeyDictionary()


def attach(
    connection: Any,  # noqa: ANN401 - openai is not imported
    path: Path | str | None = None,
    *,
    force: bool = False,
    audio: AudioPolicy = "meta",
    title: str | None = None,
) -> Tape:
    """Record *connection* until it is closed.

    *path* is the file, by default a new one in the folder of recordings; an existing one is refused, or with *force*
    replaced. *audio*: `meta` keeps of voices their length and hash alone, `keep` keeps them. A connection that is
    recorded already goes on into its file. Raises RtlogError when *connection* is none, RecordingError when the file
    exists or cannot be made; afterwards nothing here raises into the session.
    """
    socket = getattr(connection, "_connection", None)
    if not hasattr(socket, "send") or not hasattr(socket, "recv"):
        raise RtlogError(
            f"{type(connection).__name__} is no open realtime connection; attach what `async with "
            "client.realtime.connect(…) as connection` gives"
        )
    known = _attached.get(connection)
    if known is not None and not known.closed:
        return known
    tape = Tape("openai-python", path, PACKAGES, force=force, audio=audio, title=title)
    _attached[connection] = tape
    _Connection(connection, tape)
    return tape


class _Connection:
    """One connection of the SDK, over all the sockets that it reconnects by."""

    def __init__(self, connection: Any, tape: Tape) -> None:  # noqa: ANN401 - as above
        self._tape = tape
        self._reconnecting = False
        SocketTap(connection._connection, tape.connection(), tape.hooks)  # noqa: SLF001 - the smallest hook there is
        tape.hooks.method(connection, "_reconnect", None, self._reconnect_ended)
        tape.hooks.method(connection, "_make_ws", self._reconnect_begins, self._socket_made)
        tape.hooks.method(connection, "close", None, self._closed)

    def _reconnect_begins(self, *_: object) -> None:
        if not self._reconnecting:
            self._reconnecting = True
            self._tape.local("reconnect_begin")

    def _socket_made(self, _given: object, socket: object, error: BaseException | None) -> None:
        if error is None:
            # Before the SDK sends what it has queued.
            SocketTap(socket, self._tape.connection(), self._tape.hooks)

    def _reconnect_ended(self, _given: object, succeeded: object, _error: BaseException | None) -> None:
        if self._reconnecting:
            self._reconnecting = False
            self._tape.local("reconnect_end")
        if not succeeded:
            self._tape.detach()

    def _closed(self, *_: object) -> None:
        self._tape.detach()
