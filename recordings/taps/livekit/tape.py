"""The file of one tap: its connections, and the events that are told of them."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rtlog.recordings.format import AudioPolicy, Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.naming import file_name, new_id, recordings_folder
from rtlog.recordings.record import Dir
from rtlog.recordings.recorder import Recorder, tool_name
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.taps.livekit import logs
from rtlog.recordings.taps.livekit.hooks import Guard
from rtlog.recordings.taps.livekit.versions import installed
from rtlog.recordings.vocabulary.providers import provider_of
from rtlog.recordings.writer import Writer

CLIENT: Final = "LiveKit Agents"
MOST_CALLS: Final = 4096

Fields = str | int | float | bool | list[str] | None


class Tape:
    """One recording of one session; its connections share the file, each under its own number."""

    def __init__(self, path: Path | None, url: str, *, force: bool, audio: AudioPolicy, title: str | None) -> None:
        self.guard = Guard(self.mark)
        self.redactor = Redactor()
        wall_ns = time.time_ns()
        address = urlsplit(url)
        header = Header(
            id=new_id(wall_ns),
            tool=tool_name(),
            tap="livekit",
            client=CLIENT,
            sdk=installed(),
            upstream=self.redactor.url(url) or None,
            provider=provider_of(address.hostname or "", address.path),
            audio=audio,
            title=title,
        )
        self._writer = Writer(path or recordings_folder() / file_name(wall_ns, header.id), header, force=force)
        # The writer is not told of it: closing would then wait for the disk, on the session's event loop.
        self._syncer = Syncer()
        self._syncer.add(self._writer)
        self._connections = 0
        self._pushes = 0
        self._latest = Recorder(self._writer, 1, redactor=self.redactor)
        self._calls: dict[str, Recorder] = {}
        logs.listen(self.log)

    @property
    def path(self) -> Path:
        """The recording's file."""
        return self._writer.path

    @property
    def closed(self) -> bool:
        """Whether the recording has ended."""
        return self._writer.closed

    def connection(self) -> Recorder:
        """Begin the next connection."""
        self._connections += 1
        if self._connections > 1:
            self._latest = Recorder(self._writer, self._connections, redactor=self.redactor)
        return self._latest

    def wire(self, recorder: Recorder, direction: Dir, event: Mapping[str, object]) -> None:
        """Record an event that the SDK sent or received, as it is at this moment."""
        try:
            recorder.event(direction, event)
        except (TypeError, ValueError):
            # Half a surrogate pair, or a number beyond 64 bits: JSON that Python writes and orjson does not.
            recorder.event(direction, json.dumps(event, default=str))

    def local(self, recorder: Recorder, kind: str, /, **fields: Fields) -> None:
        """Record `local.<kind>`; what is `None` is left out, but for a predecessor: null is the head."""
        told = {name: value for name, value in fields.items() if value is not None or name == "previous_item_id"}
        self.wire(recorder, "local", {"type": f"local.{kind}", **told})

    def log(self, level: str, message: str) -> None:
        """Record what the SDK logged."""
        self.guard.run("log", self.local, self._latest, "log", level=level, message=message)

    def mark(self, text: str) -> None:
        """Record a note of the tap's."""
        self._latest.mark(text)

    def next_push(self) -> str:
        """Name the next push."""
        self._pushes += 1
        return f"push_{self._pushes}"

    def note_call(self, recorder: Recorder, call_id: str) -> None:
        """Remember which connection a function call came on."""
        if len(self._calls) >= MOST_CALLS:
            del self._calls[next(iter(self._calls))]
        self._calls.setdefault(call_id, recorder)

    def call(self, call_id: str) -> Recorder:
        """Give the connection of a function call, the latest where that is not known."""
        return self._calls.get(call_id, self._latest)

    def close(self) -> None:
        """End the recording."""
        logs.leave(self.log)
        if self.guard.failures and not self.closed:
            self.guard.run("closing", self.mark, f"{self.guard.failures} calls of hooks failed")
        self._syncer.remove(self._writer)
        self._writer.close()
