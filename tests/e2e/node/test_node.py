"""JavaScript clients, each under `rtlog record`, against the scripted server: what they saw is what was recorded."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtlog.cli.loading import analyze_file
from rtlog.recordings.reader import read
from rtlog.simulator.scenarios.conversation import SCENARIO
from rtlog.simulator.server import SimulatedServer

HERE = Path(__file__).parent
MODULES = os.environ.get("RTLOG_NODE_MODULES", "")
KEY = "sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7"

pytestmark = pytest.mark.node


def needs(package: str) -> pytest.MarkDecorator:
    installed = bool(MODULES) and Path(MODULES, package).is_dir()
    return pytest.mark.skipif(not installed, reason=f"RTLOG_NODE_MODULES names no folder with {package}")


@dataclass
class Ran:
    """What a client printed, what rtlog said, and the recordings."""

    status: int
    seen: list[str]
    err: str
    paths: list[Path]


async def run(folder: Path, client: str, *options: str) -> Ran:
    clean = {name: value for name, value in os.environ.items() if "OPENAI" not in name}
    async with SimulatedServer(SCENARIO) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rtlog.cli", "record", *options, "-o", str(folder), "--upstream", server.base_url,
            "--", "node", str(HERE / client),
            env=clean | {"OPENAI_API_KEY": KEY}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
    return Ran(process.returncode or 0, json.loads(out or "[]"), err.decode(), recordings(folder))


def recordings(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def types(path: Path, direction: str) -> list[str]:
    return [record.type or "" for record in read(path) if record.dir == direction]


TURN = ["conversation.item.create", "response.create"]


@pytest.mark.parametrize(
    ("client", "options", "agent"),
    [
        pytest.param("openai.cjs", ["--tls"], "OpenAI/JS", marks=needs("openai")),
        pytest.param("agents.cjs", ["--tls"], "Agents/JavaScript", marks=needs("@openai/agents-realtime")),
        pytest.param("agents.cjs", [], "Agents/JavaScript", marks=needs("@openai/agents-realtime")),
        pytest.param("livekit.cjs", ["--tls"], "LiveKit-Agents-JS", marks=needs("@livekit/agents-plugin-openai")),
        pytest.param("livekit.cjs", [], "LiveKit-Agents-JS", marks=needs("@livekit/agents-plugin-openai")),
    ],
)
async def test_a_turn_is_recorded_as_the_client_saw_it(tmp_path: Path, client: str, options: list[str], agent: str):
    ran = await run(tmp_path, client, *options)

    (path,) = ran.paths
    assert (ran.status, ran.seen[0], ran.seen[-1]) == (0, "session.created", "response.done")
    assert types(path, "server")[: len(ran.seen)] == ran.seen
    assert [each for each in types(path, "client") if each != "session.update"] == TURN
    assert agent in path.read_text().partition("\n")[0]
    assert KEY not in path.read_text()


@needs("openai")
async def test_a_healthy_turn_is_clean(tmp_path: Path):
    ran = await run(tmp_path, "openai.cjs", "--tls")

    _, analysis = analyze_file(ran.paths[0])
    assert analysis.verdict == "clean"


@needs("openai")
async def test_a_client_that_speaks_tls_to_the_plain_listener_is_told_of_the_option_and_not_left_waiting(
    tmp_path: Path,
):
    ran = await run(tmp_path, "openai.cjs")

    assert ran.status == 1
    assert "rtlog: a client speaks TLS here and cannot be answered; listen with --tls\n" in ran.err
    assert ran.paths == []


@needs("openai")
async def test_a_client_without_the_variable_is_told_of(tmp_path: Path):
    async with SimulatedServer(SCENARIO) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rtlog.cli", "record", "--tls", "-o", str(tmp_path), "--upstream", server.base_url,
            "--", "env", "-u", "NODE_EXTRA_CA_CERTS", "node", str(HERE / "openai.cjs"),
            env=os.environ | {"OPENAI_API_KEY": KEY}, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await process.communicate()

    assert process.returncode == 1
    assert b"rtlog: clients that came and left without a request: 1; do they trust the certificate?\n" in err
