"""The file of a tap that listens to an SDK's sockets: its connections, each under its own number."""

import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from rtlog.recordings.format import AudioPolicy, Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.naming import file_name, new_id, recordings_folder
from rtlog.recordings.queued import DEFAULT_QUEUE, QueuedWriter
from rtlog.recordings.recorder import Recorder, tool_name
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.taps.hooking import Before, Ended, Hooks
from rtlog.recordings.vocabulary.providers import provider_of
from rtlog.recordings.writer import Writer

Told = str | int | float | bool | list[str] | None
Hooked = tuple[object, str, Before | None, Ended | None]
"""Whose method, its name, and what runs before it and after it."""


class Tape:
    """One recording of one session, made by *tap* in a program that runs on *packages*; *url* is the provider's.

    Raises RecordingError when the file exists (without *force*) or cannot be made.
    """

    def __init__(
        self,
        tap: str,
        path: Path | str | None,
        packages: Sequence[str],
        *,
        client: str | None = None,
        url: str = "",
        force: bool = False,
        audio: AudioPolicy = "meta",
        title: str | None = None,
    ) -> None:
        wall_ns = time.time_ns()
        self.redactor = Redactor()
        address = urlsplit(url)
        header = Header(
            id=new_id(wall_ns),
            tool=tool_name(),
            tap=tap,
            upstream=self.redactor.url(url) or None,
            provider=provider_of(address.hostname or "", address.path),
            client=client,
            sdk=_installed(packages),
            audio=audio,
            title=self.redactor.text(title) if title else None,
        )
        target = Path(path) if path is not None else recordings_folder() / file_name(wall_ns, header.id)
        self.writer = QueuedWriter.over(Writer(target, header, force=force, syncer=Syncer()), queue=DEFAULT_QUEUE)
        self.hooks = Hooks(self.mark)
        self._connections = 0
        self.latest = Recorder(self.writer, redactor=self.redactor)

    @property
    def path(self) -> Path:
        """The recording's file."""
        return self.writer.path

    @property
    def closed(self) -> bool:
        """Whether the recording has ended."""
        return self.writer.closed

    @property
    def failures(self) -> int:
        """How many calls of hooks failed; the session did not notice, the recording may lack events."""
        return self.hooks.failures

    def connection(self) -> Recorder:
        """Begin the next connection."""
        self._connections += 1
        if self._connections > 1:
            self.latest = Recorder(self.writer, self._connections, redactor=self.redactor)
        return self.latest

    def local(self, kind: str, /, **fields: Told) -> None:
        """Record `local.<kind>` of the latest connection; what is `None` is left out."""
        told = {name: value for name, value in fields.items() if value is not None}
        self.latest.local({"type": f"local.{kind}", **told})

    def mark(self, text: str) -> None:
        """Record a note of the tap's."""
        self.latest.mark(text)

    def hook_all(self, *hooked: Hooked) -> None:
        """Hook every method there is, and record which are missing."""
        missing = [name for holder, name, before, ended in hooked if not self.hooks.method(holder, name, before, ended)]
        if missing:
            self.mark(f"not told, because this release has no such method: {', '.join(missing)}")

    def detach(self) -> None:
        """Take the hooks out and end the recording, whose last lines are written meanwhile; twice is once."""
        self.hooks.remove()
        self.writer.finish()

    def close(self) -> None:
        """Detach, and wait until the recording is on the disk."""
        self.detach()
        self.writer.close()


def _installed(packages: Sequence[str]) -> dict[str, str]:
    return {name: found for name in packages if (found := _version(name))}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
