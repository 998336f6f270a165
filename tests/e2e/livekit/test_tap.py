"""The tap inside real LiveKit programs: what it records alone is enough to convict, and the session is as it was."""

import asyncio
import importlib.util
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.reconciler.simulation import CONFIG
from rtlog.cli.loading import analyze_file
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.simulator.scenario import Scenario, Spoken
from rtlog.simulator.server import SimulatedServer

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
ENVIRONMENTS = os.environ.get("RTLOG_LIVEKIT_VENVS", "")
RACE = "1.4.6"
MORE = tuple(r for r in ("1.4.2", "1.6.5", "1.7.1", "1.8.9") if (Path(ENVIRONMENTS) / r / ".complete").exists())
"""Made by `make_venvs --all`, which the long checks run."""
PLACEHOLDERS = ("1.5.0", *(release for release in MORE if release > "1.5.0"))
RACING = (RACE, *PLACEHOLDERS)
"""1.4.2 gives calls ids of its own, and the script of #5021 does not come to its end with it."""
EVERY = (RACE, "1.5.0", *MORE)

pytestmark = [
    pytest.mark.livekit,
    pytest.mark.skipif(not ENVIRONMENTS, reason="RTLOG_LIVEKIT_VENVS names no folder made by make_venvs"),
]


def script(name: str) -> Any:  # noqa: ANN401 - a scenario, or what makes one
    """Give *name* of what the server is to do."""
    spec = importlib.util.spec_from_file_location("livekit_scenario", HERE / "scenario.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


INTERRUPTED: Scenario = script("INTERRUPTED")


def race(release: str) -> Scenario:
    played: Scenario = script("race")(release)
    return played


async def ran(
    release: str,
    program: str,
    scenario: Scenario,
    *,
    tap: Path | None = None,
    args: Sequence[str] = (),
    proxy: str = "",
) -> tuple[str, str]:
    """Run *program* with the Python of *release* against the scripted server; give what it wrote to its two streams.

    *proxy*: record it by the proxy too, into that file.
    """
    python = str(Path(ENVIRONMENTS) / release / "bin" / "python")
    async with SimulatedServer(scenario, pace=0) as server:
        recorder = (sys.executable, "-m", "rtlog.cli", "record", "-o", proxy, "--upstream", server.origin, "--")
        environment = {**os.environ, "PYTHONPATH": str(ROOT / ".dev"), "TAP_RECORDING": str(tap or "")}
        process = await asyncio.create_subprocess_exec(
            *(recorder if proxy else ()),
            *(python, str(HERE / program), *args),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment if proxy else {**environment, "OPENAI_BASE_URL": server.base_url},
        )
        try:
            answer, log = await process.communicate()
        finally:
            if process.returncode is None:
                process.terminate()
    assert process.returncode == 0, log.decode()
    return answer.decode(), log.decode()


@dataclass
class Told:
    """A recording of the tap's, and what the program said of itself."""

    path: Path
    analysis: Analysis
    log: str

    @property
    def records(self) -> list[Record]:
        return list(read(self.path))

    def naming(self, item: str) -> list[Record]:
        """What names an item as its own, in order."""
        return [r for r in self.records if r.event and item in (r.event.item_id, r.event.item and r.event.item.id)]

    def of(self, item: str) -> list[str]:
        """What the recording tells of an item, deltas aside, in order."""
        return [record.type for record in self.naming(item)]

    def events(self, *types: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.path.read_bytes().splitlines()]
        return [line["event"] for line in lines if line.get("type") in types]

    def marks(self) -> list[str | None]:
        return [record.text for record in self.records if record.kind == "mark"]


async def told(release: str, program: str, scenario: Scenario, folder: Path, proxy: str = "") -> Told:
    path = folder / f"{release}.rtlog.jsonl"
    _, log = await ran(release, program, scenario, tap=path, proxy=proxy)
    return Told(path, analyze_file(path)[1], log)


def whole(folder: Path) -> str:
    """Give every byte that was written there."""
    return "".join(file.read_text() for file in folder.iterdir())


async def test_the_release_with_the_race_is_convicted_by_its_own_word(tmp_path: Path) -> None:
    story = await told(RACE, "agent.py", race(RACE), tmp_path)

    (root,) = [finding for finding in story.analysis.findings if finding.rule == "RT101"]
    (connection,) = story.analysis.connections()
    assert root.certainty == "proven"
    assert connection.has_local
    assert connection.lanes.simulated_by is None
    assert [e.at.type for e in root.evidence] == [
        "conversation.item.added",
        "local.remote_item_added",
        "conversation.item.delete",
        "conversation.item.deleted",
        "local.tool_started",
        "conversation.item.create",
    ]
    assert story.marks() == []


async def test_the_whole_story_is_told_in_its_order(tmp_path: Path) -> None:
    story = await told(RACE, "agent.py", race(RACE), tmp_path)

    (root,) = [finding for finding in story.analysis.findings if finding.rule == "RT101"]
    call = root.items[0]
    stale = [push for push in story.events("local.ctx_push_begin") if call not in push["items"]]
    refused = [event for event in story.events("local.remote_item_added") if not event["inserted"]]
    assert [push["reason"] for push in stale] == ["start", "update_chat_ctx", "update_chat_ctx", "tool output"]
    assert [push["source"] for push in stale] == ["local", "local", "local", "mirror"]
    assert [kind for kind in story.of(call) if not kind.startswith("response.")] == [
        "conversation.item.added",
        "local.remote_item_added",
        "conversation.item.delete",
        "conversation.item.deleted",
        "local.remote_item_deleted",
        "conversation.item.done",
        "local.tool_started",
        "local.tool_finished",
    ]
    assert refused[0]["error"] == f"previous_item_id `{call}` not found"
    logged = re.findall(r"failed to insert item `(\w+)`", story.log)
    assert [event["item_id"] for event in refused] == logged
    assert [event["message"].split(":")[0] for event in story.events("local.log")] == [
        f"failed to insert item `{item}`" for item in logged
    ]
    assert len(story.events("local.reply_requested")) == len(story.events("local.reply_created")) == 1
    begun = [r.seq for r in story.records if r.type == "local.ctx_push_begin"]
    (deleted,) = [r.seq for r in story.naming(call) if r.type == "conversation.item.delete"]
    (started,) = [r.seq for r in story.naming(call) if r.type == "local.tool_started"]
    (failed,) = [r.seq for r in story.naming(refused[0]["item_id"]) if r.type == "local.remote_item_added"]
    assert begun[1] < deleted < started
    assert deleted < failed


@pytest.mark.parametrize("release", PLACEHOLDERS)
async def test_a_release_with_placeholders_tells_of_them_and_is_clean_of_it(release: str, tmp_path: Path) -> None:
    story = await told(release, "agent.py", race(release), tmp_path)

    (output,) = [record for record in story.records if record.type == "local.tool_started"]
    assert output.event is not None
    placed = [event["item_id"] for event in story.events("local.placeholder_added")]
    assert output.event.item_id in placed
    assert {finding.rule for finding in story.analysis.findings}.isdisjoint({"RT101", "RT102", "RT404"})
    assert story.marks() == []


@pytest.mark.parametrize("release", RACING)
async def test_the_context_that_is_told_is_the_one_that_the_application_held(release: str, tmp_path: Path) -> None:
    story = await told(release, "agent.py", race(release), tmp_path)

    (line,) = re.findall(r"^context (.*)$", story.log, re.MULTILINE)
    held = [item_id for item_id, _ in json.loads(line)]
    (connection,) = story.analysis.connections()
    assert CONFIG not in held
    assert sorted(connection.lanes.local) == sorted(held)


@pytest.mark.parametrize("release", EVERY)
async def test_an_interrupted_answer_is_told_as_far_as_it_was_played(release: str, tmp_path: Path) -> None:
    story = await told(release, "speaker.py", INTERRUPTED, tmp_path)

    (started,) = story.events("local.playback_started")
    (finished,) = story.events("local.playback_finished")
    (truncated,) = story.events("local.truncate_called")
    spoken = [event for event in story.events("local.item_committed") if event.get("role") == "assistant"]
    item = truncated["item_id"]
    assert (started["item_id"], finished["item_id"], finished["ms"]) == (item, item, 500)
    assert truncated["audio_end_ms"] == 500
    assert [(event["item_id"], event["interrupted"], event["empty"]) for event in spoken] == [(item, True, False)]
    assert item in [event.get("item_id") for event in story.events("local.interrupt_called")]
    assert story.marks() == []


@pytest.mark.parametrize("release", EVERY)
async def test_bare_sessions_have_a_file_each_and_are_left_as_they_were(release: str, tmp_path: Path) -> None:
    answer, _ = await ran(release, "bare.py", Scenario("", replies=(Spoken("Hello."),)), args=(str(tmp_path),))

    seen = json.loads(answer.splitlines()[-1])
    lasting = Told(tmp_path / "lasting.rtlog.jsonl", analyze_file(tmp_path / "lasting.rtlog.jsonl")[1], "")
    begun = {event["push_id"]: (event["source"], event["items"]) for event in lasting.events("local.ctx_push_begin")}
    assert (seen["again"], seen["closed"], seen["hooked"], seen["failures"]) == (True, True, [], 0)
    assert "already exists" in seen["exists"]
    assert seen["stranger"] == "object is no AgentSession and no RealtimeSession; attach one of these"
    assert not (tmp_path / "other.rtlog.jsonl").exists()
    assert list(begun.values()) == [("local", ["a"]), ("local", ["b"])]
    assert {event["push_id"] for event in lasting.events("local.ctx_push_end")} == set(begun)
    requested = [event["event_id"] for event in lasting.events("local.reply_requested")]
    assert [(e["event_id"], e["response_id"]) for e in lasting.events("local.reply_created")] == [
        (requested[0], seen["response"])
    ]
    assert [event["event_id"] for event in lasting.events("local.reply_cancelled")] == [requested[1]]
    assert "planted" not in whole(tmp_path)


@pytest.mark.parametrize("release", EVERY)
async def test_a_reconnect_begins_the_next_connection_of_the_same_file(release: str, tmp_path: Path) -> None:
    await ran(release, "bare.py", Scenario("", replies=(Spoken("Hello."),)), args=(str(tmp_path),))

    records = list(read(tmp_path / "short.rtlog.jsonl"))
    told_of = [
        (record.conn, record.kind or record.type)
        for record in records
        if record.kind in {"open", "close"} or record.type.startswith("local.reconnect")
    ]
    # So short a connection may be over before a busy machine has greeted it; then the next one is.
    first = [record.type for record in records if record.conn > 1 and record.dir == "server"]
    assert told_of[:5] == [
        (1, "open"),
        (1, "close"),
        (1, "local.reconnect_begin"),
        (2, "open"),
        (2, "local.reconnect_end"),
    ]
    assert first[:1] == ["session.created"]


@pytest.mark.parametrize("release", EVERY)
async def test_sessions_that_share_a_model_a_handover_and_a_late_start_stay_apart(release: str, tmp_path: Path) -> None:
    await ran(release, "pair.py", Scenario("", listens=False), args=(str(tmp_path),))

    def pushed(name: str) -> list[tuple[str, str]]:
        """Give what the agent of the session pushed of all that has a name here, and why."""
        path = tmp_path / f"{name}.rtlog.jsonl"
        pushes = Told(path, analyze_file(path)[1], "").events("local.ctx_push_begin")
        return [(push["reason"], " ".join(i for i in push["items"] if not i.startswith("item_"))) for push in pushes]

    opened = [record.conn for record in read(tmp_path / "anna.rtlog.jsonl") if record.kind == "open"]
    assert pushed("anna") == [("start", "anna"), ("start", "anton"), ("update_chat_ctx", "anton later")]
    assert opened in ([1, 2], [1])
    assert pushed("bert") == [("start", "bert")]
    assert pushed("cleo") == [("update_chat_ctx", "cleo late")]
    for name in ("anna", "bert", "cleo"):
        recording = (tmp_path / f"{name}.rtlog.jsonl").read_bytes()
        assert [other for other in (b"anna", b"bert", b"cleo") if other in recording] == [name.encode()]
        assert b'"end":true' in recording
        assert b'"kind":"mark"' not in recording


@pytest.mark.parametrize("release", RACING)
async def test_the_tap_and_the_proxy_see_the_same_events_in_the_same_order(release: str, tmp_path: Path) -> None:
    wire = tmp_path / "wire.rtlog.jsonl"
    story = await told(release, "agent.py", race(release), tmp_path, proxy=str(wire))

    def said(path: Path, direction: str) -> list[tuple[str, str | None, str | None]]:
        events = [(r.type, r.event) for r in read(path) if r.dir == direction and r.event]
        return [(kind, event.event_id, event.item_id) for kind, event in events]

    assert len(said(story.path, "server")) > 50
    # What comes after the session has closed is on the wire, and nobody in the program hears it.
    heard = said(story.path, "server")
    assert heard == said(wire, "server")[: len(heard)]
    assert said(story.path, "client") == said(wire, "client")
