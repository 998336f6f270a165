"""The Recorder: what one connection said, told as it happens.

    with Recorder.create(title="barge-in") as recorder:
        recorder.server(message)
        recorder.local({"type": "local.tool_started", "item_id": "item_1", "call_id": "call_1"})

    async with Recorder.create(queue=8192) as recorder:  # no call waits for the disk
        recorder.client(message)

A program calls it from its hooks; the taps call it for what crosses the wire. It is safe to use from several threads
and never raises into the session it records.
"""

import json
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from rtlog.recordings.format import AudioPolicy, Header
from rtlog.recordings.fsync import DEFAULT_INTERVAL, Syncer
from rtlog.recordings.message import KindLine, Policy
from rtlog.recordings.naming import file_name, new_id, recordings_folder
from rtlog.recordings.queued import QueuedWriter
from rtlog.recordings.record import Dir, Src
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.writer import Gap, Line, Writer

Message = bytes | str | Mapping[str, object]
"""An event: its JSON text, or the object."""


class Recorder:
    """Records one connection, *conn*, into *writer*; recorders of several connections may share one writer.

    `src` says where events come from: `sdk` for a program's own hooks, `wire` for a tap. The moment `at` of every
    method is ns of the writer's clock; now, when not given.
    """

    def __init__(
        self, writer: Writer | QueuedWriter, conn: int = 1, *, src: Src = "sdk", redactor: Redactor | None = None
    ) -> None:
        self.writer = writer
        self.conn = conn
        self.src: Src = src
        self.redactor = redactor or Redactor()
        self.policy = Policy(writer.header.audio, self.redactor)
        self.events = 0
        self.audio_bytes = 0
        self._gapped = False

    @classmethod
    def create(  # noqa: PLR0913 - a recording's settings, each by its name
        cls,
        path: Path | str | None = None,
        *,
        folder: Path | None = None,
        tap: str = "recorder",
        title: str | None = None,
        audio: AudioPolicy = "meta",
        force: bool = False,
        fsync_interval: float | None = DEFAULT_INTERVAL,
        on_failure: Callable[[OSError], None] | None = None,
        queue: int | None = None,
    ) -> Self:
        """Open a recording at *path*, by default a new file in *folder* (the folder of recordings).

        With *queue* no call waits for the disk: a thread writes, and so many records may wait for it; more are lost,
        counted in a `gap`. Raises RecordingError when the file exists (without *force*) or cannot be made.
        """
        wall_ns = time.time_ns()
        said = Redactor().text(title) if title else None
        header = Header(id=new_id(wall_ns), tool=tool_name(), tap=tap, audio=audio, title=said)
        target = Path(path) if path else (folder or recordings_folder()) / file_name(wall_ns, header.id)
        syncer = None if fsync_interval is None else Syncer(fsync_interval)
        writer = Writer(target, header, force=force, syncer=syncer, on_failure=on_failure)
        return cls(writer if queue is None else QueuedWriter.over(writer, queue=queue))

    def __enter__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The recording's file."""
        return self.writer.path

    @property
    def lossy(self) -> bool:
        """Whether anything was lost."""
        return self.writer.lossy or self._gapped

    def client(self, event: Message, at: int | None = None) -> None:
        """Record an event that the client sent."""
        self.event("client", event, at)

    def server(self, event: Message, at: int | None = None) -> None:
        """Record an event that the client received."""
        self.event("server", event, at)

    def local(self, event: Message, at: int | None = None) -> None:
        """Record what the SDK or the application did; the spellings are `vocabulary.events.LOCAL_EVENTS`."""
        self.event("local", event, at, src="sdk")

    def event(self, direction: Dir, event: Message, at: int | None = None, *, src: Src | None = None) -> None:
        """Record a text message; one that is no JSON object becomes a `data` record."""
        self.writer.write(self.line(direction, _text(event), src or self.src), at)

    def line(self, direction: Dir, message: bytes, src: Src) -> Line:
        """Count a text *message*, and give the line that records it once it is written."""
        line = self.policy.line(message, direction, self.conn, src)
        if not isinstance(line, KindLine):
            self.events += 1
            self.audio_bytes += line.audio_bytes
        return line

    def mark(self, text: str, at: int | None = None) -> None:
        """Record a note of a person."""
        self.record("mark", {"text": self.redactor.text(text)}, at)

    def binary(self, direction: Dir, message: bytes, at: int | None = None) -> None:
        """Record a binary message."""
        self.writer.write(self.policy.data("binary", message, direction, self.conn), at)

    def oversize(self, direction: Dir, size: int, at: int | None = None) -> None:
        """Record that a message of at least *size* bytes was too large to keep."""
        self.record("oversize", {"dir": direction, "n": size}, at)

    def gap(self, direction: Dir, reason: str, at: int | None = None) -> None:
        """Record that messages of *direction* can no longer be read, from one on."""
        self._gapped = True
        self.writer.write(Gap(1, self.conn, f"{direction}: {self.redactor.text(reason)}"), at)

    def closed(self, by: Dir, code: int, reason: str, at: int | None = None) -> None:
        """Record the end of the connection: who closed it first, and how (RFC 6455 codes; 1006 without a word)."""
        told: dict[str, object] = {"src": self.src} if self.src == "sdk" else {}
        self.record("close", {**told, "by": by, "code": code, "reason": self.redactor.text(reason)}, at)

    def record(self, kind: str, fields: dict[str, object], at: int | None = None) -> None:
        """Record a *kind* of record that holds no event."""
        self.writer.write(KindLine(kind, self.conn, fields), at)

    def close(self) -> None:
        """End the recording with its footer."""
        self.writer.close()

    async def aclose(self) -> None:
        """End the recording while the event loop goes on."""
        from asyncio import to_thread  # noqa: PLC0415 - most recorders have no event loop

        await to_thread(self.close)


@cache
def tool_name() -> str:
    """Name this program and its version, as headers have it."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - read once a recording

    try:
        return f"rtlog {version('rtlog')}"
    except PackageNotFoundError:
        # Imported from a folder, into a program's own environment.
        return "rtlog"


def _text(event: Message) -> bytes:
    if isinstance(event, bytes):
        return event
    if isinstance(event, str):
        return event.encode("utf-8", "surrogatepass")
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return _leniently_said(event)


def _leniently_said(event: Mapping[str, object]) -> bytes:
    """Say as JSON what orjson does not (half a surrogate pair, a number beyond 64 bits), or else as text."""
    try:
        return json.dumps(event, default=str).encode()
    except (TypeError, ValueError, RecursionError):
        return repr(event).encode("utf-8", "replace")
