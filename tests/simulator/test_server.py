"""The server over real sockets: with a bare WebSocket client, and with the OpenAI SDK."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest
from openai import AsyncOpenAI
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from rtlog.recordings.errors import RtlogError
from rtlog.simulator import scenarios
from rtlog.simulator.audio import silence, tone
from rtlog.simulator.scenario import Called, Scenario
from rtlog.simulator.server import SimulatedServer

CONVERSATION = scenarios.load("conversation")
TARGET = "/v1/realtime?model=gpt-realtime-mini"


async def test_it_selects_the_subprotocol_and_names_the_model_that_was_asked_for():
    offered = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.any")]
    async with SimulatedServer(CONVERSATION) as server, connect(server.origin + TARGET, subprotocols=offered) as socket:
        created = json.loads(await socket.recv())

        assert socket.subprotocol == "realtime"
        assert created["type"] == "session.created"
        assert created["session"]["model"] == "gpt-realtime-mini"


async def test_a_client_without_subprotocols_is_served_too():
    async with SimulatedServer(CONVERSATION) as server, connect(server.origin + TARGET) as socket:
        assert json.loads(await socket.recv())["type"] == "session.created"
        assert socket.subprotocol is None


async def test_a_binary_message_and_a_broken_one_are_refused_and_the_session_goes_on():
    async with SimulatedServer(CONVERSATION) as server, connect(server.origin + TARGET) as socket:
        await socket.recv()
        for message in (b"\x00", "{", '{"type":"session.update","session":{"type":"realtime"}}'):
            await socket.send(message)
        answers = [json.loads(await socket.recv()) for _ in range(3)]

    assert [answer.get("error", {}).get("code", answer["type"]) for answer in answers] == [
        "invalid_event",
        "invalid_json",
        "session.updated",
    ]


async def test_messages_of_any_size_are_taken():
    audio = base64.b64encode(bytes(3 * 1024 * 1024)).decode()
    async with SimulatedServer(CONVERSATION) as server, connect(server.origin + TARGET, max_size=None) as socket:
        await socket.recv()
        await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        await socket.send('{"type":"input_audio_buffer.clear"}')

        assert json.loads(await socket.recv())["type"] == "input_audio_buffer.cleared"


async def test_connections_have_sessions_of_their_own():
    async with SimulatedServer(CONVERSATION) as server:
        async with connect(server.origin + TARGET) as one, connect(server.origin + TARGET) as other:
            ids = [json.loads(await each.recv())["session"]["id"] for each in (one, other)]

        assert ids[0] != ids[1]
        assert len(server.stages) == 2


async def test_a_taken_port_is_said_in_one_line():
    async with SimulatedServer(CONVERSATION) as server:
        port = int(server.origin.rpartition(":")[2])

        with pytest.raises(RtlogError, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*choose another port"):
            await SimulatedServer(CONVERSATION, port=port).__aenter__()


async def test_the_openai_sdk_writes_and_is_answered_in_text(
    types: Callable[..., list[str]], broken: Callable[..., list[str]]
):
    async with SimulatedServer(CONVERSATION) as server, sdk(server).realtime.connect(model="gpt-realtime") as socket:
        await socket.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        await socket.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
        )
        await socket.response.create()
        events = await until(socket, "response.done")

    assert types(events)[:5] == [
        "session.created",
        "session.updated",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
    ]
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "Good morning, how can I help you?"
    assert broken(events) == []


async def test_the_openai_sdk_speaks_and_is_answered_aloud(broken: Callable[..., list[str]]):
    async with SimulatedServer(CONVERSATION) as server, sdk(server).realtime.connect(model="gpt-realtime") as socket:
        for audio in (tone(300), silence(300), silence(300)):
            await socket.input_audio_buffer.append(audio=audio)
        events = await until(socket, "response.done")

    sound = b"".join(base64.b64decode(e["delta"]) for e in events if e["type"] == "response.output_audio.delta")
    assert len(sound) == 3 * 250 * 48
    assert any(sound)
    assert broken(events) == []


async def test_the_openai_sdk_runs_a_tool_and_is_refused_by_name(broken: Callable[..., list[str]]):
    tools = Scenario("a tool", replies=(Called("lookup_order", '{"order":"7741"}'),))
    async with SimulatedServer(tools) as server, sdk(server).realtime.connect(model="gpt-realtime") as socket:
        await socket.response.create()
        events = await until(socket, "response.done")
        call = events[-1]["response"]["output"][0]
        await socket.conversation.item.create(
            item={"type": "function_call_output", "call_id": call["call_id"], "output": "{}"}
        )
        await socket.conversation.item.delete(item_id="item_nobody", event_id="mine")
        events += await until(socket, "error")

    added = [event for event in events if event["type"] == "conversation.item.added"]
    assert added[-1]["previous_item_id"] == call["id"]
    assert events[-1]["error"]["code"] == "item_delete_invalid_item_id"
    assert events[-1]["error"]["event_id"] == "mine"
    assert broken(events) == []


async def test_the_module_serves_until_it_is_interrupted():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rtlog.simulator", "--pace", "0", stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    said = (await process.stderr.readline()).decode()
    async with connect(said.split()[-1]) as socket:
        created = json.loads(await socket.recv())
    process.send_signal(signal.SIGINT)
    rest = await process.stderr.read()

    assert said.startswith("a healthy conversation: base URL http://127.0.0.1:")
    assert created["type"] == "session.created"
    assert (await process.wait(), rest) == (0, b"")


async def test_the_module_names_the_scenarios_when_it_knows_none_of_that_name():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rtlog.simulator", "--scenario", "nothing", stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert process.returncode == 2
    assert said.startswith(b"rtlog.simulator: no scenario is called nothing; there are conversation,")
    assert len(said.splitlines()) == 1


def sdk(server: SimulatedServer) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=server.base_url, api_key="any")


async def until(socket: Any, kind: str) -> list[dict[str, Any]]:  # noqa: ANN401 - the SDK's connection
    """Receive until an event of *kind*; every event must be one that the SDK knows."""
    events: list[dict[str, Any]] = []
    while not events or events[-1]["type"] != kind:
        event = await socket.recv()
        assert type(event).__module__.startswith("openai.types.realtime")
        events.append(event.to_dict())
    return events
