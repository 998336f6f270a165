"""One session of each SDK, seen by its tap and by the proxy at once: what the two tell becomes one recording.

The server keeps what it really sent and received, socket by socket; the merged recording must have that as its wire
lines, each once and in its order, and beside it what the SDK told.
"""

import asyncio
import importlib.util
import json
import os
import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from planting import Garden, traces
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from rtlog.simulator.scenario import Called, Scenario, Spoken
from rtlog.simulator.server import SimulatedServer

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SDKS = os.environ.get("RTLOG_SDK_VENVS", "")
LIVEKIT = os.environ.get("RTLOG_LIVEKIT_VENVS", "")
RACING = ("1.4.6", "1.5.0", "1.6.5", "1.7.1", "1.8.9")
"""Releases that play #5021 to its end: 1.4.2 gives calls ids of its own."""
TOOL = Scenario(
    "one tool call, whose answer is spoken",
    replies=(Called("track_order", '{"number": "7"}'), Spoken("Your order arrives today, as you wished.")),
)


@dataclass
class Program:
    """A program of an SDK: the tap it takes, the Python that runs it, and what the server does."""

    tap: str
    python: Path
    path: str
    scenario: Scenario
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, told: Path | None = None) -> list[object]:
        """Give what runs it, with its own tap that writes *told* or without one."""
        return [self.python, HERE / self.path, *(("", told) if told and self.tap != "livekit" else ())]


class Witness(SimulatedServer):
    """Keeps what it sent and received of each socket."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.talks: list[dict[str, list[str]]] = []

    async def _talk(self, connection: ServerConnection) -> None:
        talk: dict[str, list[str]] = {"client": [], "server": []}
        self.talks.append(talk)
        send, receive = connection.send, connection.recv

        async def sent(message: str) -> None:
            await send(message)
            talk["server"].append(message)

        async def received() -> str:
            message = await receive()
            talk["client"].append(message)
            return message

        connection.send, connection.recv = sent, received
        await super()._talk(connection)
        # The script is over when an answer meets a closed door; what had come before that is still to be read.
        with suppress(ConnectionClosed):
            while True:
                await received()


class Gossip(Witness):
    """Tells keys with every event, and sends what else it has to say to the witness."""

    def __init__(self, scenario: Scenario, garden: Garden) -> None:
        super().__init__(scenario)
        self._garden = garden

    async def _talk(self, connection: ServerConnection) -> None:
        send = connection.send

        async def planted(message: str) -> None:
            await send(self._garden.text(self._garden.event(json.loads(message))))

        connection.send = planted
        await super()._talk(connection)


def programs() -> Iterator[object]:
    yield pytest.param(Program("openai", Path(sys.executable), "openai_program.py", TOOL), id="openai")
    for sdk, path in (
        ("openai-agents", "agents_program.py"),
        ("pipecat", "pipecat_program.py"),
        ("pydantic-ai", "pydantic_ai_program.py"),
    ):
        python = Path(SDKS, sdk, "bin", "python")
        absent = pytest.mark.skipif(not (SDKS and python.exists()), reason=f"RTLOG_SDK_VENVS has no {sdk}")
        yield pytest.param(Program(sdk, python, f"sdks/{path}", TOOL), id=sdk, marks=absent)
    for release in ("1.4.2", *RACING):
        python = Path(LIVEKIT, release, "bin", "python")
        absent = pytest.mark.skipif(not (LIVEKIT and python.exists()), reason=f"RTLOG_LIVEKIT_VENVS has no {release}")
        marks = [pytest.mark.livekit, absent]
        yield pytest.param(livekit(python, "speaker.py", script("INTERRUPTED")), id=f"livekit-{release}", marks=marks)
        if release in RACING:
            played = livekit(python, "agent.py", script("race")(release))
            yield pytest.param(played, id=f"livekit-{release}-5021", marks=marks)


def livekit(python: Path, path: str, scenario: Scenario) -> Program:
    return Program("livekit", python, f"livekit/{path}", scenario, {"PYTHONPATH": str(ROOT / ".dev")})


def script(name: str) -> object:
    """Give *name* of what the server does for LiveKit."""
    spec = importlib.util.spec_from_file_location("livekit_scenario", HERE / "livekit" / "scenario.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


async def rtlog(*arguments: object, **environment: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rtlog.cli", *map(str, arguments)),
        env=os.environ | environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said


async def play_injected(program: Program, merged: Path) -> Witness:
    """Let `rtlog record` inject the tap, and merge what it told."""
    async with Witness(program.scenario) as server:
        given = ("--tap", program.tap, "--audio", "keep", "--upstream", f"{server.origin}/v1", "-o", merged)
        await rtlog("record", *given, "--", *program.command(), **program.environment)
    return server


async def play_attached(program: Program, merged: Path) -> Witness:
    """Let the program attach its tap, and merge the two files afterwards."""
    wire, told = merged.with_name("wire.rtlog.jsonl"), merged.with_name("told.rtlog.jsonl")
    async with Witness(program.scenario) as server:
        given = ("--audio", "keep", "--upstream", f"{server.origin}/v1", "-o", wire)
        command = program.command(told)
        await rtlog("record", *given, "--", *command, **program.environment, TAP_RECORDING=str(told))
    await rtlog("merge", wire, told, "-o", merged)
    return server


def recorded(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def written(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def assert_one_session(merged: Path, server: Witness) -> None:
    """The wire's lines are what crossed it; those of the SDK are copies of them, in their order."""
    _, *records, footer = recorded(merged)
    assert footer["end"] is True
    assert (
        [each["seq"] for each in records] == list(range(1, footer["records"] + 1)) == list(range(1, len(records) + 1))
    )
    told = [each for each in records if "event" in each]
    assert {each["src"] for each in told} == {"wire", "sdk"}
    for number, talk in enumerate(server.talks, 1):
        for direction, crossed in talk.items():
            one_way = [each for each in told if (each["conn"], each["dir"]) == (number, direction)]
            wire = [each for each in one_way if each["src"] == "wire"]
            sdk = [each for each in one_way if each["src"] == "sdk"]
            assert [each["event"] for each in wire] == [json.loads(message) for message in crossed] != []
            assert [each["n"] for each in wire] == [len(message.encode()) for message in crossed]
            assert_copies(sdk, wire)
    assert all(each["conn"] <= len(server.talks) for each in told)


def assert_copies(sdk: list[dict[str, object]], wire: list[dict[str, object]]) -> None:
    """Each is one of the wire's, and they stand as it has them; only the end may be missing: the program had left."""
    assert [each["type"] for each in sdk] == [each["type"] for each in wire[: len(sdk)]]
    assert len(sdk) > len(wire) / 2


async def assert_counted_once(merged: Path, server: Witness) -> None:
    """What is analyzed is what crossed the wire, and what the program did."""
    crossed = {direction: sum(len(talk[direction]) for talk in server.talks) for direction in ("client", "server")}
    local = sum(each.get("dir") == "local" for each in recorded(merged))
    info = merged.with_name("info.json")
    await rtlog("info", merged, "--output-format", "json", "-o", info)
    (told,) = json.loads(info.read_text())["recordings"]
    assert told["events"] == crossed | ({"local": local} if local else {})
    assert told["coverage"]["modelled"] <= sum(crossed.values()) + local


@pytest.mark.parametrize("program", [*programs()])
@pytest.mark.parametrize("play", [play_injected, play_attached])
async def test_the_merged_recording_has_each_event_of_the_wire_once_and_in_its_order(
    tmp_path: Path, play: object, program: Program
):
    merged = tmp_path / "merged.rtlog.jsonl"

    server = await play(program, merged)

    assert_one_session(merged, server)
    await assert_counted_once(merged, server)


@pytest.mark.parametrize("program", [*programs()])
async def test_no_key_of_a_program_its_environment_or_its_server_is_recorded_by_the_tap_the_proxy_or_both(
    tmp_path: Path, program: Program
):
    garden = Garden(random.Random(7))  # noqa: S311 - a reproducible choice, no cryptography
    merged = tmp_path / "merged.rtlog.jsonl"
    secrets = {"SOME_SECRET": garden.silent(), "DATABASE_URL": f"postgres://me:{garden.query(garden.silent())}@host/db"}
    async with Gossip(program.scenario, garden) as server:
        upstream = ("--upstream", f"{server.origin}/v1")
        given = ("--tap", program.tap, *upstream, "--title", garden.words(), "-o", merged)
        shell = ("sh", "-c", 'exec "$0" "$1"')
        arguments = (*program.command(), "--api-key", garden.silent(), f"--client-secret={garden.silent()}")
        said = await rtlog("record", *given, "--", *shell, *arguments, **program.environment, **secrets)

    assert {each["src"] for each in recorded(merged) if "event" in each} == {"wire", "sdk"}
    assert sum("[redacted]" in json.dumps(each) for each in recorded(merged)) > sum(
        len(t["server"]) for t in server.talks
    )
    assert traces(b"\n".join([said, *written(tmp_path)]), garden.keys) == []
