"""The log that a real LiveKit agent writes under LK_OPENAI_DEBUG, imported: it tells what the proxy recorded of it.

Audio is not compared: the log leaves it out, as dots or as whole events.
"""

import asyncio
import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest

from rtlog.cli.loading import analyze_file
from rtlog.recordings.taps.proxy import Options, ProxyTap
from rtlog.simulator.server import SimulatedServer

HERE = Path(__file__).parent
ENVIRONMENTS = Path(os.environ.get("RTLOG_LIVEKIT_VENVS") or "/nowhere")
RELEASES = ("1.4.6", "1.5.0")
LATE = 5
"""Events on the wire that come too late for the log, at most."""

pytestmark = [
    pytest.mark.livekit,
    pytest.mark.skipif(not ENVIRONMENTS.is_dir(), reason="RTLOG_LIVEKIT_VENVS names no folder made by make_venvs"),
]

PROGRAM = """
import logging, runpy, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(asctime)s %(levelname)s %(name)s %(message)s")
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def scenario() -> object:
    spec = importlib.util.spec_from_file_location("livekit_scenario", HERE / "scenario.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SCENARIO


def told(path: Path) -> dict[str, list[tuple[str, object]]]:
    """Give the events by sender, each with its id and item; the order between the two is the scheduler's."""
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    events = [record for record in records if "event" in record and "append" not in record["type"]]
    return {
        side: [(each["type"], each["event"].get("event_id")) for each in events if each["dir"] == side]
        for side in ("client", "server")
    }


@pytest.mark.parametrize("release", RELEASES)
async def test_the_log_of_an_agent_tells_what_the_proxy_saw(tmp_path: Path, release: str):
    log, proxied, imported = (tmp_path / name for name in ("agent.log", "proxy.rtlog.jsonl", "imported.rtlog.jsonl"))
    python = ENVIRONMENTS / release / "bin" / "python"
    async with (
        SimulatedServer(scenario()) as server,
        ProxyTap(f"{server.origin}/v1", options=Options(proxied)) as tap,
    ):
        environment = os.environ | {"OPENAI_BASE_URL": tap.url, "LK_OPENAI_DEBUG": "1"}
        with log.open("wb") as out:
            agent = await asyncio.create_subprocess_exec(
                python, "-c", PROGRAM, HERE / "agent.py", env=environment, stdout=out, stderr=asyncio.subprocess.STDOUT
            )
            assert await agent.wait() == 0, log.read_text()
        await tap.idle(30)
    command = (sys.executable, "-m", "rtlog.cli", "import", log, "-o", imported)
    importing = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await importing.communicate()

    assert importing.returncode == 0, said.decode()
    logged, seen = told(imported), told(proxied)
    assert logged["client"] == seen["client"]
    # What arrives while the session closes never reaches the agent, and so not its log.
    assert logged["server"] == seen["server"][: len(logged["server"])]
    assert len(seen["server"]) - len(logged["server"]) < LATE
    rules = [
        {finding.rule for finding in analyze_file(path)[1].findings if finding.severity.value != "info"}
        for path in (imported, proxied)
    ]
    assert rules[0] == rules[1]
    assert ("RT101" in rules[0]) == (release == RELEASES[0])
