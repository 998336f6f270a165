"""A LiveKit agent whose application summarizes its context while a function call is on its way to its tool.

Run by the Python of an environment that holds one LiveKit release; it imports nothing of rtlog but the tap, and that
only where `TAP_RECORDING` names a file for it. The base URL comes from `OPENAI_BASE_URL`, as `rtlog record` sets it. No
room, no audio: the server's events drive everything.

What it does is livekit/agents#5021: as soon as the server has added the call, the application pushes its own context
twice, first with a summary, then without the old half. The call's tool starts later, when its arguments have come.
"""

import asyncio
import json
import os
import sys

from livekit import rtc
from livekit.agents import Agent, AgentSession, function_tool, llm
from livekit.plugins import openai

HISTORY = ("user", "assistant", "user", "assistant")
OLD = 2
LONGEST_S = 60
"""Given up after that, so that a session that died ends the program."""
SPEECH = rtc.AudioFrame(bytes(2 * 4800), sample_rate=24_000, num_channels=1, samples_per_channel=4800)
"""200 ms; what is in it does not matter to a scripted server."""


class Clerk(Agent):
    """An agent with one tool and four messages of history."""

    def __init__(self) -> None:
        history = llm.ChatContext.empty()
        for number, role in enumerate(HISTORY, 1):
            history.add_message(role=role, content=f"history {number}", id=f"msg{number}")
        super().__init__(instructions="You look up orders.", chat_ctx=history)

    @function_tool
    async def lookup_order(self, order: str) -> str:
        """Look up an order by its number."""
        return f"order {order} is in Lyon"


async def summarize(agent: Agent) -> None:
    """Push the application's context with a summary, then without its old half: the summary goes in first."""
    context = agent.chat_ctx.copy()
    context.items.insert(0, llm.ChatMessage(id="summary", role="system", content=["The user asked about an order."]))
    await agent.update_chat_ctx(context)
    context = agent.chat_ctx.copy()
    old = {f"msg{number}" for number in range(1, OLD + 1)}
    context.items[:] = [item for item in context.items if item.id not in old]
    await agent.update_chat_ctx(context)


def requested(response: dict) -> bool:
    """Say whether LiveKit asked for the response, which it does with the tool's output, and not the server's VAD."""
    return "client_event_id" in (response.get("metadata") or {})


async def main() -> None:
    """Run until the reply to the tool's output is there: the end must not cross a request that is still open."""
    agent, over = Clerk(), asyncio.Event()
    # These releases do not read OPENAI_BASE_URL themselves.
    model = openai.realtime.RealtimeModel(base_url=os.environ["OPENAI_BASE_URL"], api_key="unused")
    session = AgentSession(llm=model)
    if recording := os.environ.get("TAP_RECORDING"):
        import rtlog.recordings.taps.livekit as tap  # noqa: PLC0415 - where it is asked for

        tap.attach(session, recording)

    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as tasks:

        def heard(event: dict) -> None:
            item = event.get("item") or {}
            if event["type"] == "conversation.item.added" and item.get("type") == "function_call":
                tasks.create_task(summarize(agent))
            elif event["type"] == "response.done" and requested(event["response"]):
                over.set()

        await session.start(agent, record=False)
        agent.realtime_llm_session.on("openai_server_event_received", heard)
        agent.realtime_llm_session.push_audio(SPEECH)
        await over.wait()
        await session.aclose()
        # Not before: an answer may be committed while the session closes.
        held = [(item.id, item.type) for item in agent.chat_ctx.items]
        sys.stderr.write(f"context {json.dumps(held)}\n")


asyncio.run(main())
