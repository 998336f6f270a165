"""The page tap's end on this machine: it serves the script and takes what it tells, on loopback, with a key of the run.

A page without the key gets nothing and can tell nothing.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.naming import numbered
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.taps.proxy import Listen, Options
from rtlog.recordings.taps.webrtc.channel import Channel

LARGEST: Final = 8 * 1024 * 1024
"""Bytes that the script may tell at once; a data channel carries less."""
_NOT_UNDERSTOOD: Final = 1003
_NOT_RECORDED: Final = 1011
_HEADERS: Final = ("origin", "user-agent")
_FAREWELL_SECONDS: Final = 10.0
"""How long a page that went without a word may take to say how much it told."""


class PageTap:
    """Records the `oai-events` channel of every page that loads `script_url`; each channel is a recording.

    *notice* gets single lines for a person. Entering raises RtlogError when the place to listen is taken.
    """

    def __init__(
        self,
        *,
        listen: Listen = Listen(),  # noqa: B008 - a frozen value
        options: Options = Options(),  # noqa: B008 - a frozen value
        notice: Callable[[str], None],
    ) -> None:
        self.recorders: list[Recorder] = []
        self.lost = False
        self._listen = listen
        self._options = options
        self._notice = notice
        self._key = secrets.token_urlsafe(16)
        self._farewells: dict[str, asyncio.Future[int]] = {}
        self._server: Server | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        host, port = self._listen.host, self._listen.port
        try:
            self._server = await serve(
                self._page, host, port, process_request=self._answer, max_size=LARGEST, compression=None
            )
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            raise RtlogError(f"cannot listen on {host}:{port}: {reason}; choose another with --listen") from error
        self._port = int(next(iter(self._server.sockets)).getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def script_url(self) -> str:
        """What a page loads before its own scripts: `<script src="…"></script>`."""
        return f"http://{self._authority}/{self._key}/rtlog.js"

    @property
    def lossy(self) -> bool:
        """Whether anything was lost."""
        return self.lost or any(each.lossy for each in self.recorders)

    @property
    def _authority(self) -> str:
        host = self._listen.host if self._listen.loopback else "127.0.0.1"
        return f"[{host}]:{self._port}" if ":" in host else f"{host}:{self._port}"

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Serve the script; let the script's own connection pass, take its farewells; know nothing else."""
        path, _, query = request.path.partition("?")
        if self._is(path, "events"):
            return None
        if self._is(path, "gone"):
            self._farewell(query)
            return connection.respond(HTTPStatus.NO_CONTENT, "")
        if not self._is(path, "rtlog.js"):
            return connection.respond(HTTPStatus.NOT_FOUND, "rtlog: no such page\n")
        script = Path(__file__).with_name("page.js").read_text("utf-8")
        place = f"//{self._authority}/{self._key}"
        script = script.replace("{{endpoint}}", f"ws:{place}/events").replace("{{farewell}}", f"http:{place}/gone")
        response = connection.respond(HTTPStatus.OK, script)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def _is(self, path: str, name: str) -> bool:
        return secrets.compare_digest(path.encode(), f"/{self._key}/{name}".encode())

    def _farewell(self, query: str) -> None:
        """Take how much a page said to have told before it went; one whose socket never came told us nothing at all."""
        said = parse_qs(query)
        name, told = said.get("channel", [""])[0], said.get("told", [""])[0]
        if not (name and told.isdecimal() and told.isascii()):
            return
        waited_for = self._farewells.get(name)
        if waited_for is None:
            self.lost = True
            self._notice("a page went away before anything of its channel had arrived")
        elif not waited_for.done():
            waited_for.set_result(int(told))

    async def _page(self, connection: ServerConnection) -> None:
        farewell = self._await_farewell(connection)
        try:
            recorder = self._begin(connection)
        except RecordingError as error:
            self.lost = True
            self._notice(f"not recorded: {error}")
            await connection.close(_NOT_RECORDED)
            return
        with recorder:
            channel = Channel(recorder)
            told = None
            try:
                while True:
                    channel.hear(await connection.recv())
            except ConnectionClosed as error:
                gone = time.monotonic_ns()
                ours = error.sent is not None and not error.rcvd_then_sent
                if farewell and not (channel.closed or ours):
                    told = await _told(farewell)
            except msgspec.DecodeError:
                gone = time.monotonic_ns()
                recorder.gap("client", "the page told what is not the script's")
                await connection.close(_NOT_UNDERSTOOD)
            channel.gone(gone, told)

    def _await_farewell(self, connection: ServerConnection) -> asyncio.Future[int] | None:
        path = connection.request.path if connection.request else ""
        name = parse_qs(path.partition("?")[2]).get("channel", [""])[0]
        if not name:
            return None
        self._farewells[name] = asyncio.get_running_loop().create_future()
        return self._farewells[name]

    def _begin(self, connection: ServerConnection) -> Recorder:
        options, number = self._options, len(self.recorders) + 1
        folder = options.output is not None and options.output.is_dir()
        recorder = Recorder.create(
            None if folder or options.output is None else numbered(options.output, number),
            folder=options.output if folder else None,
            tap="webrtc",
            title=options.title,
            audio=options.audio,
            force=options.force,
            fsync_interval=options.fsync_interval,
            on_failure=lambda error: self._notice(f"{error.strerror}; the session goes on, what is lost is counted"),
        )
        recorder.src = "wire"
        self.recorders.append(recorder)
        headers = connection.request.headers if connection.request else {}
        told = [(name, value) for name in _HEADERS if (value := headers.get(name))]
        recorder.record("open", {"request": {"headers": recorder.redactor.headers(told)}})
        return recorder


async def _told(farewell: asyncio.Future[int]) -> int | None:
    try:
        return await asyncio.wait_for(farewell, _FAREWELL_SECONDS)
    except TimeoutError:
        return None
