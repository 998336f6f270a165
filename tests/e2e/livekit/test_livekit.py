"""The real LiveKit plugin through the real proxy: the release with the race of #5021, and the release that has its fix.

Both play the same application against the same script. What the first really sends must be found; the second, which
keeps placeholders, must be clean of it.
"""

import asyncio
import importlib.util
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis, analyze
from rtlog.analyzers.finding import Severity
from rtlog.analyzers.reconciler.simulation import CONFIG
from rtlog.cli.loading import analyze_file
from rtlog.recordings.reader import read
from rtlog.simulator.scenario import Scenario
from rtlog.simulator.server import SimulatedServer

HERE = Path(__file__).parent
ENVIRONMENTS = os.environ.get("RTLOG_LIVEKIT_VENVS", "")
RACE, FIXED = "1.4.6", "1.5.0"

pytestmark = [
    pytest.mark.livekit,
    pytest.mark.skipif(not ENVIRONMENTS, reason="RTLOG_LIVEKIT_VENVS names no folder made by make_venvs"),
]


def scenario() -> Scenario:
    spec = importlib.util.spec_from_file_location("livekit_scenario", HERE / "scenario.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    script: Scenario = module.SCENARIO
    return script


@dataclass
class Played:
    """What one release did: its recording, the analysis, and what it logged."""

    release: str
    path: Path
    analysis: Analysis
    log: str

    def sent(self, event_type: str) -> list[str]:
        records = read(self.path)
        return [r.event.item_id or "" for r in records if r.type == event_type and r.dir == "client" and r.event]

    def order(self, item: str) -> list[str]:
        """Everything that names an item as its own, in the order of the wire."""
        events = ((r.type, r.event) for r in read(self.path) if r.event)
        return [kind for kind, event in events if item in (event.item_id, event.item.id if event.item else None)]

    def rules(self) -> set[str]:
        """What is graver than information: the plugin cancels on every speech, as RT203 notes."""
        return {finding.rule for finding in self.analysis.findings if finding.severity is not Severity.INFO}

    def named(self) -> Analysis:
        """Analyze it again, by the profile of the release."""
        with read(self.path) as reading:
            return analyze(reading, client=f"livekit-agents@{self.release}")

    def context(self) -> list[tuple[str, str]]:
        """The application's own context at the end, id and kind, as the program told it."""
        (line,) = re.findall(r"^context (.*)$", self.log, re.MULTILINE)
        return [(item_id, kind) for item_id, kind in json.loads(line)]


async def play(release: str, folder: Path) -> Played:
    path = folder / f"{release}.rtlog.jsonl"
    async with SimulatedServer(scenario(), pace=0) as server:
        agent = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rtlog.cli", "record", "-o", str(path), "--upstream", server.origin, "--"),
            *(str(Path(ENVIRONMENTS) / release / "bin" / "python"), str(HERE / "agent.py")),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, log = await agent.communicate()
        finally:
            if agent.returncode is None:
                agent.terminate()
    assert agent.returncode == 0, log.decode()
    return Played(release, path, analyze_file(path)[1], log.decode())


async def test_the_release_with_the_race_is_convicted_by_what_it_sends(tmp_path: Path) -> None:
    played = await play(RACE, tmp_path)

    (root,) = [finding for finding in played.analysis.findings if finding.rule == "RT101"]
    (lost,) = [finding for finding in played.analysis.findings if finding.rule == "RT102"]
    call = root.items[0]
    order = played.order(call)
    assert call in played.sent("conversation.item.delete")
    assert order.index("conversation.item.delete") < order.index("response.function_call_arguments.done")
    assert played.rules() == {"RT101", "RT102", "RT404"}
    assert (root.certainty, root.subject, lost.certainty, lost.caused_by) == (
        "proven",
        "function_call/",
        "proven",
        root,
    )
    assert [e.at.type for e in root.evidence] == [
        "conversation.item.added",
        "conversation.item.delete",
        "conversation.item.deleted",
        "conversation.item.create",
    ]


async def test_the_items_that_a_strict_client_loses_are_those_that_it_says_it_lost(tmp_path: Path) -> None:
    played = await play(RACE, tmp_path)

    (lost,) = [finding for finding in played.analysis.findings if finding.rule == "RT102"]
    logged = re.findall(r"failed to insert item `(\w+)`: previous_item_id `(\w+)` not found", played.log)
    assert [item for item, _ in logged] == list(lost.items[:-1])
    assert logged[0][1] == lost.items[-1]


async def test_the_release_with_placeholders_is_clean_of_it(tmp_path: Path) -> None:
    played = await play(FIXED, tmp_path)

    assert sorted(played.sent("conversation.item.delete")) == ["msg1", "msg2"]
    assert played.rules() == set()
    assert "failed to insert" not in played.log


@pytest.mark.parametrize("release", [RACE, FIXED])
async def test_the_simulated_context_is_the_one_that_the_application_held(release: str, tmp_path: Path) -> None:
    played = await play(release, tmp_path)

    (connection,) = played.named().connections()
    held = [CONFIG if kind == "agent_config_update" else item_id for item_id, kind in played.context()]
    # What is said behind the tool's output is committed when it has been played, which no event tells.
    known = 1 + [kind for _, kind in played.context()].index("function_call_output")
    assert connection.lanes.simulated_by == f"livekit-agents@{release}"
    assert list(connection.lanes.local)[:known] == held[:known]
    assert "function_call" in [kind for _, kind in played.context()[:known]]
    assert not connection.has_local


async def test_a_named_client_changes_nothing_that_the_wire_proves(tmp_path: Path) -> None:
    played = await play(RACE, tmp_path)

    (lost,) = [finding for finding in played.named().findings if finding.rule == "RT102"]
    proven = [(f.rule, f.certainty) for f in played.named().findings]
    assert "livekit-agents@1.4.6 loses" in lost.message
    assert proven == [(f.rule, f.certainty) for f in played.analysis.findings]
