"""The Pipecat tap: records the realtime service of a pipeline: its socket, its function calls, its interruptions.

    import rtlog.recordings.taps.pipecat as tap

    worker = PipelineWorker(pipeline)  # a PipelineTask before 1.3
    tap.attach(worker, "call.rtlog.jsonl")

Before the worker runs. Interruptions come by an observer, which Pipecat serves from a queue: a moment late. The rest
is hooked in the service. Pipecat is not imported by this module, but taken as the program has loaded it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.taps.sockets import SocketTap
from rtlog.recordings.taps.tape import Tape

PACKAGES: Final = ("pipecat-ai", "websockets")
MOST_NESTED: Final = 16

_attached: Final[WeakKeyDictionary[Any, Tape]] = WeakKeyDictionary()


def attach(
    worker: Any,  # noqa: ANN401 - Pipecat is not imported
    path: Path | str | None = None,
    *,
    force: bool = False,
    audio: AudioPolicy = "meta",
    title: str | None = None,
) -> Tape:
    """Record the realtime service of *worker*, a `PipelineWorker` or `PipelineTask`, until it has run.

    *path* is the file, by default a new one in the folder of recordings; an existing one is refused, or with *force*
    replaced. *audio*: `meta` keeps of voices their length and hash alone, `keep` keeps them. A worker that is recorded
    already goes on into its file. Raises RtlogError when *worker* is none or has no realtime service, RecordingError
    when the file exists or cannot be made; afterwards nothing here raises into the session.
    """
    services = [each for each in _processors(worker, MOST_NESTED) if hasattr(each, "_websocket")]
    if not hasattr(worker, "add_observer") or not services:
        raise RtlogError(
            f"{type(worker).__name__} is no PipelineWorker with a realtime service; attach one before it runs"
        )
    known = _attached.get(worker)
    if known is not None and not known.closed:
        return known
    tape = Tape("pipecat", path, PACKAGES, force=force, audio=audio, title=title)
    _attached[worker] = tape
    for service in services:
        tape.hooks.run("attaching", _Service(service, tape).attach)
    tape.hooks.run("observing", _observe, worker, tape)
    tape.hooks.method(worker, "run", None, lambda *_: tape.detach())
    return tape


def _processors(holder: Any, depth: int) -> Iterator[Any]:  # noqa: ANN401 - as above
    held = [getattr(holder, "_pipeline", None), *(getattr(holder, "processors", None) or ())]
    for each in held if depth else ():
        if each is not None:
            yield each
            yield from _processors(each, depth - 1)


class _Service:
    """One realtime service, over all the sockets that it opens."""

    def __init__(self, service: Any, tape: Tape) -> None:  # noqa: ANN401 - as above
        self._service = service
        self._tape = tape
        self._socket: object = None
        self._calls = {
            "FunctionCallInProgressFrame": self._started,
            "FunctionCallResultFrame": self._finished,
            "FunctionCallCancelFrame": self._cancelled,
        }

    def attach(self) -> None:
        """Hook the service."""
        self._tape.hook_all(
            (self._service, "_connect", None, self._connected),
            (self._service, "broadcast_frame", self._broadcast, None),
        )
        self._connected()

    def _connected(self, *_: object) -> None:
        """Hear the socket from its first message: nobody has read of it while `_connect` ran."""
        socket = self._service._websocket  # noqa: SLF001 - there is no event for it
        if socket is not None and socket is not self._socket:
            self._socket = socket
            SocketTap(socket, self._tape.connection(), self._tape.hooks)

    def _broadcast(self, frame: type, **fields: Any) -> None:  # noqa: ANN401 - as above
        tell = self._calls.get(frame.__name__)
        if tell is not None:
            tell(fields)

    def _started(self, fields: dict[str, Any]) -> None:
        self._tape.local("tool_started", call_id=fields["tool_call_id"], name=fields["function_name"])

    def _finished(self, fields: dict[str, Any]) -> None:
        if getattr(fields.get("properties"), "is_final", True) is not False:
            error = fields.get("error")
            self._tape.local(
                "tool_finished", call_id=fields["tool_call_id"], error=None if error is None else str(error)
            )

    def _cancelled(self, fields: dict[str, Any]) -> None:
        self._tape.local("tool_cancelled", call_id=fields["tool_call_id"])


def _observe(worker: Any, tape: Tape) -> None:  # noqa: ANN401 - as above
    base: Any = sys.modules["pipecat.observers.base_observer"].BaseObserver

    class Observer(base):  # type: ignore[misc]
        """Tells of interruptions, each once."""

        def __init__(self) -> None:
            super().__init__()
            self._latest = -1

        async def on_push_frame(self, data: Any) -> None:  # noqa: ANN401 - as above
            frame = data.frame
            if type(frame).__name__ == "InterruptionFrame":
                # One goes up the pipeline and its sibling down, each past every processor; ids only grow.
                sibling = getattr(frame, "broadcast_sibling_id", None)
                first = frame.id if sibling is None else min(frame.id, sibling)
                if first > self._latest:
                    self._latest = first
                    tape.local("interrupt_called")

    worker.add_observer(Observer())
