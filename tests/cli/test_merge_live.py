"""A program that tells of itself, behind a proxy that records it: two processes, real sockets, one recording."""

import asyncio
import json
import os
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from rtlog.cli.merging import merge_files
from rtlog.recordings.reader import read

PROGRAM = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from websockets.sync.client import connect
    from rtlog.recordings.recorder import Recorder

    url = os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/realtime?model=m"
    with Recorder.create(Path(sys.argv[1])) as recorder:
        for number in range(2):
            recorder.conn = number + 1
            with connect(url) as client:
                for turn in range(100):
                    event = '{"type":"response.create","event_id":"c%d.%d"}' % (number, turn)
                    recorder.local({"type": "local.reply_requested", "event_id": "c%d.%d" % (number, turn)})
                    recorder.client(event)
                    client.send(event)
                    for _ in range(2):
                        recorder.server(client.recv())
""")


async def answer(connection: ServerConnection) -> None:
    async for message in connection:
        asked = json.loads(message)["event_id"]
        for event_type in ("response.created", "response.done"):
            response = {"id": f"resp_{asked}", "status": "completed"}
            event = {"type": event_type, "event_id": f"s.{event_type}.{asked}", "response": response}
            await connection.send(json.dumps(event))


@pytest.fixture
async def recorded(tmp_path: Path) -> tuple[Path, Path]:
    """The proxy's recording, and the program's."""
    wire, program = tmp_path / "wire.rtlog.jsonl", tmp_path / "program.rtlog.jsonl"
    async with serve(answer, "127.0.0.1", 0) as server:
        upstream = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"
        environment = {key: value for key, value in os.environ.items() if "OPENAI" not in key}
        told = ("--upstream", upstream, "-o", str(wire), "--", sys.executable, "-c", PROGRAM, str(program))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rtlog.cli", "record", *told, env=environment, stderr=-1
        )
        _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return wire, program


def events(path: Path, *sources: tuple[str, str]) -> list[Any]:
    with read(path) as reading:
        return [(r.conn, r.type, r.event) for r in reading if (r.src, "local" if r.dir == "local" else "") in sources]


async def test_nothing_is_lost_doubled_or_moved(recorded: tuple[Path, Path], tmp_path: Path) -> None:
    wire, program = recorded
    merged = tmp_path / "merged.rtlog.jsonl"

    merger = merge_files(wire, program, merged)

    assert len(merger.pairs) == 600
    # The proxy reads the clock before it sends on, the program after it has received: nothing contradicts the clocks.
    assert merger.clocks.against == 0
    assert events(merged, ("wire", "")) == events(wire, ("wire", ""))
    assert events(merged, ("sdk", ""), ("sdk", "local")) == events(program, ("sdk", ""), ("sdk", "local"))
    with read(merged) as reading:
        places = {(r.src, r.dir, r.event.event_id): n for n, r in enumerate(reading) if r.event}
    assert reading.complete
    assert list(reading.damage) == []
    for (source, direction, event_id), place in places.items():
        if source == "wire" and direction == "client":
            assert places["sdk", "local", event_id] < places["sdk", "client", event_id] < place
        elif source == "wire":
            assert place < places["sdk", "server", event_id]
