"""Which recording a connection belongs to.

A voice session may need several sockets: a client that lost its connection dials again within seconds. Such a
connection continues the recording of the one it replaces, under the next number; two clients at once never share one.
"""

import atexit
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final, Literal

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import AudioPolicy, Header
from rtlog.recordings.fsync import DEFAULT_INTERVAL, Syncer
from rtlog.recordings.naming import file_name, new_id, numbered, recordings_folder
from rtlog.recordings.queued import PATIENCE_AT_EXIT, SLOW, QueuedWriter
from rtlog.recordings.recorder import Recorder, tool_name
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.resuming import ResumedWriter
from rtlog.recordings.rotation import RotatingWriter, Rotation
from rtlog.recordings.taps.proxy.address import Upstream
from rtlog.recordings.taps.proxy.head import Request
from rtlog.recordings.vocabulary.providers import provider_of
from rtlog.recordings.writer import Writer
from rtlog.recordings.writing_thread import WritingThread

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
    writer: QueuedWriter
    redactor: Redactor
    earlier: int = 0
    """Connections that the file held before this run."""
    connections: list[Recorder] = field(default_factory=list)
    open: int = 0
    quiet_since: int = 0

    def connect(self) -> Recorder:
        """Open the session's next connection."""
        recorder = Recorder(self.writer, self.earlier + len(self.connections) + 1, src="wire", redactor=self.redactor)
        self.connections.append(recorder)
        self.open += 1
        return recorder


class Sessions:
    """The recordings of one run. *notice* is told, in one line, when a file fails; `lost` says so afterwards.

    Whatever waits for the disk is done in *thread*, and *notice* is called there. Raises RecordingError where a
    recording is to be gone on with and cannot be.
    """

    def __init__(
        self,
        upstream: Upstream,
        options: Options,
        notice: Callable[[str], None],
        thread: WritingThread,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._begun: list[Session] = []
        self._closed = 0
        self._live: list[Session] = []
        self.lost = False
        self._upstream = upstream
        self._options = options
        # Asked once: a folder that is removed during the run is made again, and does not become a file's name.
        self._folder = options.output if options.output is not None and options.output.is_dir() else None
        self._notice = notice
        self._clock = clock
        self._thread = thread
        self._numbers = count(1)
        self._syncer = None if options.fsync_interval is None else Syncer(options.fsync_interval)
        self._resumed = self._resume(options.output) if options.append and options.output is not None else None

    @property
    def all(self) -> list[Session]:
        """Those whose file could be made."""
        return [each for each in self._begun if not each.writer.failed]

    @property
    def lossy(self) -> bool:
        """Whether anything of the run was lost."""
        return self.lost or any(recorder.lossy for each in self.all for recorder in each.connections)

    def connect(self, request: Request, client_host: str, at: int) -> Recorder:
        """Give the recorder of a new connection at *at*, ns of the clock."""
        client = (client_host, request.user_agent or "", request.path)
        session = self._continued(client, at) or self._begin(client, request)
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

    def finish(self) -> None:
        """Take no more records."""
        for session in tuple(self._begun):
            session.writer.finish()

    def close(self) -> None:
        """Wait until every recording has ended; what the disk has not taken after ten seconds is lost. Once."""
        atexit.unregister(self.close)
        until = time.monotonic() + PATIENCE_AT_EXIT
        self.finish()
        ending = self._begun[self._closed :]
        self._closed += len(ending)
        stuck = [each for each in ending if not each.writer.close(max(0, until - time.monotonic()))]
        if stuck:
            self.lost = True
            others = f" and {len(stuck) - 1} more" if stuck[1:] else ""
            self._notice(f"{stuck[0].writer.path}{others}: the disk does not answer; the last records are missing")
        if self._resumed is not None and not self._begun:
            self._resumed.close()

    def _continued(self, client: tuple[str, ...], at: int) -> Session | None:
        """Find the one session that a connection of *client* can only be the next of."""
        if self._options.split == "run":
            return next((each for each in self._live if not each.writer.failed), None)
        if self._options.split == "connection":
            return None
        self.close_quiet(at)
        mine = [each for each in self._live if each.client == client and not each.writer.failed]
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
        earlier = self._resumed.connections if self._resumed else 0
        if not self._begun:
            # A program may forget to close its tap.
            atexit.register(self.close)
        session = Session(client, self._queued(header, wall_ns), redactor, earlier)
        self._begun.append(session)
        self._live.append(session)
        return session

    def _queued(self, header: Header, wall_ns: int) -> QueuedWriter:
        """Give a writer that nobody waits for."""
        if self._resumed is not None:
            return QueuedWriter.over(self._resumed, thread=self._thread, on_failure=self._failing)
        path = self._path(header, wall_ns)
        make = partial(self._writer, path, header, self._clock())
        return QueuedWriter(path, header, make, clock=self._clock, thread=self._thread, on_failure=self._failing)

    def _writer(self, path: Path, header: Header, begun: int) -> Writer:
        options, clock, syncer, on_failure = self._options, self._clock, self._syncer, self._failed(path)
        if options.rotation is None:
            return Writer(
                path, header, force=options.force, clock=clock, syncer=syncer, on_failure=on_failure, begun=begun
            )
        return RotatingWriter(
            path,
            header,
            options.rotation,
            self._path,
            force=options.force,
            clock=clock,
            syncer=syncer,
            on_failure=on_failure,
            begun=begun,
        )

    def _failing(self, error: RecordingError) -> None:
        self.lost = True
        self._notice(str(error) if error.problem == SLOW else f"not recorded: {error}")

    def _resume(self, path: Path) -> ResumedWriter:
        return ResumedWriter(path, clock=self._clock, syncer=self._syncer, on_failure=self._failed(path))

    def _path(self, header: Header, wall_ns: int) -> Path:
        output, name = self._options.output, file_name(wall_ns, header.id)
        if output is None:
            return recordings_folder() / name
        return self._folder / name if self._folder else numbered(output, next(self._numbers))

    def _failed(self, path: Path) -> Callable[[OSError], None]:
        return lambda error: self._notice(f"{path}: {error.strerror}; the session goes on, what is lost is counted")


def _packages(request: Request) -> dict[str, str]:
    told = {name.lower()[len(_STAINLESS) :]: value for name, value in request.headers if _STAINLESS in name.lower()}
    found = {"openai": told.get("package-version"), told.get("runtime", "runtime"): told.get("runtime-version")}
    return {name: version[:64] for name, version in found.items() if version}
