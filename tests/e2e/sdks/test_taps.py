"""Taps in programs that use the real SDKs, each in an environment of its own, beside the proxy's recording."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from rtlog.cli.merging import merge_files
from rtlog.recordings.taps.proxy import Options, ProxyTap
from rtlog.simulator.scenario import Called, Scenario, Sent, Spoken
from rtlog.simulator.server import SimulatedServer

HERE = Path(__file__).parent
ENVIRONMENTS = os.environ.get("RTLOG_SDK_VENVS", "")
KEY = "sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7"
PATIENCE = 60.0
TOOL = Scenario(
    "one tool call, whose answer is spoken",
    replies=(Called("track_order", '{"number": "7"}'), Spoken("Your order arrives today, as you wished.")),
)
OUTRUN = Scenario(
    "the tool is over before the response that called it",
    replies=(
        Called(
            "track_order", '{"number": "7"}', until=Sent("conversation.item.create", item_type="function_call_output")
        ),
        Spoken("Your order arrives today, as you wished."),
    ),
)

pytestmark = pytest.mark.skipif(not ENVIRONMENTS, reason="RTLOG_SDK_VENVS names no folder made by make_venvs")


def python_of(sdk: str) -> Path:
    python = Path(ENVIRONMENTS, sdk, "bin", "python")
    if not python.exists():
        pytest.skip(f"no {python}: run tests/e2e/sdks/make_venvs {ENVIRONMENTS}")
    return python


async def play(sdk: str, program: str, folder: Path, scenario: Scenario = TOOL) -> tuple[Path, Path]:
    """Run *program* of *sdk* through the proxy; give the recordings of the wire and of its tap."""
    wire, told = folder / "wire.rtlog.jsonl", folder / "sdk.rtlog.jsonl"
    async with (
        SimulatedServer(scenario) as server,
        ProxyTap(f"{server.origin}/v1", options=Options(output=wire)) as proxy,
    ):
        url = proxy.url.replace("http", "ws", 1) + "/realtime?model=gpt-realtime"
        process = await asyncio.create_subprocess_exec(
            python_of(sdk), HERE / program, url, told, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        await proxy.idle(30)
    return wire, told


def recorded(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def events(path: Path, direction: str) -> list[object]:
    return [each["event"] for each in recorded(path) if each.get("dir") == direction]


def assert_same_session(wire: Path, told: Path) -> None:
    """Both recordings have the same events in the same order, and merge into one that has each of them once."""
    for direction in ("client", "server"):
        assert events(told, direction) == events(wire, direction) != []
    merged = wire.with_name("merged.rtlog.jsonl")
    merger = merge_files(wire, told, merged)
    assert len(merger.pairs) == len(events(wire, "client")) + len(events(wire, "server"))
    for direction in ("client", "server"):
        of_wire = [each for each in recorded(merged) if each.get("dir") == direction and each["src"] == "wire"]
        assert [each["event"] for each in of_wire] == events(wire, direction)
    assert events(merged, "local") == events(told, "local")
    assert not any(KEY in path.read_text() for path in (wire, told, merged))


async def test_openai_agents_tells_of_its_tools_its_history_and_its_guardrails(tmp_path: Path):
    wire, told = await play("openai-agents", "agents_program.py", tmp_path)

    assert_same_session(wire, told)
    header, *records, footer = recorded(told)
    assert (header["tap"], footer["dropped"]) == ("openai-agents", 0)
    assert [each["text"] for each in records if each.get("kind") == "mark"] == []
    call = next(each for each in events(wire, "server") if each["type"] == "response.function_call_arguments.done")
    responses = [each["response"]["id"] for each in events(wire, "server") if each["type"] == "response.created"]
    local = {each["type"]: each for each in events(told, "local")}
    assert local["local.tool_started"]["call_id"] == local["local.tool_finished"]["call_id"] == call["call_id"]
    assert local["local.tool_started"]["item_id"] == call["item_id"]
    assert local["local.tool_started"]["name"] == "track_order"
    assert local["local.guardrail_tripped"]["name"] == "never_today"
    assert local["local.guardrail_tripped"]["response_id"] in responses
    assert "local.interrupt_called" in local
    committed = [each for each in events(told, "local") if each["type"] == "local.item_committed"]
    assert len({each["item_id"] for each in committed}) == len(committed) > 2
    order = [each.get("type") for each in records]
    output = next(i for i, each in enumerate(records) if each.get("event", {}).get("item", {}).get("output"))
    assert order.index("local.tool_started") < order.index("local.tool_finished") < output


async def test_pipecat_tells_of_its_function_calls_and_of_interruptions(tmp_path: Path):
    wire, told = await play("pipecat", "pipecat_program.py", tmp_path)

    assert_same_session(wire, told)
    header, *records, footer = recorded(told)
    assert (header["tap"], footer["dropped"]) == ("pipecat", 0)
    assert [each["text"] for each in records if each.get("kind") == "mark"] == []
    call = next(each for each in events(wire, "server") if each["type"] == "response.function_call_arguments.done")
    local = {each["type"]: each for each in events(told, "local")}
    assert local["local.tool_started"]["call_id"] == local["local.tool_finished"]["call_id"] == call["call_id"]
    order = [each.get("type") for each in records]
    output = next(i for i, each in enumerate(records) if each.get("event", {}).get("item", {}).get("output"))
    assert order.index("local.tool_started") < order.index("local.tool_finished") < output
    assert order.count("local.interrupt_called") == 1


@pytest.mark.parametrize("scenario", [TOOL, OUTRUN], ids=["at once", "the tool is over first"])
async def test_pydantic_ai_tells_of_its_tools_its_history_and_its_replies(tmp_path: Path, scenario: Scenario):
    wire, told = await play("pydantic-ai", "pydantic_ai_program.py", tmp_path, scenario)

    assert_same_session(wire, told)
    header, *records, footer = recorded(told)
    assert (header["tap"], footer["dropped"]) == ("pydantic-ai", 0)
    assert [each["text"] for each in records if each.get("kind") == "mark"] == []
    call = next(each for each in events(wire, "server") if each["type"] == "response.function_call_arguments.done")
    local = {each["type"]: each for each in events(told, "local")}
    for tool in (local["local.tool_started"], local["local.tool_finished"]):
        assert (tool["call_id"], tool["item_id"]) == (call["call_id"], call["item_id"])
    assert local["local.tool_started"]["name"] == "track_order"
    order = [each.get("type") for each in records]
    output = next(i for i, each in enumerate(records) if each.get("event", {}).get("item", {}).get("output"))
    assert order.index("local.tool_started") < order.index("local.tool_finished") < output
    added = {each["item"]["id"]: each["item"] for each in events(wire, "server") if each["type"].endswith("item.added")}
    taken = [each["item_id"] for each in events(told, "local") if each["type"] == "local.item_committed"]
    assert [added[item].get("role") or added[item]["type"] for item in taken] == ["user", "function_call", "assistant"]
    asked = [each["event_id"] for each in events(wire, "client") if each["type"] == "response.create"]
    made = [each["response"]["id"] for each in events(wire, "server") if each["type"] == "response.created"]
    assert [e["event_id"] for e in events(told, "local") if e["type"] == "local.reply_requested"] == asked
    replied = [e for e in events(told, "local") if e["type"] == "local.reply_created"]
    assert [(e["event_id"], e["response_id"]) for e in replied] == list(zip(asked, made, strict=True))
    assert order.count("local.interrupt_called") == 1


@pytest.mark.parametrize(
    ("sdk", "program"),
    [
        ("openai-agents", "agents_program.py"),
        ("pipecat", "pipecat_program.py"),
        ("pydantic-ai", "pydantic_ai_program.py"),
    ],
)
async def test_rtlog_record_taps_a_program_that_has_no_line_of_it(tmp_path: Path, sdk: str, program: str):
    call = tmp_path / "call.rtlog.jsonl"
    async with SimulatedServer(TOOL) as server:
        record = [sys.executable, "-m", "rtlog.cli", "record", "--tap", sdk, "--upstream", f"{server.origin}/v1"]
        process = await asyncio.create_subprocess_exec(
            *record, "-o", call, "--", python_of(sdk), HERE / program, stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(PATIENCE):
            _, said = await process.communicate()

    assert process.returncode == 0, said.decode()
    for direction in ("client", "server"):
        both = [each for each in recorded(call) if each.get("dir") == direction]
        told, wire = ([each["event"] for each in both if each["src"] == source] for source in ("sdk", "wire"))
        assert told == wire != []
    assert "local.tool_finished" in [each["type"] for each in events(call, "local")]
