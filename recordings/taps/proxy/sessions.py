"""Which recording a connection belongs to.

A voice session may need several sockets: a client that lost its connection dials again within seconds. Such a
connection continues the recording of the one it replaces, under the next number; two clients at once never share one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import AudioPolicy, Header
from rtlog.recordings.fsync import DEFAULT_INTERVAL, Syncer
from rtlog.recordings.naming import file_name, new_id, numbered, recordings_folder
from rtlog.recordings.recorder import Recorder, tool_name
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.resuming import ResumedWriter
from rtlog.recordings.rotation import RotatingWriter, Rotation
from rtlog.recordings.taps.proxy.address import Upstream
from rtlog.recordings.taps.proxy.head import Request
from rtlog.recordings.vocabulary.providers import provider_of
from rtlog.recordings.writer import Writer

Split = Literal["session", "connection", "run"]

CONTINUES_WITHIN: Final = 60 * 10**9
"""ns after which a new connection of the same client is a new session."""

_STAINLESS: Final = "x-stainless-"


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is recorded: where to, what of it, and what becomes one file."""

    output: Path | None = None
    force: bool = False
    audio: AudioPolicy = "meta"
    split: Split = "session"
    title: str | None = None
    fsync_interval: float | None = DEFAULT_INTERVAL
    rotation: Rotation | None = None
    append: bool = False
    """Go on in the recording at `output`; all connections of the run are in it where `split` says so."""


@dataclass(slots=True)
class Session:
    """A recording of a run: its file, whose it is, and the connections that it holds."""

    client: tuple[str, ...]
    writer: Writer
    redactor: Redactor
    earlier: int = 0
    """Connections that the file held before this run."""
    connections: list[Recorder] = field(default_factory=list)
    open: int = 0
    quiet_since: int = 0

    @property
    def paths(self) -> list[Path]:
        """The files of the recording, the newest last."""
        return self.writer.paths if isinstance(self.writer, RotatingWriter) else [self.writer.path]

    @property
    def written(self) -> int:
        """Bytes of all its files."""
        return self.writer.written if isinstance(self.writer, RotatingWriter) else self.writer.size

    def connect(self) -> Recorder:
        """Open the session's next connection."""
        recorder = Recorder(self.writer, self.earlier + len(self.connections) + 1, src="wire", redactor=self.redactor)
        self.connections.append(recorder)
        self.open += 1
        return recorder


class Sessions:
    """The recordings of one run. *notice* is told, in one line, when a file fails; `lost` says so afterwards.

    Raises RecordingError where one is to be gone on with and cannot be.
    """

    def __init__(
        self,
        upstream: Upstream,
        options: Options,
        notice: Callable[[str], None],
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.all: list[Session] = []
        self._live: list[Session] = []
        self.lost = False
        self._upstream = upstream
        self._options = options
        # Asked once: a folder that is removed during the run is made again, and does not become a file's name.
        self._folder = options.output if options.output is not None and options.output.is_dir() else None
        self._notice = notice
        self._clock = clock
        self._syncer = None if options.fsync_interval is None else Syncer(options.fsync_interval)
        self._resumed = self._resume(options.output) if options.append and options.output is not None else None

    @property
    def lossy(self) -> bool:
        """Whether anything of the run was lost."""
        return self.lost or any(recorder.lossy for each in self.all for recorder in each.connections)

    def connect(self, request: Request, client_host: str, at: int) -> Recorder | None:
        """Give the recorder of a new connection at *at*, ns of the clock; `None` where its file cannot be made."""
        client = (client_host, request.user_agent or "", request.path)
        session = self._continued(client, at)
        if session is None:
            try:
                session = self._begin(client, request)
            except RecordingError as error:
                self.lost = True
                self._notice(f"not recorded: {error}")
                return None
        return session.connect()

    def disconnect(self, recorder: Recorder, at: int) -> None:
        """Let a connection go that ended at *at*."""
        session = next(each for each in self._live if recorder in each.connections)
        session.open -= 1
        session.quiet_since = at
        if self._options.split == "connection":
            session.writer.finish()
            self._live.remove(session)

    def close_quiet(self, at: int) -> None:
        """End the recordings that nothing can continue any more."""
        if self._options.split != "session":
            return
        for session in tuple(self._live):
            if not session.open and at - session.quiet_since > CONTINUES_WITHIN:
                session.writer.finish()
                self._live.remove(session)

    def close(self) -> None:
        """End every recording."""
        for session in self.all:
            session.writer.close()
        if self._resumed is not None:
            self._resumed.close()

    def _continued(self, client: tuple[str, ...], at: int) -> Session | None:
        """Find the one session that a connection of *client* can only be the next of."""
        if self._options.split == "run":
            return self._live[0] if self._live else None
        if self._options.split == "connection":
            return None
        self.close_quiet(at)
        mine = [each for each in self._live if each.client == client]
        return mine[0] if len(mine) == 1 and not mine[0].open else None

    def _begin(self, client: tuple[str, ...], request: Request) -> Session:
        wall_ns, redactor = time.time_ns(), Redactor()
        redactor.headers(request.headers)
        header = Header(
            id=new_id(wall_ns),
            tool=tool_name(),
            tap="proxy",
            upstream=redactor.url(self._upstream.url(request.target)),
            provider=provider_of(self._upstream.host, request.target),
            client=redactor.text(request.user_agent) if request.user_agent else None,
            sdk=_packages(request),
            audio=self._options.audio,
            title=redactor.text(self._options.title) if self._options.title else None,
        )
        if self._resumed is None:
            session = Session(client, self._writer(header, wall_ns), redactor)
        else:
            session = Session(client, self._resumed, redactor, self._resumed.connections)
        self.all.append(session)
        self._live.append(session)
        return session

    def _writer(self, header: Header, wall_ns: int) -> Writer:
        path, options = self._path(header, wall_ns), self._options
        force, clock, syncer, on_failure = options.force, self._clock, self._syncer, self._failed(path)
        if options.rotation is None:
            return Writer(path, header, force=force, clock=clock, syncer=syncer, on_failure=on_failure)
        return RotatingWriter(
            path, header, options.rotation, self._path, force=force, clock=clock, syncer=syncer, on_failure=on_failure
        )

    def _resume(self, path: Path) -> ResumedWriter:
        return ResumedWriter(path, clock=self._clock, syncer=self._syncer, on_failure=self._failed(path))

    def _path(self, header: Header, wall_ns: int) -> Path:
        output, name = self._options.output, file_name(wall_ns, header.id)
        if output is None:
            return recordings_folder() / name
        return self._folder / name if self._folder else numbered(output, sum(len(each.paths) for each in self.all) + 1)

    def _failed(self, path: Path) -> Callable[[OSError], None]:
        return lambda error: self._notice(f"{path}: {error.strerror}; the session goes on, what is lost is counted")


def _packages(request: Request) -> dict[str, str]:
    told = {name.lower()[len(_STAINLESS) :]: value for name, value in request.headers if _STAINLESS in name.lower()}
    found = {"openai": told.get("package-version"), told.get("runtime", "runtime"): told.get("runtime-version")}
    return {name: version[:64] for name, version in found.items() if version}
