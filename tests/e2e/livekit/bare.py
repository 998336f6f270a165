"""Bare `RealtimeSession`s of the OpenAI plugin, recorded by the tap: what it does with files, ends and reconnects.

Run by the Python of an environment that holds one LiveKit release, with a folder; answers with one line of JSON.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from livekit.agents import llm
from livekit.plugins import openai

import rtlog.recordings.taps.livekit as tap
from rtlog.recordings.errors import RtlogError

LONGEST_S = 60
KEY = "planted-0123456789abcdef"
SHORT_S = 0.3
"""The plugin reconnects of its own accord when a connection is that old."""


def model(max_session_duration: float | None = None) -> openai.realtime.RealtimeModel:
    """Make a model that knows the scripted server."""
    return openai.realtime.RealtimeModel(
        base_url=os.environ["OPENAI_BASE_URL"], api_key=KEY, max_session_duration=max_session_duration
    )


def refusal(session: object, path: Path | None) -> str:
    """Give the sentence that an attachment is refused with."""
    try:
        tap.attach(session, path)
    except RtlogError as error:
        return str(error)
    return ""


async def pushed(session: llm.RealtimeSession, item_id: str) -> None:
    """Push the mirror with one more message."""
    context = session.chat_ctx.copy()
    context.items.append(llm.ChatMessage(id=item_id, role="user", content=["hello"]))
    await session.update_chat_ctx(context)


async def main(folder: Path) -> dict[str, object]:
    """Record two sessions at once, one of which reconnects; give what was seen from outside."""
    lasting, short = model().session(), model(SHORT_S).session()
    greeted_twice, greetings = asyncio.Event(), []

    def heard(event: dict) -> None:
        if event["type"] == "session.created":
            greetings.append(event)
        if len(greetings) > 1:
            greeted_twice.set()

    short.on("openai_server_event_received", heard)
    first = tap.attach(lasting, folder / "lasting.rtlog.jsonl")
    second = tap.attach(short, folder / "short.rtlog.jsonl")
    seen: dict[str, object] = {
        "again": tap.attach(lasting, folder / "other.rtlog.jsonl") is first,
        "exists": refusal(model().session(), folder / "lasting.rtlog.jsonl"),
        "stranger": refusal(object(), None),
    }
    await asyncio.gather(pushed(lasting, "a"), pushed(lasting, "b"))
    generation = await lasting.generate_reply()
    seen["response"] = generation.response_id
    lasting.generate_reply().cancel()
    await greeted_twice.wait()
    await asyncio.gather(lasting.aclose(), short.aclose())
    seen["closed"] = first.closed and second.closed
    seen["hooked"] = sorted(
        {*vars(lasting), *vars(short)} & {"update_chat_ctx", "interrupt", "generate_reply", "aclose"}
    )
    seen["failures"] = first.failures + second.failures
    return seen


async def bounded() -> None:
    """Answer in time, or not at all."""
    async with asyncio.timeout(LONGEST_S):
        sys.stdout.write(json.dumps(await main(Path(sys.argv[1]))) + "\n")


asyncio.run(bounded())
