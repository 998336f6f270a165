"""The simulated server on a socket: one stage a connection."""

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from rtlog.recordings.errors import RtlogError
from rtlog.simulator.ids import Mint
from rtlog.simulator.scenario import Scenario
from rtlog.simulator.stage import Stage
from rtlog.simulator.wire import Fields

SUBPROTOCOL: Final = Subprotocol("realtime")
DEFAULT_MODEL: Final = "gpt-realtime"


class SimulatedServer:
    """A realtime server that plays *scenario* on every connection.

        async with SimulatedServer(scenarios.load("conversation")) as server:
            client = AsyncOpenAI(base_url=server.base_url, api_key="any")

    Port 0 takes a free one. *pace* 1 is the story's own time, 0 as fast as the client allows; *seed* decides the ids.
    Entering raises RtlogError when the place to listen is taken.
    """

    def __init__(
        self, scenario: Scenario, *, host: str = "127.0.0.1", port: int = 0, pace: float = 0, seed: str = "rtlog"
    ) -> None:
        self.scenario = scenario
        self.stages: list[Stage] = []
        self._host = host
        self._port = port
        self._pace = pace
        self._seed = seed
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        try:
            self._server = await serve(
                self._talk, self._host, self._port, select_subprotocol=_select_subprotocol, max_size=None
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise RtlogError(f"cannot listen on {self._host}:{self._port}: {reason}; choose another port") from error
        self._port = int(next(iter(self._server.sockets)).getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def origin(self) -> str:
        """The server's address, `ws://host:port`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"ws://{host}:{self._port}"

    @property
    def base_url(self) -> str:
        """The base URL for SDKs, `http://host:port/v1`."""
        return f"{self.origin.replace('ws://', 'http://')}/v1"

    async def _talk(self, connection: ServerConnection) -> None:
        mint = Mint(f"{self._seed}/{len(self.stages)}", lambda: int(time.time()))
        stage = Stage(self.scenario, mint, model=_model_of(connection), pace=self._pace)
        self.stages.append(stage)
        try:
            await _send(connection, stage.open(_now()))
            while True:
                message = await _receive(connection, stage.due)
                now = _now()
                await _send(connection, stage.advance(now) if message is None else stage.receive(message, now))
        except ConnectionClosed:
            return


async def _receive(connection: ServerConnection, due: float | None) -> str | bytes | None:
    """Wait for a message until *due*, ms of the loop's clock; `None`: the time has come."""
    try:
        async with asyncio.timeout_at(None if due is None else due / 1000):
            return await connection.recv()
    except TimeoutError:
        return None


async def _send(connection: ServerConnection, events: Sequence[Fields]) -> None:
    for event in events:
        await connection.send(msgspec.json.encode(event).decode())


def _now() -> float:
    return asyncio.get_running_loop().time() * 1000


def _select_subprotocol(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return SUBPROTOCOL if SUBPROTOCOL in offered else None


def _model_of(connection: ServerConnection) -> str:
    query = urlsplit(connection.request.path).query if connection.request else ""
    return parse_qs(query).get("model", [DEFAULT_MODEL])[0]
