"""The tap in a program that uses openai-python, beside the proxy's recording of the same session."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.realtime import ResponseCreateEvent
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

import rtlog.recordings.taps.openai_python as tap
from rtlog.cli.merging import merge_files
from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.taps.proxy import Options, ProxyTap
from rtlog.simulator import scenarios
from rtlog.simulator.server import SimulatedServer

KEY = "sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7"
MCP_SECRET = "mcp-Qw3rTy7UiOp9AsDf"  # noqa: S105 - planted, to be looked for
ITEM = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Good morning"}]}
SESSION = {
    "type": "realtime",
    "tools": [{"type": "mcp", "server_label": "crm", "server_url": "http://crm", "authorization": MCP_SECRET}],
}
AUDIO = {"type": "input_audio_buffer.append", "audio": "AAAA" * 100}


@asynccontextmanager
async def proxied(folder: Path) -> AsyncIterator[ProxyTap]:
    async with (
        SimulatedServer(scenarios.load("conversation")) as server,
        ProxyTap(f"{server.origin}/v1", options=Options(output=folder / "wire.rtlog.jsonl")) as proxy,
    ):
        yield proxy


def recorded(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def events(path: Path, direction: str) -> list[object]:
    """Give what *path* keeps of the events that *direction* sent, in order."""
    return [(each["conn"], each["n"], each["event"]) for each in recorded(path) if each.get("dir") == direction]


async def assert_same_session(folder: Path, proxy: ProxyTap, taped: tap.Tape) -> None:
    await proxy.idle(30)
    await proxy.close()
    taped.close()
    wire = folder / "wire.rtlog.jsonl"
    for direction in ("client", "server"):
        assert events(taped.path, direction) == events(wire, direction) != []
    assert {each["src"] for each in recorded(taped.path) if "dir" in each} == {"sdk"}
    assert recorded(taped.path)[-1]["dropped"] == taped.failures == 0
    for path in (wire, taped.path):
        assert KEY not in path.read_text()
        assert MCP_SECRET not in path.read_text()


async def converse_async(connection: object) -> None:
    await connection.send({"type": "session.update", "session": SESSION})
    await connection.send(AUDIO)
    await connection.conversation.item.create(item=ITEM)
    await connection.send(ResponseCreateEvent(type="response.create"))
    async for event in connection:
        if event.type == "response.done":
            return


async def answer_all(connection: object) -> None:
    async for _ in connection:
        await connection.response.create()


def sockets(url: str) -> str:
    """Give the base URL for sockets, which the beta client would dial with TLS by itself."""
    return url.replace("http", "ws", 1)


def client_of(proxy: ProxyTap) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=proxy.url, websocket_base_url=sockets(proxy.url), api_key=KEY)


def converse_sync(url: str, path: Path, *, beta: bool) -> tap.Tape:
    with OpenAI(base_url=url, websocket_base_url=sockets(url), api_key=KEY) as client:
        realtime = client.beta.realtime if beta else client.realtime
        with realtime.connect(model="gpt-realtime") as connection:
            taped = tap.attach(connection, path)
            connection.send({"type": "session.update", "session": SESSION})
            connection.conversation.item.create(item=ITEM)
            connection.response.create()
            for event in connection:
                if event.type == "response.done":
                    return taped
    raise AssertionError("the response never ended")


@pytest.mark.parametrize("beta", [False, True])
async def test_an_async_connection_tells_what_the_proxy_saw(tmp_path: Path, beta: bool):  # noqa: FBT001 - a parameter
    async with proxied(tmp_path) as proxy, client_of(proxy) as client:
        realtime = client.beta.realtime if beta else client.realtime
        async with realtime.connect(model="gpt-realtime") as connection:
            taped = tap.attach(connection, tmp_path / "sdk.rtlog.jsonl")
            await converse_async(connection)
        await assert_same_session(tmp_path, proxy, taped)

    header, opened, *_, closed, _ = recorded(taped.path)
    assert header["tap"] == "openai-python"
    assert header["sdk"].keys() == {"openai", "websockets"}
    assert opened["request"]["headers"]["authorization"] == "Bearer [redacted]"
    assert opened["response"]["status"] == 101
    assert (closed["kind"], closed["by"], closed["code"]) == ("close", "client", 1000)


@pytest.mark.parametrize("beta", [False, True])
async def test_a_sync_connection_tells_what_the_proxy_saw(tmp_path: Path, beta: bool):  # noqa: FBT001 - a parameter
    async with proxied(tmp_path) as proxy:
        taped = await asyncio.to_thread(converse_sync, proxy.url, tmp_path / "sdk.rtlog.jsonl", beta=beta)
        await assert_same_session(tmp_path, proxy, taped)


async def test_both_recordings_merge_and_no_event_is_lost_or_doubled(tmp_path: Path):
    async with proxied(tmp_path) as proxy, client_of(proxy) as client:
        async with client.realtime.connect(model="gpt-realtime") as connection:
            taped = tap.attach(connection, tmp_path / "sdk.rtlog.jsonl")
            await converse_async(connection)
        await assert_same_session(tmp_path, proxy, taped)

    wire, merged = tmp_path / "wire.rtlog.jsonl", tmp_path / "merged.rtlog.jsonl"
    merger = merge_files(wire, taped.path, merged)

    total = len(events(wire, "client")) + len(events(wire, "server"))
    assert len(merger.pairs) == total
    for direction in ("client", "server"):
        of_wire = [each for each in recorded(merged) if each.get("dir") == direction and each["src"] == "wire"]
        assert [each["event"] for each in of_wire] == [event for _, _, event in events(wire, direction)]


async def test_the_sdk_reconnects_and_the_next_socket_is_the_next_connection(tmp_path: Path):
    connections: list[ServerConnection] = []

    async def restart_once(connection: ServerConnection) -> None:
        connections.append(connection)
        await connection.send('{"type":"session.created","session":{"id":"sess_1"}}')
        await connection.recv()
        await connection.close(1012, "service restart")

    async with serve(restart_once, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY) as client:
            manager = client.realtime.connect(
                model="gpt-realtime",
                initial_delay=0,
                on_reconnecting=lambda event: {"abort": len(connections) > 1} if event else None,
            )
            async with manager as connection:
                taped = tap.attach(connection, tmp_path / "sdk.rtlog.jsonl")
                with pytest.raises(ConnectionClosedError, match="1012"):
                    await answer_all(connection)
    taped.close()

    told = [(each["conn"], each.get("type") or each["kind"]) for each in recorded(taped.path)[1:-1]]
    one = ["open", "session.created", "response.create", "close"]
    assert told == [
        *((1, name) for name in one),
        (1, "local.reconnect_begin"),
        *((2, name) for name in one[:1]),
        (2, "local.reconnect_end"),
        *((2, name) for name in one[1:]),
    ]
    assert [each["code"] for each in recorded(taped.path) if each.get("kind") == "close"] == [1012, 1012]


async def test_a_connection_is_recorded_once_and_what_is_none_is_refused(tmp_path: Path):
    async with proxied(tmp_path) as proxy, client_of(proxy) as client:
        with pytest.raises(RtlogError, match="no open realtime connection"):
            tap.attach(client)
        async with client.realtime.connect(model="gpt-realtime") as connection:
            first = tap.attach(connection, tmp_path / "sdk.rtlog.jsonl")
            assert tap.attach(connection, tmp_path / "other.rtlog.jsonl") is first
            first.close()
            with pytest.raises(RecordingError, match="already exists"):
                tap.attach(connection, tmp_path / "sdk.rtlog.jsonl")
            assert (await connection.recv()).type == "session.created"  # the session goes on

    assert [each.get("kind") for each in recorded(first.path)[1:-1]] == ["open"]
