"""`rtlog record --rotate-size`: a real client and server, and a recording in several files."""

import asyncio
import json
import os
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

CLIENT = textwrap.dedent("""
    import os
    from websockets.sync.client import connect

    url = os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/realtime?model=m"
    with connect(url) as client:
        for message in client:
            pass
""")
EVENTS = 200


async def stream(connection: ServerConnection) -> None:
    for number in range(EVENTS):
        await connection.send(json.dumps({"type": "response.done", "event_id": f"e{number}", "response": {}}))


async def record(folder: Path, *arguments: str) -> tuple[int | None, str]:
    async with serve(stream, "127.0.0.1", 0) as server:
        upstream = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"
        command = (*arguments, "--upstream", upstream, "--", sys.executable, "-c", CLIENT)
        environment = {key: value for key, value in os.environ.items() if "OPENAI" not in key and key != "RTLOG_HOME"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rtlog.cli", "record", *command, cwd=folder, env=environment, stderr=-1
        )
        _, told = await process.communicate()
    return process.returncode, told.decode()


def written(folder: Path) -> list[tuple[Path, list[dict[str, Any]]]]:
    """Give each file and its lines, in the order in which one continues the other."""
    parts = {}
    for path in folder.rglob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        parts[lines[0]["id"]] = path, lines
    (first,) = (name for name, (_, lines) in parts.items() if "continues" not in lines[0])
    chain = [parts.pop(first)]
    while "continued" in chain[-1][1][-1]:
        chain.append(parts.pop(chain[-1][1][-1]["continued"]))
        assert chain[-1][1][0]["continues"] == chain[-2][1][0]["id"]
    assert parts == {}
    return chain


@pytest.mark.parametrize("output", [(), ("-o", "call.rtlog.jsonl")], ids=["folder", "file"])
async def test_a_session_in_several_files_is_whole(tmp_path: Path, output: tuple[str, ...]) -> None:
    status, told = await record(tmp_path, "--rotate-size", "0.01", *output)

    chain = written(tmp_path)
    assert (status, len(chain) > 3) == (0, True), told
    assert f"wrote {chain[0][0].relative_to(tmp_path)}" in told
    assert f"wrote {chain[-1][0].relative_to(tmp_path)}" in told
    events = [line["event"]["event_id"] for _, lines in chain for line in lines if "event" in line]
    assert events == [f"e{number}" for number in range(EVENTS)]


@pytest.mark.parametrize("arguments", [("-",), ("--tap", "livekit", "--", "true")], ids=["stdin", "tap"])
def test_what_stands_in_one_file_is_not_rotated(rtlog: Callable, arguments: tuple[str, ...]) -> None:
    ran = rtlog("record", "--rotate-time", "5", *arguments)

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "one file" in ran.err
