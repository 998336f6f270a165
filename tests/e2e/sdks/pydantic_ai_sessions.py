"""Sessions of one pydantic-ai model, each in a file of its own: two at once, one that reconnects, one attached late.

Run with the URL of a server and a folder; answers with one line of JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

import websockets
from pydantic_ai import Agent
from pydantic_ai.messages import PartStartEvent
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.realtime import RealtimeSessionReconnectEvent, _openai_protocol
from pydantic_ai.realtime.openai import OpenAIRealtimeModel

import rtlog.recordings.taps.pydantic_ai as tap
from rtlog.recordings.errors import RtlogError

LONGEST_S = 60
RECONNECT = {"initial_delay": 0.0, "max_reconnects": 1}
agent = Agent()
running = asyncio.Event()


@agent.tool_plain
async def wait_forever() -> str:
    """Wait until the session is over."""
    running.set()
    await asyncio.Event().wait()
    return "never"


def refusal(subject: object) -> str:
    """Give the sentence that an attachment is refused with."""
    try:
        tap.attach(subject)
    except RtlogError as error:
        return str(error)
    return ""


async def main(url: str, folder: Path) -> dict[str, object]:
    """Play it; give what was seen from outside."""
    model = OpenAIRealtimeModel(
        "gpt-realtime", provider=OpenAIProvider(base_url=url, api_key="unused"), settings={"reconnect": RECONNECT}
    )
    realtime = agent.realtime(model)
    first = tap.attach(model, folder / "first.rtlog.jsonl")
    seen: dict[str, object] = {
        "again": tap.attach(model, folder / "other.rtlog.jsonl") is first,
        "stranger": refusal(object()),
    }
    async with realtime.session() as one:
        second = tap.attach(model, folder / "second.rtlog.jsonl")
        async with realtime.session() as two:
            await two.send("restart")
            async for event in two:
                if isinstance(event, RealtimeSessionReconnectEvent):
                    break
        await one.send("call")
        await running.wait()
    async with realtime.session() as three:
        late = tap.attach(three, folder / "late.rtlog.jsonl")
        await three.send("speak")
        async for event in three:
            if isinstance(event, PartStartEvent):
                await three.interrupt(played_ms=5)
                break
    seen["closed"] = [first.closed, second.closed, late.closed]
    seen["failures"] = first.failures + second.failures + late.failures
    seen["hooked"] = [name for name in vars(model) if name in {"_realtime_url", "_build_connection"}]
    seen["package"] = _openai_protocol.websockets is websockets
    return seen


async def bounded() -> None:
    """Answer in time, or not at all."""
    async with asyncio.timeout(LONGEST_S):
        sys.stdout.write(json.dumps(await main(sys.argv[1], Path(sys.argv[2]))) + "\n")


asyncio.run(bounded())
