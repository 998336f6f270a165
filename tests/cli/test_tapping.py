"""`rtlog record --tap`: programs without a line of the tap, run with the real openai package."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from rtlog.recordings.reader import read
from rtlog.simulator import scenarios
from rtlog.simulator.server import SimulatedServer

WAITING = """
import asyncio, os, signal, sys
from openai import AsyncOpenAI

async def main():
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with AsyncOpenAI(api_key=sys.argv[1]) as client:
        async with client.realtime.connect(model="gpt-realtime") as connection:
            await connection.recv()
            print(os.getpid(), flush=True)
            await told.wait()

asyncio.run(main())
"""
KEY = "sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7"
PROGRAM = """
import asyncio, sys
from openai import AsyncOpenAI

async def main():
    async with AsyncOpenAI(api_key=sys.argv[1]) as client:
        async with client.realtime.connect(model="gpt-realtime") as connection:
            await connection.response.create()
            async for event in connection:
                if event.type == "response.done":
                    print(event.type)
                    return

asyncio.run(main())
"""


class Ran:
    """A finished run of `rtlog record`."""

    def __init__(self, status: int | None, output: bytes, said: bytes) -> None:
        self.status = status
        self.output = output.decode()
        self.said = said.decode()


def record(folder: Path, *arguments: object, tap: str = "openai", **environment: str) -> Ran:
    """Run `rtlog record --tap … -o FOLDER/call.rtlog.jsonl -- ARGUMENTS` against the simulated server."""
    return asyncio.run(_record(folder, [str(each) for each in arguments], tap, environment))


async def _record(folder: Path, arguments: list[str], tap: str, environment: dict[str, str]) -> Ran:
    async with SimulatedServer(scenarios.load("conversation")) as server:
        command = [sys.executable, "-m", "rtlog.cli", "record", "--tap", tap, "--upstream", f"{server.origin}/v1"]
        process = await asyncio.create_subprocess_exec(
            *command,
            "-o",
            folder / "call.rtlog.jsonl",
            "--",
            *arguments,
            env=os.environ | environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, said = await process.communicate()
        return Ran(process.returncode, output, said)


def recorded(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "call.rtlog.jsonl").read_bytes().splitlines()]


def of(records: list[dict[str, object]], direction: str, source: str) -> list[object]:
    return [each["event"] for each in records if each.get("dir") == direction and each["src"] == source]


def assert_both_are_there(folder: Path) -> None:
    """One file has the session as the proxy and as the tap saw it, and no other file is left."""
    assert [path.name for path in folder.glob("*.jsonl")] == ["call.rtlog.jsonl"]
    assert [path.name for path in folder.glob(".*")] == []
    records = recorded(folder)
    for direction in ("client", "server"):
        assert of(records, direction, "sdk") == of(records, direction, "wire") != []
    assert KEY not in (folder / "call.rtlog.jsonl").read_text()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def test_one_file_has_what_the_proxy_and_what_the_sdk_saw(tmp_path: Path, program: Path):
    ran = record(tmp_path, sys.executable, program, KEY)

    assert (ran.status, ran.output) == (0, "response.done\n"), ran.said
    assert_both_are_there(tmp_path)
    assert "merged into" in ran.said
    assert "not injected" not in ran.said


def test_a_program_that_a_program_starts_is_tapped_too(tmp_path: Path, program: Path):
    starts = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))"

    ran = record(tmp_path, sys.executable, "-c", starts, program, KEY)

    assert ran.status == 0, ran.said
    assert_both_are_there(tmp_path)


def test_the_programs_own_sitecustomize_and_path_are_kept(tmp_path: Path, program: Path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import builtins\nbuiltins.CUSTOMIZED = __file__\n")
    program.write_text(f"{PROGRAM}\nimport sitecustomize\nprint(CUSTOMIZED, sitecustomize.__file__)\n")

    ran = record(tmp_path, sys.executable, program, KEY, PYTHONPATH=str(own))

    customized = str(own / "sitecustomize.py")
    assert ran.output.splitlines()[1:] == [f"{customized} {customized}"], ran.said
    assert_both_are_there(tmp_path)


def test_the_module_of_the_sdk_is_as_it_would_be_without_the_tap(tmp_path: Path, program: Path):
    asks = "import inspect, openai.resources.realtime.realtime as module; print(type(module.__spec__.loader).__name__,"
    program.write_text(f"{asks} module.__loader__ is module.__spec__.loader, 'class' in inspect.getsource(module))")

    ran = record(tmp_path, sys.executable, program)

    assert ran.output == "SourceFileLoader True True\n", ran.said


def test_a_program_without_a_session_is_told_so_in_one_line_and_is_not_disturbed(tmp_path: Path):
    ran = record(tmp_path, sys.executable, "-c", "import sys; print('done'); sys.exit(7)")

    assert (ran.status, ran.output) == (7, "done\n")
    assert [line for line in ran.said.splitlines() if "the openai tap saw no session" in line] != []
    assert list(tmp_path.iterdir()) == []


def test_a_tap_that_waited_for_a_session_in_vain_leaves_no_file(tmp_path: Path, program: Path):
    program.write_text("""
import os
from pathlib import Path
from rtlog.recordings.recorder import Recorder

with Recorder.create(Path(os.environ["RTLOG_TAP_FOLDER"], "waited.rtlog.jsonl")):
    print("nobody came")
""")

    ran = record(tmp_path, sys.executable, program)

    assert (ran.status, ran.output) == (0, "nobody came\n"), ran.said
    assert "the openai tap saw no session" in ran.said
    assert list(tmp_path.iterdir()) == [program]


def test_python_that_takes_no_path_is_recorded_on_the_wire_alone(tmp_path: Path, program: Path):
    ran = record(tmp_path, sys.executable, "-E", program, KEY)

    assert (ran.status, ran.output) == (0, "response.done\n"), ran.said
    assert "takes no PYTHONPATH (-I, -E)" in ran.said
    assert of(recorded(tmp_path), "server", "wire") != []
    assert of(recorded(tmp_path), "server", "sdk") == []


@pytest.mark.parametrize(
    ("tap", "module", "holds", "name", "lacks"),
    [
        ("openai-agents", "agents.realtime.session", "class Session: ...", "Session", " has no RealtimeSession"),
        (
            "pydantic-ai",
            "pydantic_ai.realtime.openai",
            "class OpenAIRealtimeModel: ...",
            "OpenAIRealtimeModel",
            ".OpenAIRealtimeModel has no connect",
        ),
    ],
)
def test_a_release_that_the_tap_does_not_know_runs_on_and_is_named(
    tmp_path: Path, program: Path, tap: str, module: str, holds: str, name: str, lacks: str
):
    file = (tmp_path / "sdk").joinpath(*module.split(".")).with_suffix(".py")
    file.parent.mkdir(parents=True)
    for folder in (file.parent.parent, file.parent):
        (folder / "__init__.py").write_text("")
    file.write_text(holds + "\n")
    program.write_text(f"from {module} import {name}; print({name}.__name__)")

    ran = record(tmp_path, sys.executable, program, tap=tap, PYTHONPATH=str(tmp_path / "sdk"))

    assert (ran.status, ran.output) == (0, f"{name}\n")
    assert f"{module}{lacks}: the tap does not know this release" in ran.said


async def ended_by(number: signal.Signals, folder: Path) -> int | None:
    """Record a program that waits, send *number* to who records it, and let the program end; gives the exit status."""
    program = folder / "program.py"
    program.write_text(WAITING)
    async with SimulatedServer(scenarios.load("conversation")) as server:
        record = (sys.executable, "-m", "rtlog.cli", "record", "--tap", "openai", "--upstream", f"{server.origin}/v1")
        process = await asyncio.create_subprocess_exec(
            *record, "-o", folder / "call.rtlog.jsonl", "--", sys.executable, program, KEY, stdout=-1, stderr=-3
        )
        assert process.stdout is not None
        pid = int(await process.stdout.readline())
        process.send_signal(number)
        if number == signal.SIGKILL:
            os.kill(pid, signal.SIGTERM)
        await process.stdout.read()  # ends with the program
        return await process.wait()


def test_a_record_that_is_ended_merges_what_the_tap_told_and_leaves_nothing_behind(tmp_path: Path):
    assert asyncio.run(ended_by(signal.SIGTERM, tmp_path)) == 0

    (tmp_path / "program.py").unlink()
    assert [path.name for path in tmp_path.iterdir()] == ["call.rtlog.jsonl"]
    assert [each["type"] for each in of(recorded(tmp_path), "server", "sdk")] == ["session.created"]


def test_a_record_that_is_killed_leaves_what_the_tap_told_beside_its_recording(tmp_path: Path):
    assert asyncio.run(ended_by(signal.SIGKILL, tmp_path)) == -signal.SIGKILL

    (told,) = tmp_path.glob(".rtlog-tap-*/*.rtlog.jsonl")
    with read(told) as reading:
        assert [record.type for record in reading if record.dir] == ["session.created"]
    assert reading.complete


def test_a_tap_needs_a_program(tmp_path: Path):
    ran = record(tmp_path)

    assert ran.status == 2
    assert "no program to inject it into" in ran.said
