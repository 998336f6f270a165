"""What the pydantic-ai tap does with files, ends and reconnects, in a program that uses the real package."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

HERE = Path(__file__).parent
ENVIRONMENTS = os.environ.get("RTLOG_SDK_VENVS", "")
CALL = {"item_id": "item_call", "call_id": "call_1", "name": "wait_forever", "arguments": "{}"}
AUDIO = {"item_id": "item_said", "output_index": 0, "content_index": 0, "delta": "AAAA" * 1600}

pytestmark = pytest.mark.skipif(not ENVIRONMENTS, reason="RTLOG_SDK_VENVS names no folder made by make_venvs")


class Server:
    """Does what the text of a user's message says: `restart` (once), `call` the tool, `speak`."""

    def __init__(self) -> None:
        self.restarted = False

    async def obey(self, connection: ServerConnection) -> None:
        await say(connection, "session.created", session={"model": "gpt-realtime"})
        async for message in connection:
            event = json.loads(message)
            if event["type"] == "session.update":
                await say(connection, "session.updated", session={"model": "gpt-realtime"})
            elif event["type"] == "conversation.item.create":
                await self._do(connection, event["item"]["content"][0]["text"])

    async def _do(self, connection: ServerConnection, wish: str) -> None:
        if wish == "restart" and not self.restarted:
            self.restarted = True
            await connection.close(1012, "service restart")
        elif wish == "call":
            await say(connection, "response.created", response={"id": "resp_1", "status": "in_progress"})
            await say(connection, "response.function_call_arguments.done", response_id="resp_1", output_index=0, **CALL)
        elif wish == "speak":
            await say(connection, "response.created", response={"id": "resp_2", "status": "in_progress"})
            await say(connection, "response.output_audio.delta", response_id="resp_2", **AUDIO)


async def say(connection: ServerConnection, kind: str, **fields: object) -> None:
    await connection.send(json.dumps({"type": kind, "event_id": f"event_{kind}", **fields}))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Path]:
    """What the program saw, and the folder that it recorded into."""
    python = Path(ENVIRONMENTS, "pydantic-ai", "bin", "python")
    if not python.exists():
        pytest.skip(f"no {python}: run tests/e2e/sdks/make_venvs {ENVIRONMENTS}")
    return asyncio.run(play(python, tmp_path_factory.mktemp("sessions")))


async def play(python: Path, folder: Path) -> tuple[dict[str, object], Path]:
    async with serve(Server().obey, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"
        program = (python, HERE / "pydantic_ai_sessions.py", url, folder)
        process = await asyncio.create_subprocess_exec(*program, stdout=-1, stderr=-1)
        answer, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    return json.loads(answer), folder


def recorded(path: Path) -> list[dict[str, object]]:
    """Give what stands between the header and the footer."""
    return [json.loads(line) for line in path.read_bytes().splitlines()][1:-1]


def told(path: Path) -> list[tuple[object, object]]:
    return [(each["conn"], each.get("type") or each["kind"]) for each in recorded(path)]


def test_a_model_is_attached_for_one_session_and_left_as_it_was(played: tuple[dict[str, object], Path]):
    seen, folder = played

    assert seen == {
        "again": True,
        "stranger": "object is no realtime model that speaks OpenAI's protocol, and no open session of one; attach the "
        "model before `agent.realtime(model).session()`",
        "closed": [True, True, True],
        "failures": 0,
        "hooked": [],
        "package": True,
    }
    assert sorted(path.name for path in folder.iterdir()) == [f"{n}.rtlog.jsonl" for n in ("first", "late", "second")]
    for path in folder.iterdir():
        assert [each for each in told(path) if each[1] == "mark"] == []


def test_a_tool_that_the_end_of_the_session_stops_is_cancelled(played: tuple[dict[str, object], Path]):
    _, folder = played

    tools = [each["event"] for each in recorded(folder / "first.rtlog.jsonl") if "local.tool" in each.get("type", "")]
    assert tools == [
        {"type": "local.tool_started", "item_id": "item_call", "call_id": "call_1", "name": "wait_forever"},
        {"type": "local.tool_cancelled", "item_id": "item_call", "call_id": "call_1"},
    ]


def test_a_reconnect_is_the_next_connection_of_the_file(played: tuple[dict[str, object], Path]):
    _, folder = played

    handshake = ["open", "session.created", "session.update", "session.updated"]
    events = told(folder / "second.rtlog.jsonl")
    assert events[:4] == [(1, kind) for kind in handshake]
    again = events.index((1, "local.reconnect_begin"))
    assert (1, "close") in events[:again]
    assert events[again + 1 : again + 5] == [(2, kind) for kind in handshake]
    assert (2, "local.reconnect_end") in events
    assert events[-1] == (2, "close")


def test_a_session_under_way_is_told_from_there_on(played: tuple[dict[str, object], Path]):
    _, folder = played

    events = told(folder / "late.rtlog.jsonl")
    cut = next(each for each in recorded(folder / "late.rtlog.jsonl") if each.get("type") == "local.truncate_called")
    assert events[:2] == [(1, "open"), (1, "conversation.item.create")]
    assert cut["event"] == {"type": "local.truncate_called", "item_id": "item_said", "audio_end_ms": 5}
    asked = events.index((1, "local.interrupt_called"))
    assert asked < events.index((1, "local.truncate_called")) < events.index((1, "conversation.item.truncate"))
